"""An owner's change of one contact: the new one, just proven, takes the place of the old one."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from idp import clock
from idp.accounts import lookup, phones
from idp.accounts.lifecycle import AlreadyTaken, NotThere
from idp.accounts.models import Account, State
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, PhoneNumber


def replace_email(account_id: str, email: EmailAddress) -> Account:
    """Bind another e-mail address. Raises NotThere, AlreadyTaken; then nothing has changed."""
    key = lookup.email_fingerprint(email)
    return _replace(account_id, "email", email_text=email.value, claimed_email=key, bound_email=key)


def replace_phone(account_id: str, phone: PhoneNumber) -> Account:
    """Bind another phone number. Raises NotThere, AlreadyTaken; then nothing has changed."""
    with unit_of_work():
        place = phones.free_place(phone, account_id)
        if place is None:
            raise AlreadyTaken("phone")
        values = {"phone_text": phone.e164, "claimed_phone": lookup.phone_fingerprint(phone), "bound_phone": place}
        account = _replace(account_id, "phone", **values)
        phones.note_newcomer(account)
        return account


def email_proven(account_id: str) -> None:
    """Somebody who reads at the account's present address is its owner."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None and account.email_verified_at is None:
            account.email_verified_at = account.updated_at = clock.now()


def _replace(account_id: str, what: str, **values: str) -> Account:
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.state != State.ACTIVE:
            raise NotThere
        for name, value in {**values, f"{what}_verified_at": clock.now(), "updated_at": clock.now()}.items():
            setattr(account, name, value)
        try:
            session.flush()
        except IntegrityError:
            raise AlreadyTaken(what) from None
        return account
