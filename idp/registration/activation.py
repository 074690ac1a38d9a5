"""Steps 2 and 3: contacts and password, then the code that proves the phone, then the account is active."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from idp import accounts, audit, clock, notices, otp, outbox
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.registration.flow import Asking, NoSuchStep, find
from idp.registration.models import SHOWN_AGAIN, Application, Step


class Collision(Exception):
    """The phone was proven, but `what` ("nik", "phone", "email") belongs to an active account."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class GuardianNeeded(Exception):
    """The phone was proven, and the person is a minor: a parent or guardian is next."""


def leave_contacts(asking: Asking, *, email: EmailAddress, phone: PhoneNumber, password: str, shared_device: bool = False) -> Application:
    """Step 2: open the pending account, or correct it, and send a code to the phone.

    A code that was sent to the same phone within its gap stays good.
    Raises NoSuchStep, throttle.Throttled, sms_budget.NotReachable."""
    application = find(asking.device_hash)
    if application is None or application.step not in (Step.MATCHED, Step.CODE) or not application.is_matched:
        raise NoSuchStep
    password_hash = accounts.passwords.hash_password(password)
    # One id from the start: of two clicks at once both mean the same account, and either code fits it.
    account_id = application.account_id or application.id
    issued = _issue(account_id, phone, asking)
    with unit_of_work() as session:
        application = _locked(session, application.id, Step.MATCHED, Step.CODE)
        if application.account_id is None:
            accounts.open_pending(_newcomer(application, email, phone, password_hash, asking.locale), account_id)
            audit.record(audit.Event.REGISTRATION_OPENED, account_id, terms=application.terms_version)
        else:
            accounts.change_pending_contacts(account_id, email=email, phone=phone, password_hash=password_hash)
        application.account_id, application.step, application.collision = account_id, Step.CODE, None
        application.remember(email=email.value, phone=phone.e164, shared="yes" if shared_device else "")
        _send(issued, account_id, phone, asking.locale)
    return application


def note_contacts(asking: Asking, email: str, phone: str) -> None:
    """Keep what was typed in step 2, however unfinished, while the person goes back to step 1."""
    with unit_of_work() as session:
        if application := find(asking.device_hash):
            session.refresh(application, with_for_update=True)
            application.remember(email=email[:320], phone=phone[:320])


def change_phone(asking: Asking, phone: PhoneNumber) -> None:
    """Step 3, "Ubah no HP": another phone for the pending account, and a code to it. Raises as `leave_contacts`."""
    application = _at_code(asking)
    issued = _issue(application.account_id or "", phone, asking)
    with unit_of_work() as session:
        application = _locked(session, application.id, Step.CODE)
        accounts.change_pending_contacts(application.account_id or "", phone=phone)
        application.remember(phone=phone.e164)
        _send(issued, application.account_id or "", phone, asking.locale)


def resend(asking: Asking) -> None:
    """Step 3, "Kirim Ulang". Raises NoSuchStep, otp.TooSoon, throttle.Throttled."""
    account = pending_account(_at_code(asking))
    issued = otp.issue(errand(account, asking.device_hash), address=asking.address)
    with unit_of_work():
        _send(issued, account.id, account.phone, asking.locale)


def confirm(asking: Asking, raw_code: str) -> accounts.Account:
    """Step 3: the code proves the phone, and the account is active.

    Raises what `otp.verify` raises, NoSuchStep, Collision, GuardianNeeded."""
    application = _at_code(asking)
    account = pending_account(application)
    otp.verify(errand(account, asking.device_hash), raw_code)
    if application.needs_guardian:
        with unit_of_work() as session:
            _locked(session, application.id, Step.CODE).step = Step.GUARDIAN
        raise GuardianNeeded
    return finish(application, account, asking.locale)


