"""A minor's registration: a parent or guardian agrees by a code that comes to their own phone (UU 27/2022, article 25).

phone proven -> the guardian's phone -> the code in that SMS -> ACTIVE"""

from __future__ import annotations

from idp import accounts, audit, notices, otp, settings
from idp.extensions import unit_of_work
from idp.identity import PhoneNumber
from idp.registration import activation
from idp.registration.flow import Asking, NoSuchStep, find
from idp.registration.models import Application, Step


class OwnPhone(Exception):
    """The guardian's phone has to be another one than the minor's own, unless families share phones here."""


def at_guardian(asking: Asking) -> Application:
    """The registration of this browser if a guardian is next. Raises NoSuchStep."""
    application = find(asking.device_hash)
    if application is None or application.step != Step.GUARDIAN:
        raise NoSuchStep
    return application


def ask(asking: Asking, phone: PhoneNumber) -> None:
    """Ask a guardian, by a code to this phone. Raises NoSuchStep, OwnPhone, otp.TooSoon, throttle.Throttled, sms_budget.NotReachable."""
    application = at_guardian(asking)
    account = activation.pending_account(application)
    if phone == account.phone and settings.current().people_per_phone == 1:  # a family may have one phone only
        raise OwnPhone
    issued = otp.issue(_errand(account, phone, asking), address=asking.address)
    with unit_of_work() as session:
        session.refresh(application, with_for_update=True)
        application.remember(guardian=phone.e164)
        facts = {"code": issued.code, "name": account.name.value.split()[0][:20]}
        notices.sms(phone, "guardian_code", asking.locale, account_id=account.id, expires_at=issued.expires_at, **facts)
        audit.record(audit.Event.CODE_SENT, account.id, purpose=otp.Purpose.GUARDIAN.value)


def asked(asking: Asking) -> tuple[PhoneNumber, otp.Pending]:
    """The guardian's phone and how its code stands. Raises NoSuchStep when nobody was asked yet."""
    application = at_guardian(asking)
    if "guardian" not in application.answers:
        raise NoSuchStep
    phone = PhoneNumber(application.answers["guardian"])
    return phone, otp.pending(_errand(activation.pending_account(application), phone, asking))


def agree(asking: Asking, raw_code: str) -> accounts.Account:
    """The guardian's code was typed: the account is active. Raises what `otp.verify` raises, NoSuchStep, activation.Collision."""
    application = at_guardian(asking)
    account, (phone, _state) = activation.pending_account(application), asked(asking)
    otp.verify(_errand(account, phone, asking), raw_code)
    return activation.finish(application, account, asking.locale, guardian=phone)


def _errand(account: accounts.Account, phone: PhoneNumber, asking: Asking) -> otp.Errand:
    return otp.Errand(otp.Purpose.GUARDIAN, account.id, phone, asking.device_hash)
