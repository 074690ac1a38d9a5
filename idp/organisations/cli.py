"""`idp org`: officers enter organisations and name their first admins; those look after the rest themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from idp import accounts, organisations
from idp.organisations.models import Kind, Membership, Organisation, Role
from idp.terminal import JSON, OFFICER, refusing, rows, say

LONGEST_NAME = 160
WHICH = click.argument("organisation", metavar="ORG")
WHO = click.argument("person", metavar="ACCOUNT")
ROLE = click.option("--role", type=click.Choice([one.value for one in Role]), default="member", show_default=True, help="As what.")


def _name(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    text = None if value is None else " ".join(value.split())
    if text is not None and not 1 <= len(text) <= LONGEST_NAME:
        raise click.BadParameter(f"1 to {LONGEST_NAME} characters")
    return text


def _refusing(command: Callable[..., None]) -> Callable[..., None]:
    """ORG and ACCOUNT become what they name; whatever is refused is said in one line."""

    @wraps(command)
    @refusing(
        {
            organisations.LastAdmin: "this is the last admin; name another one first",
            organisations.NotAllowed: "this person is no member of the organisation",
        }
    )
    def wrapped(organisation: str, **options: Any) -> None:
        found = organisations.find(organisation.strip())
        if found is None:
            raise click.ClickException("there is no such organisation, or several have this identifier: see idp org list")
        if "person" in options:
            options["person"] = _account(options["person"])
        command(found, **options)

    return wrapped


@click.group("org")
def org() -> None:
    """Enter organisations and look after their members.

    ORG is an organisation's id or its identifier (NIB, region code). ACCOUNT is an account's id, or an e-mail address,
    phone number or NIK. Members with the role admin invite and remove others themselves, at /akun/organisasi.
    """


@org.command("add")
@click.option("--type", "kind", required=True, type=click.Choice([one.value for one in Kind]), help="What it is.")
@click.option("--identifier", required=True, help="NIB (13 digits); of an office the code of its region, such as 31 or 31.71.")
@click.option("--name", required=True, callback=_name, help="Its name, as people and services see it.")
@click.option("--admin", metavar="ACCOUNT", help="Its first admin.")
@OFFICER
@JSON
@refusing(
    {
        organisations.Unfit: "--identifier: {}",
        organisations.TakenAlready: "there is an organisation of this type and identifier already",
    }
)
def add(*, kind: str, identifier: str, name: str, admin: str | None, officer: str, as_json: bool) -> None:
    """Enter an organisation."""
    person = _account(admin) if admin else None
    made = organisations.add(Kind(kind), identifier, name, officer)
    if person:
        organisations.put_member(made.id, person.id, Role.ADMIN, officer=officer)
    _show(made, as_json)


@org.command("list")
@click.option("--type", "kind", type=click.Choice([one.value for one in Kind]), help="Only these.")
@JSON
def list_(kind: str | None, as_json: bool) -> None:
    """List organisations, by name."""
    found = [_summary(one) for one in organisations.every(Kind(kind) if kind else None)]
    lines = (f"{one['id']}  {one['type']:<20}  {one['identifier']:<13}  {one['name']}" for one in found)
    say(found, as_json, "\n".join(lines) or "There is none yet. See: idp org add --help")


@org.command("show")
@WHICH
@JSON
@_refusing
def show(found: Organisation, as_json: bool) -> None:
    """Show one organisation with its members."""
    _show(found, as_json)


@org.command("rename")
@WHICH
@click.option("--name", required=True, callback=_name, help="Its name from now on.")
@OFFICER
@JSON
@_refusing
def rename(found: Organisation, *, name: str, officer: str, as_json: bool) -> None:
    """Give an organisation another name; services see it within a minute."""
    _show(organisations.rename(found.id, name, officer) or found, as_json)


@org.command("remove")
@WHICH
@OFFICER
@JSON
@_refusing
def remove(found: Organisation, *, officer: str, as_json: bool) -> None:
    """Remove an organisation with its memberships; the people keep their accounts."""
    organisations.remove_organisation(found.id, officer)
    say({"id": found.id, "removed": True}, as_json, f"{found.name} is removed.")


@org.group("member")
def member() -> None:
    """See and change who belongs to an organisation."""


@member.command("list")
@WHICH
@JSON
@_refusing
def list_members(found: Organisation, as_json: bool) -> None:
    """List the members of an organisation."""
    listed = [_member(one) for one in organisations.members(found.id)]
    say(listed, as_json, "\n".join(f"{one['account']}  {one['role']:<6}  since {one['since']}" for one in listed) or "Nobody yet.")


@member.command("add")
@WHICH
@WHO
@ROLE
@OFFICER
@JSON
@_refusing
def add_member(found: Organisation, *, person: accounts.Account, role: str, officer: str, as_json: bool) -> None:
    """Make somebody with an account a member, or give a member another role."""
    row = organisations.put_member(found.id, person.id, Role(role), officer=officer)
    say(_member(row), as_json, f"{person.id} is {row.role} of {found.name}.")


@member.command("remove")
@WHICH
@WHO
@OFFICER
@JSON
@_refusing
def remove_member(found: Organisation, *, person: accounts.Account, officer: str, as_json: bool) -> None:
    """Take somebody out of an organisation, the last admin too."""
    organisations.remove(found.id, person.id, officer=officer)
    say({"account": person.id, "removed": True}, as_json, f"{person.id} is no member of {found.name} any more.")


def _account(raw: str) -> accounts.Account:
    found = accounts.find(raw) or next(iter(accounts.claimants(raw)), None)
    if not accounts.may_act(found) or found is None:
        raise click.ClickException("nobody who may act has this account")
    return found


def _summary(one: Organisation) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.kind,
        "identifier": one.identifier,
        "name": one.name,
        "created_at": one.created_at.isoformat(timespec="seconds"),
    }


def _member(one: Membership) -> dict[str, Any]:
    return {"account": one.account_id, "role": one.role, "since": one.since.isoformat(timespec="seconds")}


def _show(one: Organisation, as_json: bool) -> None:
    listed = [_member(row) for row in organisations.members(one.id)]
    text = rows({**_summary(one), "members": [f"{row['account']} ({row['role']})" for row in listed]})
    say({**_summary(one), "members": listed}, as_json, text)
