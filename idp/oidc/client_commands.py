"""`idp client`: registers relying parties and looks after them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from idp.oidc import client_form, clients, registration_tokens
from idp.oidc.clients import Client
from idp.oidc.metadata import AUTH_METHODS, RESPONSE_TYPES, MetadataRefused, parse

SIGNING = click.Choice(["RS256", "ES256", "EdDSA", "PS256"])
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")
FILE = click.option("--file", "file", type=click.File("rb"), help="Read the metadata from a TOML file; - is stdin. Options win.")


def _many(name: str, what: str) -> Any:
    return click.option(name, multiple=True, metavar="TEXT", help=f"{what} Can be given several times.")


def metadata_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that describe a client."""
    options = (
        click.option("--name", help="What people read on the consent page."),
        _many("--redirect-uri", "Exact address that answers may be sent to."),
        _many("--post-logout-redirect-uri", "Address after signing out."),
        click.option("--backchannel-logout-uri", help="Where logout tokens are posted."),
        click.option("--frontchannel-logout-uri", help="Page that is framed at logout."),
        click.option("--initiate-login-uri", help="Address that starts a sign-in at the client; needed by --tile."),
        click.option("--scope", help='Scopes it may ask for, such as "openid profile email".'),
        _many("--grant", "Grant type; default authorization_code (and refresh_token with offline_access)."),
        click.option("--response-type", multiple=True, type=click.Choice(RESPONSE_TYPES), help="Default code."),
        click.option("--auth-method", type=click.Choice(AUTH_METHODS), help="Default client_secret_basic; none: public."),
        click.option("--jwks", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File with its public keys."),
        click.option("--jwks-uri", help="Address of its public keys."),
        click.option("--pkce", type=click.Choice(["required", "optional"]), help="Optional for confidential clients only."),
        click.option("--subject", type=click.Choice(["pairwise", "public"]), help="Default pairwise."),
        click.option("--sector", help="Services of one sector see one subject. Default: siapkerja for the ministry's hosts."),
        click.option("--id-token-alg", type=SIGNING, help="Default RS256; ES256 is advised."),
        click.option("--userinfo-alg", type=SIGNING, help="Sign userinfo; default plain JSON."),
        click.option("--application-type", type=click.Choice(["web", "native"]), help="Default web."),
        click.option("--profile", type=click.Choice(["plain", "fapi2-security", "fapi2-message-signing"]), help="Policy."),
        click.option("--purpose", help="What the data are for, as the consent page says it."),
        click.option("--purpose-en", help="The same in English."),
        click.option("--colour", help="Colour of its badge, such as #0b5cab."),
        _many("--resource", "Resource server for which it may ask access tokens (RFC 8707)."),
        _many("--serves", "Resource that it is itself: it may introspect tokens meant for it."),
        click.option("--first-party/--no-first-party", default=None, help="Skip the consent page: a service of the ministry."),
        click.option("--tile/--no-tile", default=None, help="Show it in the portal."),
    )
    return functools.reduce(lambda made, option: option(made), reversed(options), command)


def refusing(command: Callable[..., None]) -> Callable[..., None]:
    """Say what was refused, by field and reason, with exit status 1."""

    @functools.wraps(command)
    def wrapped(*args: Any, as_json: bool = False, **options: Any) -> None:
        try:
            command(*args, as_json=as_json, **options)
        except MetadataRefused as fault:
            if as_json:
                faults = [{"field": field, "reason": reason} for field, reason in fault.faults]
                click.echo(json.dumps({"error": "invalid_client_metadata", "faults": faults}, indent=2))
            for field, reason in fault.faults:
                click.echo(f"refused: {field}: {reason}", err=True)
            raise SystemExit(1) from None
        except clients.UnknownClient as fault:
            raise click.ClickException(f"there is no client {fault}") from None

    return wrapped


@click.group()
def client() -> None:
    """Register relying parties and look after them."""


@client.command("add")
@metadata_options
@FILE
@JSON
@refusing
def add(as_json: bool, file: Any, **options: Any) -> None:
    """Register a client. Its secret is shown this once.

    A file holds the same names as the options, or those of RFC 7591:

    \b
        client_name = "Karirhub"
        redirect_uris = ["https://karirhub.kemnaker.go.id/masuk/kembali"]
        scope = "openid profile keahlian"
    """
    given = (client_form.read_file(file) if file else {}) | _given(options)
    if not given.get("name") and not given.get("client_name"):
        raise click.UsageError("a client needs --name, or --file with client_name")
    done = clients.add(client_form.for_new_client(given))
    _show(done.client, as_json, secret=done.secret, note="Keep the secret: it is not shown again.")


@client.command("list")
@JSON
def list_(as_json: bool) -> None:
    """List all clients."""
    found = clients.every()
    if as_json:
        click.echo(json.dumps([_document(one) for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        marks = [one.status, *(["first-party"] if one.metadata.first_party else []), *(["tile"] if one.metadata.tile else [])]
        click.echo(f"{one.client_id:<40} {one.metadata.client_name:<28} {' '.join(marks)}")
    if not found:
        click.echo("No client is registered yet. See: idp client add --help")


@client.command("show")
@click.argument("client_id")
@JSON
@refusing
def show(client_id: str, as_json: bool) -> None:
    """Show one client; never its secret."""
    _show(_find(client_id), as_json)


@client.command("edit")
@click.argument("client_id")
@metadata_options
@FILE
@JSON
@refusing
def edit(client_id: str, as_json: bool, file: Any, **options: Any) -> None:
    """Change what is given, keep the rest. A list that is given replaces the old one."""
    changes = client_form.normalised((client_form.read_file(file) if file else {}) | _given(options))
    if not changes:
        raise click.UsageError("say what to change")
    old = _find(client_id).metadata.model_dump(mode="json", exclude_none=True)
    done = clients.replace(client_id, parse(_without_rivals(old, changes) | changes))
    _show(done.client, as_json, secret=done.secret)


@client.command("rotate-secret")
@click.argument("client_id")
@JSON
@refusing
def rotate_secret(client_id: str, as_json: bool) -> None:
    """Give a client a new secret, shown this once. The old one is void at once."""
    done = clients.rotate_secret(client_id)
    _show(done.client, as_json, secret=done.secret)


@client.command("suspend")
@click.argument("client_id")
@JSON
@refusing
def suspend(client_id: str, as_json: bool) -> None:
    """Serve a client no longer, until it is restored."""
    _show(clients.suspend(client_id), as_json)


@client.command("restore")
@click.argument("client_id")
@JSON
@refusing
def restore(client_id: str, as_json: bool) -> None:
    """Serve a suspended client again."""
    _show(clients.restore(client_id), as_json)


@client.command("remove")
@click.argument("client_id")
@JSON
@refusing
def remove(client_id: str, as_json: bool) -> None:
    """Forget a client, with its consents and tokens."""
    clients.remove(client_id)
    click.echo(json.dumps({"client_id": client_id, "removed": True}) if as_json else f"{client_id} is removed.")


@client.command("token")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="Days that it is valid.")
@JSON
def token(days: int, as_json: bool) -> None:
    """Make an initial access token: its bearer may register one client at /oauth/register, once."""
    text, expires_at = registration_tokens.issue(days)
    document = {"initial_access_token": text, "expires_at": expires_at.isoformat()}
    click.echo(json.dumps(document, indent=2) if as_json else f"{text}\nvalid until {expires_at:%Y-%m-%d %H:%M} UTC")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    if isinstance(given.get("jwks"), Path):
        given["jwks"] = client_form.read_jwks(given["jwks"])
    return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}


def _without_rivals(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    rivals = {"jwks": "jwks_uri", "jwks_uri": "jwks"}
    return {name: value for name, value in old.items() if rivals.get(name) not in changes}


def _find(client_id: str) -> Client:
    found = clients.find(client_id, fresh=True)
    if found is None:
        raise clients.UnknownClient(client_id)
    return found


def _document(found: Client, secret: str | None = None) -> dict[str, Any]:
    shown = {"client_secret": secret} if secret else {}
    about = {"status": found.status, "created_at": found.created_at.isoformat()}
    return {"client_id": found.client_id, **shown, **found.metadata.model_dump(mode="json", exclude_none=True), **about}


def _show(found: Client, as_json: bool, *, secret: str | None = None, note: str = "") -> None:
    document = _document(found, secret)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for name, value in document.items():
        if value not in ([], "", None, False):
            click.echo(f"{name:<38} {' '.join(map(str, value)) if isinstance(value, list) else value}")
    if secret and note:
        click.echo(note)
