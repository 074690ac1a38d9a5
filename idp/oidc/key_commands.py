"""`idp keys`: the provider's signing keys."""

from __future__ import annotations

import json

import click

from idp.oidc import algorithms, keys

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")


@click.group("keys")
def key_group() -> None:
    """Look after the keys that tokens are signed with."""


@key_group.command("list")
@JSON
def list_(as_json: bool) -> None:
    """List every key: algorithm, state, kid."""
    keys.ring()
    rows = [{"kid": row.id, "alg": row.alg, "state": keys.state(row), "created_at": row.created_at.isoformat()} for row in keys.every()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['alg']:<6} {row['state']:<9} {row['kid']}  since {row['created_at'][:16]}")


@key_group.command("rotate")
@click.option("--alg", multiple=True, type=click.Choice(algorithms.SIGNING), help="Only these algorithms; default all.")
@JSON
def rotate(alg: tuple[str, ...], as_json: bool) -> None:
    """Let the next keys sign from now on, retire the current ones, make new next ones. No relying party notices."""
    keys.rotate(alg or algorithms.SIGNING)
    _say({"rotated": list(alg or algorithms.SIGNING)}, as_json, "The keys are rotated.")


@key_group.command("retire")
@click.argument("kid")
@JSON
def retire(kid: str, as_json: bool) -> None:
    """Withdraw a key at once, because others may know it. What it signed verifies no longer."""
    try:
        keys.retire(kid)
    except keys.UnknownKey:
        raise click.ClickException(f"there is no key {kid}") from None
    _say({"retired": kid}, as_json, f"{kid} is withdrawn.")


@key_group.command("seal")
@JSON
def seal(as_json: bool) -> None:
    """Seal the private keys under the newest master key."""
    count = keys.reseal()
    _say({"sealed": count}, as_json, f"{count} keys are sealed under the newest master key.")


def _say(document: dict[str, object], as_json: bool, text: str) -> None:
    click.echo(json.dumps(document) if as_json else text)
