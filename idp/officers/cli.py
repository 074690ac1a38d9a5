"""`idp account`: an officer finds a person's account and looks after it. Nothing is printed that would identify a stranger."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from idp import officers, sessions
from idp.officers import written
from idp.terminal import JSON, OFFICER, refusing, rows, say

LONGEST_REASON = 500
WHOSE = click.argument("account", metavar="ACCOUNT")


def _reason(help_: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--reason", required=True, callback=_fitting, help=help_)


def _fitting(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not value.strip() or len(value) > LONGEST_REASON:
        raise click.BadParameter(f"say it in 1 to {LONGEST_REASON} characters")
    return value.strip()


def _about_one(command: Callable[..., None]) -> Callable[..., None]:
    """The command is about one account, named by its id, or by a NIK, e-mail address or phone number (- reads it from stdin)."""

    @wraps(command)
    @refusing(
        {
            officers.Unknown: "there is no such account",
            officers.Ambiguous: "several unfinished accounts claim this; see idp account find, and name one by its id",
            officers.NotPossible: "the account is {}; that cannot be done to it",
        }
    )
    def wrapped(account: str, officer: str, **options: Any) -> None:
        command(officers.the_one(_typed(account)), officer=officer, **options)

    return wrapped


@click.group("account")
def account() -> None:
    """Find a person's account and look after it.

    ACCOUNT is the id of an account, or a NIK, e-mail address or phone number; with - it is read from standard input, so
    that it stays out of the shell's history. Identifiers are printed masked, and every command, looking included, is
    kept in the audit trail under the officer's name.
    """


@account.command("find")
@click.argument("identifier", metavar="NIK|EMAIL|PHONE")
@OFFICER
@JSON
def find(identifier: str, officer: str, as_json: bool) -> None:
    """Find whom a NIK, e-mail address or phone number belongs to. Exit status 1 when nobody.

    Several are listed when people who have not finished registering claim the same; the owner comes first.
    """
    found = [written.summary(one) for one in officers.find(_typed(identifier), officer)]
    if not found:
        raise click.ClickException("nobody has or claims this")
    say(found, as_json, "\n".join(written.line(one) for one in found))


@account.command("show")
@WHOSE
@OFFICER
@JSON
@_about_one
def show(account_id: str, officer: str, as_json: bool) -> None:
    """Show one account: state, what is proven, second factors, connected services."""
    found = written.whole(officers.view(account_id, officer, "show"))
    say(found, as_json, rows(found))


@account.command("sessions")
@WHOSE
@OFFICER
@JSON
@_about_one
def list_sessions(account_id: str, officer: str, as_json: bool) -> None:
    """List where a person is signed in: in which browser, since when, how strongly."""
    officers.view(account_id, officer, "sessions")
    found = [written.sign_in(one) for one in sessions.in_force(account_id)]
    lines = (f"{one['sid']}  {one['browser']:<18}  since {one['auth_time']}  seen {one['last_seen_at']}  {one['amr']}" for one in found)
    say(found, as_json, "\n".join(lines) or "Signed in nowhere.")


@account.command("sign-out")
@WHOSE
@click.option("--session", "sid", metavar="SID", help="Only this one, as `idp account sessions` lists it.")
@OFFICER
@JSON
@_about_one
def sign_out(account_id: str, officer: str, *, sid: str | None, as_json: bool) -> None:
    """End a person's sign-ins everywhere, and void every token; services are told."""
    ended = officers.sign_out(account_id, officer, sid)
    if sid and not ended:
        raise click.ClickException("there is no such sign-in in force")
    say({"account": account_id, "ended": ended}, as_json, f"{ended} sign-in(s) ended.")


@account.command("suspend")
@WHOSE
@_reason("Why; the owner reads it as it is written here.")
@OFFICER
@JSON
@_about_one
def suspend(account_id: str, officer: str, *, reason: str, as_json: bool) -> None:
    """Stop an account. Sign-ins and tokens end, services are told, and the owner is told why."""
    found = written.summary(officers.suspend(account_id, officer, reason))
    say(found, as_json, "The account is suspended; its sign-ins and tokens have ended.")


@account.command("restore")
@WHOSE
@_reason("Why; kept with the account.")
@OFFICER
@JSON
@_about_one
def restore(account_id: str, officer: str, *, reason: str, as_json: bool) -> None:
    """Let a suspended account act again; the owner is told."""
    found = written.summary(officers.restore(account_id, officer, reason))
    say(found, as_json, "The account is restored.")


@account.command("erase")
@WHOSE
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can be asked, and with --json.")
@OFFICER
@JSON
@_about_one
def erase(account_id: str, officer: str, *, yes: bool, as_json: bool) -> None:
    """Erase an account at once and for good, without the thirty days that its owner would have.

    Its data key is destroyed: nothing personal can be read again, in older backups of other tables neither.
    """
    found = written.summary(officers.view(account_id, officer, "erase"))
    if not yes:
        if as_json or not sys.stdin.isatty():
            raise click.UsageError("this cannot be undone; say --yes")
        click.confirm(f"{written.line(found)}\nErase this account for good?", abort=True)
    officers.erase(account_id, officer)
    say({"account": account_id, "erased": True}, as_json, "The account is erased.")


def _typed(text: str) -> str:
    return sys.stdin.readline().strip() if text == "-" else text.strip()
