"""Cases: everything is lost, and officers decide. Approval and the waiting time together grant a case, nothing else.

waiting -> granted -> done, or refused | stopped by the owner | expired"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import accounts, audit, clock, factors, notices, outbox, sealed, settings
from idp.accounts import reach
from idp.extensions import db, unit_of_work
from idp.recovery import attempts, codes
from idp.recovery.models import Attempt, Case, CaseState, Decision, Registry, Step

OPEN = (CaseState.WAITING, CaseState.GRANTED)
UNDECIDED_FOR = timedelta(days=30)
FINISH_WITHIN = timedelta(days=7)
STOP_TOKEN_LENGTH = 22  # 132 bits; it can only stop, and has to fit into an SMS
OFFICERS = 1
OFFICERS_FOR_VERIFIED = 2


class NoSuchCase(Exception):
    """There is no such case, or it is not open (any more)."""


class NotRecognised(Exception):
    """The civil registry has not recognised this person: there is nothing to approve."""


class DecidedAlready(Exception):
    """This officer has said something of this case before."""


def open_case(attempt: Attempt, document: str) -> Case:
    """Begin the waiting time, inside a unit of work; the worker finds out whom it is about."""
    now, asked = clock.now(), attempt.asked
    waiting = timedelta(seconds=settings.current().recovery_waiting)
    case = Case(
        state=CaseState.WAITING, nik_text=asked["nik"], mother_text=asked["mother_name"], email_text=asked["email"],
        phone_text=asked["phone"], document_text=document, locale=attempt.locale, registry_says=Registry.UNASKED, officers_needed=OFFICERS,
        opened_at=now, waits_until=now + waiting,
    )  # fmt: skip
    db.session.add(case)
    forgotten = now + waiting + UNDECIDED_FOR
    outbox.put("recovery_case", {"case": case.id}, expires_at=case.waits_until + FINISH_WITHIN)
    outbox.put("recovery_case_warn", {"case": case.id}, delay=waiting.total_seconds() / 2, expires_at=forgotten)
    outbox.put("recovery_case_ripe", {"case": case.id}, delay=waiting.total_seconds(), expires_at=forgotten)
    outbox.put("recovery_case_old", {"case": case.id}, delay=UNDECIDED_FOR.total_seconds(), expires_at=forgotten + UNDECIDED_FOR)
    return case


def recognised(case_id: str, account: accounts.Account | None, registry: Registry, reason: str) -> Case | None:
    """Write down once whom a case is about and what the registry said; the case if its owner has to be told."""
    with unit_of_work() as session:
        case = _locked(session, case_id, CaseState.WAITING)
        if case.registry_says != Registry.UNASKED:
            return None
        case.registry_says, case.registry_reason = registry, reason
        if account is None or registry is not Registry.MATCH:
            audit.record(audit.Event.RECOVERY_CASE_REJECTED, account.id if account else None, case=case.id, reason=reason)
            return None
        case.account_id = account.id
        case.officers_needed = OFFICERS_FOR_VERIFIED if account.identity_verified_at else OFFICERS
        case.stop_hash = stop_hash(stop_token(case))
        audit.record(audit.Event.RECOVERY_CASE_OPENED, account.id, case=case.id, waits_until=case.waits_until.isoformat())
        return case


def approve(case_id: str, officer: str, reason: str, *, without_factor: bool) -> Case:
    """An officer approves. Raises NoSuchCase, NotRecognised, DecidedAlready.

    `without_factor`: the second factor is lost as well and will be taken out of use; that needs two officers always."""
    with unit_of_work() as session:
        case = _locked(session, case_id, CaseState.WAITING)
        if case.registry_says != Registry.MATCH:
            raise NotRecognised
        said = _decide(session, case, officer, reason, approved=True)
        if without_factor:
            case.without_factor, case.officers_needed = True, OFFICERS_FOR_VERIFIED
        facts = {"case": case.id, "decision": said.id, "without_factor": without_factor}
        audit.record(audit.Event.RECOVERY_CASE_APPROVED, case.account_id, **facts)
        _grant_if_ripe(case)
        return case


def refuse(case_id: str, officer: str, reason: str) -> Case:
    """One officer's refusal closes a case. Raises NoSuchCase, DecidedAlready."""
    with unit_of_work() as session:
        case = _locked(session, case_id, *OPEN)
        said = _decide(session, case, officer, reason, approved=False)
        audit.record(audit.Event.RECOVERY_CASE_REFUSED, case.account_id, case=case.id, decision=said.id)
        _close(case, CaseState.REFUSED)
        return case


def ripen(case_id: str) -> bool:
    """The waiting time is over; answers whether the case is still in doubt because the registry has not answered."""
    with suppress(NoSuchCase), unit_of_work() as session:
        case = _locked(session, case_id, CaseState.WAITING)
        if case.registry_says == Registry.UNASKED:
            return True
        if case.registry_says == Registry.NO_MATCH:
            _close(case, CaseState.REFUSED)
        else:
            _grant_if_ripe(case)
    return False


def expire(case_id: str) -> None:
    """Nobody decided, or nobody came to finish it."""
    with suppress(NoSuchCase), unit_of_work() as session:
        case = _locked(session, case_id, *OPEN)
        if (case.finish_until or case.opened_at + UNDECIDED_FOR) <= clock.now():
            audit.record(audit.Event.RECOVERY_CASE_EXPIRED, case.account_id, case=case.id)
            _close(case, CaseState.EXPIRED)


@accounts.erasure.goes_too
def forget(account_id: str) -> None:
    """An account ends, and with it whatever would have led back into it."""
    with unit_of_work() as session:
        mine = select(Case).where(Case.account_id == account_id, Case.state.in_(OPEN)).with_for_update()
        for case in session.scalars(mine):
            audit.record(audit.Event.RECOVERY_CASE_EXPIRED, account_id, case=case.id)
            _close(case, CaseState.EXPIRED)


