"""`idp account recovery`: officers look into the cases of people who have lost everything, approve them or refuse them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from idp import accounts, factors
from idp.extensions import db
from idp.recovery import cases, documents
from idp.recovery.models import Case
from idp.terminal import JSON, NAMED_OFFICER, refusing, say

CASE = click.argument("case_id", metavar="CASE")
REASON = click.option("--reason", required=True, help="Why, for the other officer and for later questions.")

UNDECIDED = refusing(
    {
        cases.NotRecognised: "the civil registry has not recognised this person; there is nothing to approve",
        cases.DecidedAlready: "you have decided on this case before; it takes another officer",
        cases.NoSuchCase: "there is no such case waiting",
    }
)


@click.group("recovery")
def recovery() -> None:
    """Look into the cases of people who have lost e-mail and phone."""


@recovery.command("list")
@click.option("--all", "everything", is_flag=True, help="The closed ones too, and those whom the registry has not recognised.")
@JSON
def list_cases(everything: bool, as_json: bool) -> None:
    """List the cases that wait for an officer, oldest first."""
    rows = [_summary(case) for case in cases.open_cases(everything=everything)]
    lines = (
        f"{one['case']}  {one['state']:<8}  {one['approvals']}/{one['officers_needed']} approved  until {one['waits_until']}"
        for one in rows
    )
    say(rows, as_json, "\n".join(lines) or "No case is waiting.")


@recovery.command("show")
@CASE
@click.option("--document", type=click.Path(dir_okay=False, path_type=Path), help="Write the photo of the identity card to this file.")
@JSON
def show(case_id: str, document: Path | None, as_json: bool) -> None:
    """Show one case: what the registry said, masked contacts, what the officers said."""
    case = _found(case_id)
    if document is not None:
        if case.document_text is None:
            raise click.ClickException("there is no photo (any more)")
        document.touch(mode=0o600)
        document.write_bytes(documents.opened(case.document_text))
    found = _whole(case)
    say(found, as_json, "\n".join(f"{name}: {_in_words(value)}" for name, value in found.items()))


@recovery.command("approve")
@CASE
@NAMED_OFFICER
@REASON
@click.option("--without-second-factor", is_flag=True, help="The second factor is lost too: take it out of use. Needs two officers.")
@JSON
@UNDECIDED
def approve(case_id: str, *, officer: str, reason: str, without_second_factor: bool, as_json: bool) -> None:
    """Approve a case. A verified account needs two officers; nothing happens before the waiting time is over."""
    found = _summary(cases.approve(case_id, officer, reason, without_factor=without_second_factor))
    say(found, as_json, f"Approved: {found['approvals']} of {found['officers_needed']}. Nothing changes before {found['waits_until']}.")


@recovery.command("refuse")
@CASE
@NAMED_OFFICER
@REASON
@JSON
@UNDECIDED
def refuse(case_id: str, *, officer: str, reason: str, as_json: bool) -> None:
    """Refuse a case; the person is told that it was refused, not why."""
    say(_summary(cases.refuse(case_id, officer, reason)), as_json, "Refused.")


def _found(case_id: str) -> Case:
    case = db.session.get(Case, case_id)
    if case is None:
        raise click.ClickException("there is no such case")
    return case


def _summary(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "state": case.state,
        "account": case.account_id,
        "registry": case.registry_says,
        "approvals": cases.approvals(case),
        "officers_needed": case.officers_needed,
        "opened_at": case.opened_at.isoformat(timespec="seconds"),
        "waits_until": case.waits_until.isoformat(timespec="seconds"),
    }


def _whole(case: Case) -> dict[str, Any]:
    found = accounts.find(case.account_id) if case.account_id else None
    account = found if found is not None and found.state != accounts.State.ERASED else None
    said = [
        {"officer": one.officer, "approved": one.approved, "reason": one.reason, "at": one.decided_at.isoformat(timespec="seconds")}
        for one in cases.decisions(case)
    ]
    return {
        **_summary(case),
        "registry_reason": case.registry_reason,
        "name": account.name.value if account else None,
        "nik": case.nik.masked if case.nik_text else None,
        "old_email": account.email.masked if account else None,
        "old_phone": account.phone.masked if account else None,
        "new_email": case.email.masked if case.email_text else None,
        "new_phone": case.phone.masked if case.phone_text else None,
        "identity_verified": bool(account and account.identity_verified_at),
        "second_factor": bool(account and factors.enrolled(account.id)),
        "photo": case.document_text is not None,
        "decisions": said,
    }


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return (
            "".join(
                f"\n  {'approved' if one['approved'] else 'refused'} by {one['officer']}, {one['at']}: {one['reason']}" for one in value
            )
            or "-"
        )
    return "-" if value is None else str(value)
