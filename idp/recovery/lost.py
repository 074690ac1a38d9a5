"""Everything lost: NIK and mother's name start it -> new contacts, proven -> a photo of the card -> a case that waits.

Nothing here looks anybody up. The mother's name is one of the things put to the civil registry; it proves nothing by itself."""

from __future__ import annotations

from idp import accounts, throttle
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from idp.recovery import attempts, cases, codes, documents
from idp.recovery.attempts import Asking
from idp.recovery.models import Attempt, Step

CONTACT_STEPS = (Step.CONTACTS, Step.NEW_EMAIL, Step.NEW_PHONE)


def start(nik: Nik, mother_name: PersonName, asking: Asking) -> None:
    """Begin, for whomever. Raises throttle.Throttled."""
    throttle.check("recovery_lost_per_nik", nik.value)
    throttle.hit("recovery_starts_per_address", asking.address)
    throttle.hit("recovery_lost_per_nik", nik.value)
    with unit_of_work():
        attempts.open_attempt(asking, Step.CONTACTS, nik=nik.value, mother_name=mother_name.value)


def leave_contacts(email: EmailAddress, phone: PhoneNumber, asking: Asking) -> None:
    """Where the person can be reached from now on; the address is proven first.

    Raises attempts.NotAtThisStep, throttle.Throttled."""
    attempt = attempts.at(asking, *CONTACT_STEPS)
    throttle.hit("recovery_contacts_per_attempt", attempt.id)
    with unit_of_work() as session:
        attempt = attempts.locked(session, attempt.id, *CONTACT_STEPS)
        attempt.asked = {**attempt.asked, "email": email.value, "phone": phone.e164, "taken": None}
        _send_code(attempt, Step.NEW_EMAIL)


def enter_code(raw_code: str, asking: Asking) -> None:
    """The code that went to the new address or phone. Raises as codes.enter."""
    codes.enter(attempts.at(asking, Step.NEW_EMAIL, Step.NEW_PHONE), raw_code, _contact_proven)


def submit(photo: bytes, asking: Asking) -> None:
    """The photo of the card: with it the waiting time begins. Raises uploads.Refused, attempts.NotAtThisStep."""
    attempt = attempts.at(asking, Step.DOCUMENT)
    document = documents.taken_in(photo)
    with unit_of_work() as session:
        attempt = attempts.locked(session, attempt.id, Step.DOCUMENT)
        cases.open_case(attempt, document)
        attempt.step, attempt.asked = Step.DONE, None
        attempt.proven = "case"


def _contact_proven(attempt: Attempt) -> None:
    asked = attempt.asked
    at_mail = attempt.step == Step.NEW_EMAIL
    by_mail = at_mail and accounts.owner_of_email(EmailAddress(asked["email"])) is not None
    if by_mail or (not at_mail and accounts.phones.is_full(PhoneNumber(asked["phone"]))):
        # Whoever proved the contact may know that it has an account, and can get in by it.
        attempt.asked = {**asked, "taken": "email" if at_mail else "phone"}
        attempt.step = Step.CONTACTS
    elif at_mail:
        _send_code(attempt, Step.NEW_PHONE)
    else:
        attempt.step = Step.DOCUMENT


def _send_code(attempt: Attempt, step: Step) -> None:
    attempt.step, attempt.code_hash = step, None
    attempt.asked_count += 1
    codes.send(attempt)
