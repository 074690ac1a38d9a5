"""What the worker does for recovery: finds out whom an attempt is about, sends codes and links, asks the registry.

Every handler may be called twice for one row: what was sent is counted in the same commit."""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, cast

from flask import current_app

from idp import accounts, audit, clock, notices, outbox, sealed, settings, sms_budget, throttle
from idp.accounts import reach
from idp.extensions import db, unit_of_work
from idp.gateways.dukcapil import Elements, Outcome, Verdict
from idp.identity import EmailAddress, Malformed, Nik, PhoneNumber
from idp.recovery import attempts, cases, codes, flow
from idp.recovery.flow import Way
from idp.recovery.models import ATTEMPT_LIFE, Attempt, Case, CaseState, Registry, Step

REGISTRY_AGAIN_SECONDS = 30


class AsksRegistry(Protocol):
    """The civil registry, asked with patience."""

    def ask_for_worker(self, elements: Elements) -> Verdict:
        """Put the elements to the registry."""


class Owner(NamedTuple):
    """Whose account an attempt is about, and to which phone a code goes."""

    account: accounts.Account
    phone: PhoneNumber


@outbox.handler("recovery_send")
def send(payload: dict[str, Any]) -> None:
    """Send the code or link that an attempt waits for, if there is somebody to send it to; leave the same traces if not."""
    attempt = db.session.get(Attempt, payload["attempt"])
    if attempt is None or not attempt.is_alive or attempt.sent_count >= payload["count"]:
        return
    with suppress(attempts.NotAtThisStep):
        if attempt.step in (Step.NEW_EMAIL, Step.NEW_PHONE):
            _send_to_new_contact(attempt, payload["count"])
        else:
            _send_to_owner(attempt, payload["count"])


@outbox.handler("recovery_wrong_code")
def count_wrong_code(payload: dict[str, Any]) -> None:
    """A wrong code counts against the account it was tried on: after a hundred in a row no code opens it."""
    attempt = db.session.get(Attempt, payload["attempt"])
    if attempt is None:
        return
    if attempt.account_id and attempt.case_id is None:
        with suppress(accounts.code_tries.TooMany):
            accounts.code_tries.reserve(attempt.account_id)
    with unit_of_work():
        audit.record(audit.Event.CODE_REFUSED, attempt.account_id, purpose="recovery", attempt=attempt.id)


@outbox.handler("recovery_case")
def look_into(payload: dict[str, Any]) -> None:
    """Find out whom a case is about, put it to the registry, and tell every old contact."""
    case = db.session.get(Case, payload["case"])
    if case is None or case.state != CaseState.WAITING or case.registry_says != Registry.UNASKED:
        return
    account = accounts.find_active_by_nik(case.nik)
    if account is None or not accounts.may_act(account) or not _allowed("recovery_cases_per_account", account.id):
        _recognised(case.id, None, Registry.NO_MATCH, "no_account")
        return
    with suppress(throttle.Throttled):  # it was accepted when it was asked for: it counts, but it is not refused now
        throttle.hit("dukcapil_per_nik", account.nik.value)
    elements = Elements(account.nik, name=account.name, mother_name=case.mother_name)
    verdict = cast(AsksRegistry, current_app.extensions["registry"]).ask_for_worker(elements)
    if verdict.outcome is Outcome.UNAVAILABLE:
        throttle.give_back("recovery_cases_per_account", account.id)
        raise outbox.Retry(REGISTRY_AGAIN_SECONDS)
    registry = Registry.MATCH if verdict.outcome is Outcome.MATCH else Registry.NO_MATCH
    _recognised(case.id, account, registry, verdict.reason)


@outbox.handler("recovery_case_warn")
def warn_again(payload: dict[str, Any]) -> None:
    """Half of the waiting time has passed: tell every old contact once more."""
    with unit_of_work() as session:
        case = session.get(Case, payload["case"])
        if case is not None and case.state in cases.OPEN and case.registry_says == Registry.MATCH:
            _warn(case)


@outbox.handler("recovery_case_ripe")
def ripen(payload: dict[str, Any]) -> None:
    """The waiting time is over."""
    if cases.ripen(payload["case"]):
        raise outbox.Retry(REGISTRY_AGAIN_SECONDS)


@outbox.handler("recovery_case_old")
def expire(payload: dict[str, Any]) -> None:
    """Nobody decided, or nobody came back."""
    cases.expire(payload["case"])


def _recognised(case_id: str, account: accounts.Account | None, registry: Registry, reason: str) -> None:
    with unit_of_work(), suppress(cases.NoSuchCase):
        if (case := cases.recognised(case_id, account, registry, reason)) is not None:
            _warn(case)


def _warn(case: Case) -> None:
    account = db.session.get_one(accounts.Account, case.account_id)
    link = f"{settings.current().issuer}/pemulihan/henti/{cases.stop_token(case)}"
    told: dict[str, Any] = {"account_id": account.id, "link": link}
    notices.mail(account.email, "recovery_opened", account.locale, name=account.name.value, until=case.waits_until, **told)
    if account.phone.is_mobile:
        notices.sms(account.phone, "recovery_opened", account.locale, **told)


