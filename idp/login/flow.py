"""The decisions of signing in: one answer for every refusal, in the same time, whoever asks for whom."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from idp import accounts, audit, factors, notices, otp, sessions, sms_budget, throttle
from idp.accounts import reach
from idp.extensions import unit_of_work
from idp.login import lanes


class Refused(Exception):
    """Wrong, unknown, locked or stopped: it is never said which."""


class Unfinished(Exception):
    """The password is right, and the account waits for its activation: the code page is next."""


class Suspended(Exception):
    """The password is right, and officers have stopped the account: the page that says why is next."""


class SecondFactorNeeded(Exception):
    """The password is right, and the account has a second factor: its page is next."""


class CodeNeeded(Exception):
    """The password is right, and a code by SMS is needed as well."""


# Where the right password leads when the account is not in use.
OTHER_WAYS = {accounts.State.PENDING: Unfinished, accounts.State.SUSPENDED: Suspended}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was typed, if anything, and where. `known_accounts` are those that have signed in in this browser, `device` its name."""

    address: str
    browser: str
    locale: str
    device: str | None
    known_accounts: frozenset[str]
    shared_device: bool
    raw_identifier: str = ""
    password: str = ""


def sign_in(attempt: Attempt) -> sessions.SsoSession:
    """Sign a person in by password.

    Raises Refused, Unfinished, Suspended, SecondFactorNeeded, CodeNeeded, throttle.Throttled (too many from one address)."""
    throttle.check("sign_in_failures_per_address", attempt.address)
    found = accounts.credentials(attempt.raw_identifier)
    lane = _lane(attempt, found)
    try:
        failures = lanes.enter(lane)
    except lanes.Blocked:
        waited = accounts.passwords.pass_time()
        raise _refusal(attempt, found, told=waited) from None
    right = accounts.passwords.verify(found.password_hash if found else None, attempt.password, known_device=lane.known)
    if found is None or not right:
        raise _refusal(attempt, found)
    if found.state in OTHER_WAYS:
        lanes.clear(lane)
        sessions.hold(found.account_id, amr=("pwd",), shared_device=attempt.shared_device)
        raise OTHER_WAYS[found.state]
    if not accounts.may_act(accounts.find(found.account_id)):
        raise _refusal(attempt, found)
    _renew_hash(found, attempt.password)
    _ask_for_second_factor(found.account_id, ("pwd",), attempt)
    if failures >= lanes.FAILURES_BEFORE_CODE and not lane.known:
        _ask_for_code(found.account_id, attempt)
        raise CodeNeeded
    lanes.clear(lane)
    return let_in(found.account_id, attempt, amr=("pwd",))


def confirm(held: sessions.Held, raw_code: str, attempt: Attempt) -> sessions.SsoSession:
    """The code that was asked for besides the password. Raises Refused, SecondFactorNeeded, and what `otp.verify` raises."""
    account = accounts.find(held.account_id)
    if account is None or not accounts.may_act(account):
        raise Refused
    otp.verify(_errand(account, attempt.browser), raw_code)
    reach.phone_came_back(account.id)
    end_row_of_failures(account.id, attempt)
    proven = factors.levels.joined(held.amr, factors.levels.AMR_SMS_CODE)
    _ask_for_second_factor(account.id, proven, attempt)  # this page must not be the way around the other
    sessions.release()
    return let_in(account.id, attempt, amr=proven)


def send_code(account_id: str, attempt: Attempt) -> None:
    """Send the code, or another one. Raises Refused, otp.TooSoon, throttle.Throttled, sms_budget.NotReachable."""
    account = accounts.find(account_id)
    if account is None or not accounts.may_act(account):
        raise Refused
    issued = otp.issue(_errand(account, attempt.browser), address=attempt.address, proofed=True)
    with unit_of_work():
        notices.sms(account.phone, "sign_in_code", attempt.locale, account_id=account.id, expires_at=issued.expires_at, code=issued.code)
        audit.record(audit.Event.CODE_SENT, account.id, purpose=otp.Purpose.SIGN_IN.value)


