"""The deeds of the profile: save a step, walk on, send the whole to the civil registry.

save -> ... -> submit -> VERIFIED | REFUSED (names the fields) | WAITING (the worker asks again)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import accounts, audit, clock, outbox, throttle
from idp.accounts import Account
from idp.extensions import db, unit_of_work
from idp.gateways.dukcapil import Dukcapil, Elements, Outcome, Verdict
from idp.profile import files, records, steps
from idp.profile.answers import Answers, Biodata, file_names
from idp.profile.models import Check, ProfileRow, StepRow
from idp.profile.steps import STEPS, Step

JOB = "profile_check"
CHECKED = ("birthplace", "birthdate", "sex")
ASKED_AGAIN_FOR = timedelta(days=30)
PAUSES_SECONDS = {"quota": 900, "hours": 900}
USUAL_PAUSE_SECONDS = 45


class NothingToCheck(Exception):
    """The profile cannot be sent: its biodata are not there yet."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is put to the registry, and the version of the biodata that it was read from."""

    elements: Elements
    version: int
    submission: int


def save(account_id: str, step: Step, answers: Answers, shown_version: int) -> StepRow:
    """Store the answers of a step. Other answers than the registry confirmed are unconfirmed again; files that no answers
    refer to any more are let go of.

    Raises records.Conflict, and files.NotThere when the answers refer to a file that is not the account's."""
    with unit_of_work() as session:
        row = records.row(account_id, step)
        before, version = (row.answers, row.version) if row else (None, 0)
        confirmed = _checked_part(before)
        kept = records.save(account_id, step, answers, shown_version)
        files.attach(account_id, file_names(answers) - file_names(before))
        files.let_go(account_id, file_names(before) - file_names(answers))
        if isinstance(answers, Biodata) and _checked_part(answers) != confirmed:
            _withdraw_check(session, account_id)
        if kept.version != version:
            audit.record(audit.Event.PROFILE_CHANGED, account_id, step=step.name)
        return kept


def first_open(account_id: str) -> Step:
    """Where to go on: the first step that is not done; the last one when all are."""
    done = records.complete_steps(account_id)
    return next((step for step in STEPS if step.name not in done), STEPS[-1])


def submit(account_id: str, *, dukcapil: Dukcapil) -> Check:
    """Send the profile: the registry is asked whether name, birth date, birth place and sex belong together.

    When it cannot answer, the question waits and the worker puts it again. What it confirmed before is not asked twice.
    Raises NothingToCheck, throttle.Throttled and records.Conflict."""
    account = db.session.get_one(Account, account_id)
    row = db.session.get(ProfileRow, account_id)
    if row is not None and row.check == Check.VERIFIED:
        return Check.VERIFIED
    throttle.check("dukcapil_per_nik", account.nik.value)
    question = _question(account, row.submission + 1 if row else 1)
    verdict = dukcapil.verify(question.elements)
    _count(account, verdict)
    with unit_of_work() as session:
        row = _profile_row(session, account_id)
        row.submission = question.submission
        row.submitted_at = clock.now()
        check = _write(session, account_id, row, question, verdict)
        if check is Check.WAITING:
            payload = {"account_id": account_id, "submission": question.submission}
            expires = clock.now() + ASKED_AGAIN_FOR
            outbox.put(JOB, payload, holder=account_id, expires_at=expires, delay=_pause(verdict))
        return check


def ask_again(payload: dict[str, Any], *, dukcapil: Dukcapil) -> None:
    """The worker's part: put a waiting question again, with the answers as they are now.

    Raises outbox.Retry while the registry is unavailable."""
    account_id = payload["account_id"]
    account = accounts.find(account_id)
    row = db.session.get(ProfileRow, account_id)
    still_waits = row is not None and row.check == Check.WAITING and row.submission == payload["submission"]
    if account is None or not accounts.may_act(account) or not still_waits:
        return
    question = _question(account, payload["submission"])
    verdict = dukcapil.verify(question.elements)
    _count(account, verdict)
    if verdict.outcome is Outcome.UNAVAILABLE:
        raise outbox.Retry(_pause(verdict))
    with unit_of_work() as session:
        row = _profile_row(session, account_id)
        if row.check == Check.WAITING and row.submission == question.submission:
            _write(session, account_id, row, question, verdict)


def _question(account: Account, submission: int) -> Question:
    row = records.row(account.id, steps.STEPS[1])
    biodata = row.answers if row else None
    if row is None or not isinstance(biodata, Biodata):
        raise NothingToCheck
    elements = Elements(
        nik=account.nik,
        name=account.name,
        birthdate=biodata.birthdate,
        birthplace=biodata.birthplace,
        sex=biodata.sex,
    )
    return Question(elements, row.version, submission)


def _count(account: Account, verdict: Verdict) -> None:
    """A try is used up by an answer only; the limit itself was looked at before asking."""
    if verdict.outcome is Outcome.UNAVAILABLE:
        return
    try:
        throttle.hit("dukcapil_per_nik", account.nik.value)
    except throttle.Throttled:
        return


def _write(session: Session, account_id: str, row: ProfileRow, question: Question, verdict: Verdict) -> Check:
    biodata = session.scalar(records.select_step(account_id, steps.STEPS[1]).with_for_update())
    if biodata is None or biodata.version != question.version:
        # The answer is about what stood there when it was asked.
        raise records.Conflict
    row.check = {Outcome.MATCH: Check.VERIFIED, Outcome.NO_MATCH: Check.REFUSED}.get(verdict.outcome, Check.WAITING)
    row.checked_at, row.reason = clock.now(), verdict.reason
    row.mismatched, row.scores = list(verdict.mismatched), dict(verdict.scores)
    if row.check == Check.VERIFIED:
        records.note_source(biodata, CHECKED, records.DUKCAPIL)
        accounts.set_identity_verified(account_id, row.checked_at)
    audit.record(audit.Event.PROFILE_CHECKED, account_id, check=row.check, reason=verdict.reason, fields=row.mismatched)
    return Check(row.check)


def _withdraw_check(session: Session, account_id: str) -> None:
    row = session.get(ProfileRow, account_id, with_for_update=True)
    # What waits is asked with the answers of that moment; only an answer can be out of date.
    if row is None or row.check in (Check.NONE, Check.WAITING):
        return
    if row.check == Check.VERIFIED:
        accounts.set_identity_verified(account_id, None)
        audit.record(audit.Event.PROFILE_CHECK_WITHDRAWN, account_id)
    row.check, row.mismatched, row.scores, row.reason = Check.NONE, [], {}, None


def _checked_part(answers: Answers | None) -> tuple[object, ...] | None:
    return tuple(getattr(answers, name) for name in CHECKED) if isinstance(answers, Biodata) else None


def _profile_row(session: Session, account_id: str) -> ProfileRow:
    row = session.get(ProfileRow, account_id, with_for_update=True)
    if row is None:
        row = ProfileRow(account_id=account_id, check=Check.NONE, submission=0, mismatched=[], scores={})
        session.add(row)
        try:
            session.flush()
        except IntegrityError:
            raise records.Conflict from None
    return row


def _pause(verdict: Verdict) -> int:
    return PAUSES_SECONDS.get(verdict.reason, USUAL_PAUSE_SECONDS)
