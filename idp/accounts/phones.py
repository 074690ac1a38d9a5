"""One phone in a family: how many accounts may have the same number (a setting), and who they are.

Each account on a number holds a place of its own, unique in the database: the first place is the plain fingerprint of the
number, so that a family that gets smaller or a setting that changes back needs no migration."""

from __future__ import annotations

from sqlalchemy import select

from idp import outbox, sealed, settings
from idp.accounts import lookup
from idp.accounts.models import Account, State
from idp.extensions import db
from idp.identity import PhoneNumber


def free_place(phone: PhoneNumber, account_id: str) -> str | None:
    """The fingerprint to bind an account to, or None when the number has as many people as it may have."""
    places = _places(phone)
    taken = set(db.session.scalars(select(Account.bound_phone).where(Account.bound_phone.in_(places), Account.id != account_id)))
    return next((one for one in places if one not in taken), None)


def is_full(phone: PhoneNumber) -> bool:
    """Whether nobody more can have this number."""
    return free_place(phone, "") is None


def sharers(account: Account) -> list[Account]:
    """The others who have the same number."""
    same = (Account.claimed_phone == account.claimed_phone, Account.id != account.id, Account.bound_phone.is_not(None))
    return list(db.session.scalars(select(Account).where(*same, Account.state != State.ERASED).order_by(Account.activated_at)))


def signs_in(account: Account) -> bool:
    """Whether the number leads to this account at the sign-in page; the others on it use their e-mail address."""
    found = lookup.find_by_identifier(account.phone.e164)
    return found is not None and found.id == account.id


def note_newcomer(account: Account) -> None:
    """Somebody just got a number: the others on it are told, by the worker. Inside a unit of work."""
    if sharers(account):
        outbox.put("phone_shared", {"account": account.id}, holder=account.id)


def _places(phone: PhoneNumber) -> tuple[str, ...]:
    others = range(2, settings.current().people_per_phone + 1)
    return (lookup.phone_fingerprint(phone), *(sealed.fingerprint("phone", f"{phone.e164}#{number}") for number in others))