def _send_to_new_contact(attempt: Attempt, count: int) -> None:
    address, asked = attempt.asked["address"], attempt.asked
    phone = PhoneNumber(asked["phone"]) if attempt.step == Step.NEW_PHONE else None
    try:
        if phone is not None:
            sms_budget.allow(phone, address=address, registration=None, proofed=False)
        else:
            throttle.hit("recovery_mail_per_address", address)
    except (throttle.Throttled, sms_budget.NotReachable):
        return
    with unit_of_work() as session:
        row = attempts.locked(session, attempt.id, Step(attempt.step))
        if row.sent_count >= count:
            return
        row.sent_count, row.subject = count, sealed.fingerprint("recovery subject", asked["nik"])
        code = codes.put_into(row, block=sms_budget.prefix(phone) if phone else None)
        if phone is not None:
            notices.sms(phone, "new_phone_code", row.locale, code=code, expires_at=row.code_expires_at)
        else:
            ends = row.code_expires_at
            notices.mail(EmailAddress(asked["email"]), "new_email_code", row.locale, code=code, until=ends, expires_at=ends)


def _send_to_owner(attempt: Attempt, count: int) -> None:
    owner = _owner(attempt)
    way = _way(attempt, *owner) if owner else None
    with unit_of_work() as session:
        row = attempts.locked(session, attempt.id, Step.LINK, Step.CODE)
        if row.sent_count >= count:
            return
        row.sent_count, row.expires_at = count, clock.now() + ATTEMPT_LIFE
        row.subject = owner.account.id if owner else _subject(row)
        # Also where nobody gets it: a code that is in force and a code that is not would tell people apart.
        code = codes.put_into(row, block=sms_budget.prefix(owner.phone) if owner else None)
        if owner is None or way is None:
            return
        account, phone = owner
        row.account_id, row.case_id, row.password_mark = account.id, row.asked.get("case"), attempts.mark(account)
        if way is Way.SMS:
            notices.sms(phone, "reset_code", account.locale, account_id=account.id, code=code, expires_at=row.code_expires_at)
        else:
            _mail_link(row, account)
        audit.record(audit.Event.CODE_SENT, account.id, purpose="recovery", by=way, attempt=row.id)


def _mail_link(attempt: Attempt, account: accounts.Account) -> None:
    token = secrets.token_urlsafe(32)
    attempt.link_hash = flow.link_hash(token)
    link = f"{settings.current().issuer}/pemulihan/tautan/{token}"
    facts: dict[str, Any] = {"name": account.name.value, "link": link, "until": attempt.expires_at, "expires_at": attempt.expires_at}
    notices.mail(account.email, "reset_link", account.locale, account_id=account.id, **facts)


def _owner(attempt: Attempt) -> Owner | None:
    """Both from what is stored, never from the request; nobody, if the account may not act or the case cannot be finished."""
    asked = attempt.asked
    case = db.session.get_one(Case, asked["case"]) if "case" in asked else None
    if case is not None and not case.can_be_finished:
        return None
    if found := attempt.account_id or asked.get("account") or (case and case.account_id):
        account = accounts.find(found)
    else:
        nik = _nik(asked["identifier"])
        account = accounts.find_active_by_nik(nik) if nik else accounts.find_by_identifier(asked["identifier"])
    if account is None or not accounts.may_act(account):
        return None
    return Owner(account, case.phone if case else account.phone)


def _way(attempt: Attempt, account: accounts.Account, phone: PhoneNumber) -> Way | None:
    """By what to answer, if the limits allow an answer at all."""
    if not _allowed("forgotten_password", account.id):
        return None
    if attempt.step == Step.LINK:
        return Way.MAIL
    alone = not attempt.proven and "case" not in attempt.asked
    if alone and not reach.phone_may_receive_resets(account):
        return Way.MAIL
    if account.wrong_codes >= accounts.code_tries.MOST_WRONG_CODES_IN_A_ROW and "case" not in attempt.asked:
        return None
    try:
        sms_budget.allow(phone, address=attempt.asked["address"], registration=None, proofed=True)
    except (throttle.Throttled, sms_budget.NotReachable):
        return None
    return Way.SMS


def _nik(raw: str) -> Nik | None:
    try:
        return Nik.parse(raw)
    except Malformed:
        return None


def _subject(attempt: Attempt) -> str:
    identifier = str(attempt.asked.get("identifier", attempt.id))
    nik = _nik(identifier)
    return accounts.nik_fingerprint(nik) if nik else accounts.identifier_fingerprint(identifier)


def _allowed(limit: str, key: str) -> bool:
    try:
        throttle.hit(limit, key)
    except throttle.Throttled:
        return False
    return True
