"""A forgotten password: ask -> prove a contact -> prove the second factor, where there is one -> a new password.

Who it is about is found out by the worker alone, so neither words nor time answer whether somebody has an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from idp import accounts, audit, factors, notices, sealed, sessions, throttle
from idp.accounts import reach
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.recovery import attempts, cases, codes
from idp.recovery.attempts import Asking
from idp.recovery.models import CODE_STEPS, Attempt, Step

LONGEST_IDENTIFIER = 320


class LinkGone(Exception):
    """The link is unknown, spent, too old, or the password was changed since."""


class BadPassword(Exception):
    """The password breaks rules; `faults` names them as `accounts.password_faults` does."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


class Way(StrEnum):
    """By what a person wants to prove who they are."""

    SMS = "sms"
    MAIL = "mail"


class LinkState(StrEnum):
    """What a mailed link can do in this browser."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # it was asked for in another browser
    GONE = "gone"


def start(raw_identifier: str, way: Way, asking: Asking) -> None:
    """Begin, for whomever: the worker finds out whom it is about. Raises throttle.Throttled."""
    throttle.hit("recovery_starts_per_address", asking.address)
    with unit_of_work():
        step = Step.CODE if way is Way.SMS else Step.LINK
        codes.send(attempts.open_attempt(asking, step, identifier=raw_identifier.strip()[:LONGEST_IDENTIFIER]))


def send_again(asking: Asking) -> None:
    """Another code or link. Raises codes.TooSoon, NotAtThisStep."""
    codes.send_another(attempts.at(asking, Step.LINK, *CODE_STEPS).id)


def enter_code(raw_code: str, asking: Asking) -> None:
    """The code that went to the phone. Raises codes.WrongCode, codes.Expired, NotAtThisStep, throttle.Throttled."""
    codes.enter(attempts.at(asking, Step.CODE), raw_code, lambda attempt: _proven_by_code(attempt, asking))


def look_at_link(token: str, asking: Asking) -> LinkState:
    """What a link can do here; looking spends nothing, since mail programs look at links too."""
    attempt = db.session.scalar(select(Attempt).where(Attempt.link_hash == link_hash(token)))
    if attempt is None or not attempt.is_alive or not attempts.holds(attempt):
        return LinkState.GONE
    return LinkState.HERE if attempt.browser == asking.browser else LinkState.ELSEWHERE


def use_link(token: str, asking: Asking) -> None:
    """Spend a link in the browser that asked for it. Raises LinkGone."""
    with unit_of_work() as session:
        attempt = attempts.take_link(link_hash(token), Attempt.browser == asking.browser)
        if attempt is None or not attempts.holds(attempt):
            raise LinkGone
        attempt.browser, attempt.proven = asking.next_browser, Way.MAIL
        account = session.get_one(accounts.Account, attempt.account_id)
        audit.record(audit.Event.RECOVERY_PROVEN, account.id, by=Way.MAIL)
        if account.email_verified_at is None:
            # Nobody has shown yet that the mailbox is this person's: somebody may have mistyped it when registering.
            attempt.step, attempt.asked_count = Step.CODE, attempt.asked_count + 1
            codes.send(attempt)
        else:
            _go_on(attempt, account)


def start_here(token: str, asking: Asking) -> None:
    """A link was opened in another browser: spend it for a fresh start here, by a code to the phone. Raises LinkGone."""
    with unit_of_work():
        elsewhere = attempts.take_link(link_hash(token))
        if elsewhere is None or not attempts.holds(elsewhere):
            raise LinkGone
        elsewhere.step = Step.VOID
        codes.send(attempts.open_attempt(asking, Step.CODE, account=elsewhere.account_id))


def prove_factor(raw_code: str, asking: Asking) -> None:
    """The second factor: a code of an authenticator app, or a recovery code.

    Raises factors.Refused, factors.OnlyRecovery, NotAtThisStep, throttle.Throttled."""
    attempt = attempts.at(asking, Step.FACTOR)
    assert attempt.account_id is not None
    if factors.is_recovery_code(raw_code):
        factors.spend_recovery_code(attempt.account_id, raw_code)
    else:
        factors.verify_totp(attempt.account_id, raw_code)
    _factor_proven(attempt.id, asking)


def prove_passkey(raw_answer: str, asking: Asking) -> None:
    """The second factor: a passkey of this account. Raises factors.Refused, NotAtThisStep."""
    attempt = attempts.at(asking, Step.FACTOR)
    factors.passkeys.sign_in(raw_answer, attempt.account_id)
    _factor_proven(attempt.id, asking)


def set_password(password: str, asking: Asking) -> None:
    """Set the new password, end every sign-in, tell every contact: all in one commit, by one winner.

    Raises BadPassword, NotAtThisStep, throttle.Throttled, accounts.AlreadyTaken (a new contact is somebody else's by now)."""
    attempt = attempts.at(asking, Step.PASSWORD)
    account = db.session.get_one(accounts.Account, attempt.account_id)
    if faults := accounts.password_faults(password, accounts.Owner(account.nik, account.name, *_contacts(attempt))):
        raise BadPassword(faults)
    password_hash = accounts.passwords.hash_password(password)
    with unit_of_work() as session:
        account = session.get_one(accounts.Account, account.id, with_for_update=True, populate_existing=True)
        attempt = attempts.locked(session, attempt.id, Step.PASSWORD)
        if attempt.case_id:
            cases.finish(attempt.case_id, account)
        _change_password(attempt, account, password_hash)


def link_hash(token: str) -> str:
    """What is stored of a link."""
    return sealed.fingerprint("recovery link", token)


def _proven_by_code(attempt: Attempt, asking: Asking) -> None:
    account = db.session.get_one(accounts.Account, attempt.account_id)
    attempt.browser = asking.next_browser
    audit.record(audit.Event.RECOVERY_PROVEN, account.id, by=Way.SMS)
    if attempt.case_id is None:  # the phone of a case is not the account's yet
        reach.phone_came_back(account.id)
        if attempt.proven == Way.MAIL:
            reach.email_came_back(account.id)
    _go_on(attempt, account)


def _go_on(attempt: Attempt, account: accounts.Account) -> None:
    case = cases.of(attempt)
    spared = case is not None and case.without_factor
    attempt.step = Step.FACTOR if factors.enrolled(account.id) and not spared else Step.PASSWORD


def _factor_proven(attempt_id: str, asking: Asking) -> None:
    with unit_of_work() as session:
        attempt = attempts.locked(session, attempt_id, Step.FACTOR)
        attempt.step, attempt.browser = Step.PASSWORD, asking.next_browser
        audit.record(audit.Event.RECOVERY_PROVEN, attempt.account_id, by="factor")


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where a person can be reached, masked."""

    email: str
    phone: str


def masked_contacts(attempt: Attempt) -> Contacts:
    """The contacts that the account will have, masked, for the person who proved one of them."""
    email, phone = _contacts(attempt)
    return Contacts(email.masked, phone.masked)


def _contacts(attempt: Attempt) -> tuple[EmailAddress, PhoneNumber]:
    has_them = cases.of(attempt) or db.session.get_one(accounts.Account, attempt.account_id)
    return has_them.email, has_them.phone


def _change_password(attempt: Attempt, account: accounts.Account, password_hash: str) -> None:
    accounts.set_password_hash(account.id, password_hash)
    accounts.code_tries.forget(account.id)
    sessions.end_everywhere(account.id, "password_reset")
    attempts.void_all(account.id, but=attempt.id)
    attempt.step, attempt.asked = Step.DONE, None
    audit.record(audit.Event.PASSWORD_RESET, account.id)
    _tell(account, "password_reset")


def _tell(account: accounts.Account, template: str) -> None:
    # Beside the limits for codes: whoever has just got a code has to hear of the new password all the same.
    notices.mail(account.email, template, account.locale, account_id=account.id, name=account.name.value)
    if account.phone.is_mobile:
        notices.sms(account.phone, template, account.locale, account_id=account.id)
