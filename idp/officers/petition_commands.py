"""`idp account correction` and `idp account appeal`: officers read what people ask in their own words, and answer it."""

from __future__ import annotations

from typing import Any

import click

from idp import accounts, officers, petitions
from idp.petitions import Kind, Petition
from idp.terminal import JSON, OFFICER, rows, say

ABOUT = {
    Kind.CORRECTION: "Answer people who ask for a correction of data that they cannot change themselves.",
    Kind.APPEAL: "Answer people who appeal against the suspension of their account.",
}


def commands_for(kind: Kind) -> click.Group:
    """The commands for one kind of petition."""

    @click.group(kind.value, help=ABOUT[kind])
    def group() -> None:
        pass

    @group.command("list")
    @click.option("--all", "everything", is_flag=True, help="Those that were answered too.")
    @JSON
    def list_them(everything: bool, as_json: bool) -> None:
        """List what waits for an answer, the most urgent first. The law allows 3 x 24 hours."""
        found = [_summary(one) for one in petitions.waiting(kind, everything=everything)]
        lines = (f"{one['id']}  {one['state']:<8}  due {one['due_at']}{'  OVERDUE' if one['overdue'] else ''}" for one in found)
        say(found, as_json, "\n".join(lines) or "Nothing is waiting.")

    @group.command("show")
    @click.argument("petition", metavar="ID")
    @OFFICER
    @JSON
    def show(petition: str, officer: str, as_json: bool) -> None:
        """Show one: who asks, and their own words."""
        one = _found(petition, kind)
        found = {**_summary(one), **_whose(officers.view(one.account_id, officer, kind.value)), "words": one.words, "answer": one.answer}
        say(found, as_json, rows(found))

    @group.command("answer")
    @click.argument("petition", metavar="ID")
    @click.option("--grant/--refuse", "granted", required=True, default=None, help="Granting an appeal restores the account.")
    @click.option("--words", required=True, help="The answer, as the person reads it.")
    @OFFICER
    @JSON
    def answer(petition: str, officer: str, *, granted: bool, words: str, as_json: bool) -> None:
        """Answer one, once; the person is told at once."""
        try:
            one = officers.answer(_found(petition, kind).id, officer, words, granted=granted)
        except petitions.NoSuchPetition:
            raise click.ClickException("it was answered before") from None
        found = _summary(one)
        say(found, as_json, f"{'Granted' if granted else 'Refused'}; the person is told.")

    return group


def _found(petition_id: str, kind: Kind) -> Petition:
    one = petitions.find(petition_id)
    if one is None or one.kind != kind:
        raise click.ClickException("there is no such petition")
    return one


def _summary(one: Petition) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state,
        "about": one.about or None,
        "account": one.account_id,
        "asked_at": one.asked_at.isoformat(timespec="seconds"),
        "due_at": one.due_at.isoformat(timespec="seconds"),
        "overdue": one.is_overdue,
        "answered_at": one.answered_at.isoformat(timespec="seconds") if one.answered_at else None,
        "officer": one.officer,
    }


def _whose(account: accounts.Account) -> dict[str, Any]:
    return {
        "name": account.name.value,
        "nik": account.nik.masked,
        "account_state": account.state,
        "suspended_because": account.state_reason,
    }