def finish(application: Application, account: accounts.Account, locale: str, guardian: PhoneNumber | None = None) -> accounts.Account:
    """Everything is proven: the account becomes active. Raises NoSuchStep, Collision."""
    try:
        with unit_of_work() as session:
            active = accounts.activate(account.id, guardian=guardian)
            if guardian is not None:
                audit.record(audit.Event.GUARDIAN_AGREED, account.id)
            session.delete(_locked(session, application.id, Step.CODE, Step.GUARDIAN))
            notices.mail(active.email, "welcome", locale, account_id=active.id, name=active.name.value)
            return active
    except accounts.AlreadyTaken as taken:
        _collide(application.id, account, taken.what[0])
        raise Collision(taken.what[0]) from None


def _collide(application_id: str, account: accounts.Account, what: str) -> None:
    with unit_of_work() as session:
        application = _locked(session, application_id, Step.CODE, Step.GUARDIAN)
        application.collision = what
        audit.record(audit.Event.REGISTRATION_COLLIDED, account.id, what=what)
        if what == "nik":
            application.step, application.account_id = Step.TAKEN, None
            accounts.discard_pending(account.id)
            outbox.put("registration_attempt", {"nik": application.nik.value, "at": clock.seconds()})
        else:
            application.step = Step.MATCHED
            outbox.put("contact_attempt", {"what": what, "contact": application.answers[what], "at": clock.seconds()})


def owner_of_what_is_taken(application: Application) -> accounts.Account | None:
    """Whose account it is that this registration ran into; for pages after the phone was proven."""
    match application.collision:
        case "nik":
            found = accounts.find_active_by_nik(application.nik)
            return None if found is None or found.state == accounts.State.ERASED else found
        case "phone":
            return accounts.owner_of_phone(PhoneNumber(application.answers["phone"]))
        case "email":
            return accounts.owner_of_email(EmailAddress(application.answers["email"]))
    return None


def pending_account(application: Application) -> accounts.Account:
    """The account that waits for its code. Raises NoSuchStep."""
    account = accounts.find(application.account_id or "")
    if account is None or account.state != accounts.State.PENDING:
        raise NoSuchStep
    return account


def errand(account: accounts.Account, device_hash: str) -> otp.Errand:
    """What an activation code is for: this account, its phone as it is stored, this browser."""
    return otp.Errand(otp.Purpose.ACTIVATION, account.id, account.phone, device_hash)


def _at_code(asking: Asking) -> Application:
    application = find(asking.device_hash)
    if application is None or application.step != Step.CODE or application.account_id is None:
        raise NoSuchStep
    return application


def _locked(session: Session, application_id: str, *steps: Step) -> Application:
    application = session.get(Application, application_id, with_for_update=True)
    if application is None or application.step not in steps:
        raise NoSuchStep
    return application


def _newcomer(application: Application, email: EmailAddress, phone: PhoneNumber, password_hash: str, locale: str) -> accounts.Newcomer:
    return accounts.Newcomer(
        nik=application.nik, name=application.name, email=email, phone=phone, password_hash=password_hash, locale=locale,
        terms_version=application.terms_version, terms_accepted_at=application.terms_accepted_at,
        registry_matched_at=application.matched_at or clock.now(),
    )  # fmt: skip


def _issue(account_id: str, phone: PhoneNumber, asking: Asking) -> otp.Issued | None:
    wanted = otp.Errand(otp.Purpose.ACTIVATION, account_id, phone, asking.device_hash)
    try:
        return otp.issue(wanted, address=asking.address)
    except otp.TooSoon:
        return None  # the code that is on its way to this phone is good


def _send(issued: otp.Issued | None, account_id: str, phone: PhoneNumber, locale: str) -> None:
    if issued is not None:
        notices.sms(phone, "activation_code", locale, account_id=account_id, expires_at=issued.expires_at, code=issued.code)
        audit.record(audit.Event.CODE_SENT, account_id, purpose=otp.Purpose.ACTIVATION.value)


def means(password_typed_at: datetime) -> tuple[str, ...]:
    """By what the person is known once the code is confirmed (RFC 8176): a password only if it was typed just now."""
    return ("pwd", "sms") if clock.now() - password_typed_at < SHOWN_AGAIN else ("sms",)