def code_state(held: sessions.Held, browser: str) -> tuple[accounts.Account, otp.Pending]:
    """Whose code it is and how it stands, for the page. Raises Refused."""
    account = accounts.find(held.account_id)
    if account is None or not accounts.may_act(account):
        raise Refused
    return account, otp.pending(_errand(account, browser))


def sign_out(session: sessions.SsoSession | None) -> None:
    """End this browser's sign-in; whoever asked to know is told in the same commit."""
    if session is not None:
        sessions.end(session.sid, "signed_out")


def _lane(attempt: Attempt, found: accounts.Credentials | None) -> lanes.Lane:
    nobody = accounts.identifier_fingerprint(attempt.raw_identifier)  # made in any case: whoever has an account takes as long
    whom = found.account_id if found else nobody
    return lanes.of(whom, attempt.device, known=whom in attempt.known_accounts)


def end_row_of_failures(account_id: str, attempt: Attempt) -> None:
    """Everything was right: what went wrong before in this lane is over."""
    lanes.clear(lanes.of(account_id, attempt.device, known=account_id in attempt.known_accounts))


def _refusal(attempt: Attempt, found: accounts.Credentials | None, *, told: bool = True) -> Refused:
    with suppress(throttle.Throttled):  # the next attempt from this address is told
        throttle.hit("sign_in_failures_per_address", attempt.address)
    if told:  # a flood is not written down drop by drop: it would fill the trail and hold up everybody else's writes
        with unit_of_work():
            audit.record(audit.Event.SIGN_IN_FAILED, found.account_id if found else None)
    return Refused()


def _ask_for_second_factor(account_id: str, proven: tuple[str, ...], attempt: Attempt) -> None:
    if factors.enrolled(account_id):
        sessions.hold(account_id, amr=proven, shared_device=attempt.shared_device)
        raise SecondFactorNeeded


def _ask_for_code(account_id: str, attempt: Attempt) -> None:
    sessions.hold(account_id, amr=("pwd",), shared_device=attempt.shared_device)
    with suppress(otp.TooSoon, throttle.Throttled, sms_budget.NotReachable):  # the code page says how it stands
        send_code(account_id, attempt)


def _errand(account: accounts.Account, browser: str) -> otp.Errand:
    return otp.Errand(otp.Purpose.SIGN_IN, account.id, account.phone, browser)


def let_in(account_id: str, attempt: Attempt, *, amr: tuple[str, ...]) -> sessions.SsoSession:
    """Everything is proven: begin the sign-in, and tell the owner where the device is a new one."""
    session = sessions.begin(account_id, amr=amr, acr=factors.level_of(amr), shared_device=attempt.shared_device)
    if account_id not in attempt.known_accounts:
        _tell_of_new_device(account_id, session.sid)
    if not attempt.shared_device:
        sessions.remember(account_id)
    return session


def _tell_of_new_device(account_id: str, sid: str) -> None:
    account = accounts.find(account_id)
    if account is None:
        return
    token = sessions.disowning.link_token(sid)
    by_sms = account.email_verified_at is None and _may_have_sms(account)
    with unit_of_work():
        notices.mail(account.email, "new_device", account.locale, account_id=account.id, name=account.name.value, token=token)
        if by_sms:
            notices.sms(account.phone, "new_device", account.locale, account_id=account.id, token=token)
        audit.record(audit.Event.NEW_DEVICE, account.id, sid=sid)


def _may_have_sms(account: accounts.Account) -> bool:
    try:
        sms_budget.allow(account.phone, address=f"owner {account.id}", registration=None, proofed=True)
    except (throttle.Throttled, sms_budget.NotReachable):
        return False
    return True


def _renew_hash(found: accounts.Credentials, password: str) -> None:
    if accounts.passwords.is_outdated(found.password_hash):
        accounts.set_password_hash(found.account_id, accounts.passwords.hash_password(password))
