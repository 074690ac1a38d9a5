"""How a person can be reached: when a phone may receive reset codes, and what happens when every contact is replaced."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from idp import clock
from idp.accounts import lookup, phones
from idp.accounts.lifecycle import AlreadyTaken, NotThere
from idp.accounts.models import Account, State
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, PhoneNumber

# Operators give numbers out again after some months of silence.
PHONE_PROOF_HOLDS = timedelta(days=365)


def phone_may_receive_resets(account: Account) -> bool:
    """Whether a code came back from this phone within a year. If not, somebody else may have the number by now:
    it has to be proven again, beside something else, before a code alone may open the account."""
    proven = account.phone_verified_at
    return proven is not None and clock.now() - proven < PHONE_PROOF_HOLDS


def phone_came_back(account_id: str) -> None:
    """A code that was sent to the account's phone was entered: the phone is its owner's, for another year."""
    now = clock.now()
    with unit_of_work() as session:
        statement = update(Account).where(Account.id == account_id).values(phone_verified_at=now)
        session.execute(statement.execution_options(synchronize_session=False))


def email_came_back(account_id: str) -> None:
    """What was sent to the account's e-mail address came back: the address is proven, if it was not."""
    with unit_of_work() as session:
        unproven = (Account.id == account_id, Account.email_verified_at.is_(None))
        statement = update(Account).where(*unproven).values(email_verified_at=clock.now())
        session.execute(statement.execution_options(synchronize_session=False))


def replace_contacts(account_id: str, email: EmailAddress, phone: PhoneNumber) -> None:
    """Bind another e-mail address and phone, both proven just now. Raises NotThere, AlreadyTaken; then nothing has changed."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.state != State.ACTIVE:
            raise NotThere
        place, key = phones.free_place(phone, account_id), lookup.email_fingerprint(email)
        email_is_taken = db.session.scalar(select(Account.id).where(Account.bound_email == key, Account.id != account_id)) is not None
        if place is None or email_is_taken:
            raise AlreadyTaken(*(["phone"] if place is None else []), *(["email"] if email_is_taken else []))
        account.email_text, account.phone_text = email.value, phone.e164
        account.claimed_email = account.bound_email = key
        account.claimed_phone, account.bound_phone = lookup.phone_fingerprint(phone), place
        account.email_verified_at = account.phone_verified_at = account.updated_at = clock.now()
        try:
            session.flush()
        except IntegrityError as fault:
            raise AlreadyTaken("phone" if "bound_phone" in str(fault.orig) else "email") from None
        phones.note_newcomer(account)