def stop(token: str) -> None:
    """The owner says from an old contact: that was not me. Raises NoSuchCase."""
    with unit_of_work() as session:
        case = session.scalar(select(Case).where(Case.stop_hash == stop_hash(token)).with_for_update())
        if case is None:
            raise NoSuchCase
        account = session.get_one(accounts.Account, case.account_id)
        audit.record(audit.Event.RECOVERY_CASE_STOPPED, account.id, case=case.id)
        _close(case, CaseState.STOPPED)
        notices.mail(account.email, "recovery_stopped", account.locale, account_id=account.id, name=account.name.value)


def can_be_stopped(token: str) -> bool:
    """Whether this link still stops something; looking changes nothing."""
    return db.session.scalar(select(Case.id).where(Case.stop_hash == stop_hash(token))) is not None


def to_finish(token: str) -> Case:
    """The granted case that a mailed link leads to. Raises NoSuchCase."""
    case = db.session.scalar(select(Case).where(Case.finish_hash == finish_hash(token)))
    if case is None or not case.can_be_finished:
        raise NoSuchCase
    return case


def of(attempt: Attempt) -> Case | None:
    """The case that an attempt is about to finish; None for a forgotten password."""
    return db.session.get(Case, attempt.case_id) if attempt.case_id else None


def finish(case_id: str, account: accounts.Account) -> None:
    """The new contacts replace the old ones, which are told; inside a unit of work.

    Raises attempts.NotAtThisStep (stopped or too late), accounts.AlreadyTaken."""
    with unit_of_work() as session:
        case = session.get_one(Case, case_id, with_for_update=True, populate_existing=True)
        if not case.can_be_finished:
            raise attempts.NotAtThisStep
        notices.mail(account.email, "contacts_replaced", account.locale, account_id=account.id, name=account.name.value)
        notices.sms(account.phone, "contacts_replaced", account.locale, account_id=account.id)
        reach.replace_contacts(account.id, case.email, case.phone)
        if case.without_factor:
            factors.forget(account.id)
        audit.record(audit.Event.CONTACTS_REPLACED, account.id, case=case.id)
        case.state, case.closed_at = CaseState.DONE, clock.now()
        case.forget()


def stop_token(case: Case) -> str:
    """The secret of the link that stops a case: made again for every notice, and stored as a fingerprint only."""
    return sealed.fingerprint("recovery stop link", case.id)[:STOP_TOKEN_LENGTH]


def stop_hash(token: str) -> str:
    """What is stored of a stop link, for as long as the case is open."""
    return sealed.fingerprint("recovery stop", token)


def finish_hash(token: str) -> str:
    """What is stored of the link to finish a case."""
    return sealed.fingerprint("recovery finish", token)


def approvals(case: Case) -> int:
    """How many officers have approved."""
    return db.session.scalar(select(func.count()).select_from(Decision).where(Decision.case_id == case.id, Decision.approved)) or 0


def decisions(case: Case) -> list[Decision]:
    """What the officers said, oldest first."""
    return list(db.session.scalars(select(Decision).where(Decision.case_id == case.id).order_by(Decision.decided_at)))


def _decide(session: Session, case: Case, officer: str, reason: str, *, approved: bool) -> Decision:
    said = Decision(case_id=case.id, officer=_officer(officer), approved=approved, reason=reason, decided_at=clock.now())
    try:
        with session.begin_nested():
            session.add(said)
    except IntegrityError:
        raise DecidedAlready from None
    return said


def _officer(raw: str) -> str:
    # One person in two spellings is still one officer.
    return " ".join(raw.casefold().split())[:64]


def _grant_if_ripe(case: Case) -> None:
    if case.waits_until > clock.now() or approvals(case) < case.officers_needed:
        return
    token = secrets.token_urlsafe(32)
    case.state, case.finish_hash, case.finish_until = CaseState.GRANTED, finish_hash(token), clock.now() + FINISH_WITHIN
    link = f"{settings.current().issuer}/pemulihan/permohonan/{token}"
    notices.mail(case.email, "recovery_granted", case.locale, link=link, until=case.finish_until)
    notices.sms(case.phone, "recovery_granted", case.locale)
    audit.record(audit.Event.RECOVERY_CASE_GRANTED, case.account_id, case=case.id)
    outbox.put("recovery_case_old", {"case": case.id}, delay=FINISH_WITHIN.total_seconds(), expires_at=case.finish_until + FINISH_WITHIN)


def _close(case: Case, state: CaseState) -> None:
    # One text for whatever the reason was: whether there is such an account is nobody's business.
    notices.mail(case.email, "recovery_refused", case.locale)
    attempts.void_case(case.id)
    case.state, case.closed_at = state, clock.now()
    case.forget()


def _locked(session: Session, case_id: str, *states: CaseState) -> Case:
    case = session.get(Case, case_id, with_for_update=True)
    if case is None or case.state not in states:
        raise NoSuchCase
    return case


def open_cases(*, everything: bool) -> list[Case]:
    """The cases that wait for officers, oldest first; with `everything` the closed ones and the unrecognised too."""
    wanted: Any = select(Case).order_by(Case.opened_at)
    if not everything:
        wanted = wanted.where(Case.state == CaseState.WAITING, Case.registry_says == Registry.MATCH)
    return list(db.session.scalars(wanted))


def start_finishing(token: str, asking: attempts.Asking) -> None:
    """Begin to finish a granted case in this browser, by a code to the new phone. Raises NoSuchCase."""
    case = to_finish(token)
    with unit_of_work():
        codes.send(attempts.open_attempt(asking, Step.CODE, case=case.id))
