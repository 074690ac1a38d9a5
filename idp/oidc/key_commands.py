"""`idp keys`: the provider's signing keys."""

from __future__ import annotations

import click

from idp import resealing, sealed
from idp.oidc import algorithms, keys
from idp.terminal import JSON, say


@click.group("keys")
def key_group() -> None:
    """Look after the keys that tokens are signed with."""


@key_group.command("list")
@JSON
def list_(as_json: bool) -> None:
    """List every key: algorithm, state, kid."""
    keys.ring()
    rows = [{"kid": row.id, "alg": row.alg, "state": keys.state(row), "created_at": row.created_at.isoformat()} for row in keys.every()]
    say(rows, as_json, "\n".join(f"{row['alg']:<6} {row['state']:<9} {row['kid']}  since {row['created_at'][:16]}" for row in rows))


@key_group.command("rotate")
@click.option("--alg", multiple=True, type=click.Choice(algorithms.SIGNING), help="Only these algorithms; default all.")
@JSON
def rotate(alg: tuple[str, ...], as_json: bool) -> None:
    """Let the next keys sign from now on, retire the current ones, make new next ones. No relying party notices."""
    keys.rotate(alg or algorithms.SIGNING)
    say({"rotated": list(alg or algorithms.SIGNING)}, as_json, "The keys are rotated.")


@key_group.command("retire")
@click.argument("kid")
@JSON
def retire(kid: str, as_json: bool) -> None:
    """Withdraw a key at once, because others may know it. What it signed verifies no longer."""
    try:
        keys.retire(kid)
    except keys.UnknownKey:
        raise click.ClickException(f"there is no key {kid}") from None
    say({"retired": kid}, as_json, f"{kid} is withdrawn.")


@key_group.command("seal")
@click.option("--rotate", "fresh", is_flag=True, help="Make a new master key first; every machine needs the folder of keys.")
@JSON
def seal(*, fresh: bool, as_json: bool) -> None:
    """Seal everything under the newest master key: the keys of accounts, of signing, and what belongs to no account.

    \b
    To rotate the master key of one machine:       idp keys seal --rotate
    Of several: put a new master-NNNN.key into every folder of keys, then: idp keys seal

    It may be stopped and begun again; old master keys still open what is not sealed anew yet. Keep them as long as
    you keep backups that were made under them.
    """
    number = resealing.add_master_key() if fresh else sealed.ring().newest.number
    count = resealing.seal_anew()
    say({"sealed": count, "master_key": number}, as_json, f"{count} value(s) sealed anew under master key {number}.")
