"""Finding accounts: by id, by what a person types, by who owns a NIK, an e-mail address or a phone number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from idp import sealed
from idp.accounts.models import Account, State, is_in_use
from idp.database import read_one
from idp.extensions import db
from idp.identity import EmailAddress, Malformed, Nik, PhoneNumber

STATE_OF = select(Account.state).where(Account.id == bindparam("account_id"))
BEST_FIRST = (Account.activated_at.is_(None), Account.created_at.desc())
MOST_CLAIMANTS = 20


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs of an account, and nothing that has to be unsealed."""

    account_id: str
    state: State
    password_hash: str
    locale: str


def nik_fingerprint(nik: Nik) -> str:
    """The look-up key of a NIK."""
    return sealed.fingerprint("nik", nik.value)


def email_fingerprint(email: EmailAddress) -> str:
    """The look-up key of an e-mail address; case does not count."""
    return sealed.fingerprint("email", email.key)


def phone_fingerprint(phone: PhoneNumber) -> str:
    """The look-up key of a phone number."""
    return sealed.fingerprint("phone", phone.e164)


def contact_fingerprint(contact: EmailAddress | PhoneNumber) -> str:
    """The look-up key of either kind of contact."""
    return email_fingerprint(contact) if isinstance(contact, EmailAddress) else phone_fingerprint(contact)


def find(account_id: str) -> Account | None:
    """The account with this id."""
    return db.session.get(Account, account_id)


def may_act_by_id(account_id: str) -> bool:
    """`may_act` for whoever knows the id only: reads the state afresh, opens nothing that is sealed."""
    row = read_one(db.engine, STATE_OF, account_id=account_id)
    return row is not None and is_in_use(row[0])


def find_active_by_nik(nik: Nik) -> Account | None:
    """The account that a NIK is bound to, in whatever state that account is now."""
    return db.session.scalar(select(Account).where(Account.bound_nik == nik_fingerprint(nik)))


def owner_of_email(email: EmailAddress) -> Account | None:
    """The activated account that an e-mail address is bound to."""
    return db.session.scalar(select(Account).where(Account.bound_email == email_fingerprint(email)))


def owner_of_phone(phone: PhoneNumber) -> Account | None:
    """The activated account that a phone number is bound to; of a family that shares it, the first."""
    key = phone_fingerprint(phone)
    wanted = select(Account).where(Account.claimed_phone == key, Account.bound_phone.is_not(None))
    return db.session.scalar(wanted.order_by(Account.bound_phone != key, Account.activated_at).limit(1))


def identifier_fingerprint(raw_identifier: str) -> str:
    """The look-up key of what a person typed to sign in; nonsense has one too, so that it costs the same time."""
    return _parse(raw_identifier)[1]


def find_by_identifier(raw_identifier: str) -> Account | None:
    """The account for an e-mail address or a phone number as people write it."""
    return db.session.scalar(select(Account).where(_matches(raw_identifier)).order_by(*_best_first(raw_identifier)).limit(1))


def claimants(raw: str) -> list[Account]:
    """Everybody whose NIK, e-mail address or phone number this is, or is said to be; the owner first."""
    try:
        nik = Nik.parse(raw)
    except Malformed:
        matches = _matches(raw)
    else:
        key = nik_fingerprint(nik)
        matches = or_(Account.bound_nik == key, and_(Account.claimed_nik == key, Account.state == State.PENDING))
    return list(db.session.scalars(select(Account).where(matches).order_by(*BEST_FIRST).limit(MOST_CLAIMANTS)))


def credentials(raw_identifier: str) -> Credentials | None:
    """What is needed to check a password: one statement whoever asks, so that strangers cannot tell people apart.

    An activated account counts before pending ones; of several pending ones the newest counts."""
    wanted = (Account.id, Account.state, Account.password_hash, Account.locale)
    row = db.session.execute(select(*wanted).where(_matches(raw_identifier)).order_by(*_best_first(raw_identifier)).limit(1)).first()
    return Credentials(row[0], State(row[1]), row[2], row[3]) if row else None


def _parse(raw: str) -> tuple[str, str]:
    try:
        if "@" in raw:
            return "email", email_fingerprint(EmailAddress.parse(raw))
        return "phone", phone_fingerprint(PhoneNumber.parse(raw))
    except Malformed:
        return "phone", sealed.fingerprint("nobody", raw[:320])


def _matches(raw: str) -> ColumnElement[bool]:
    kind, key = _parse(raw)
    if kind == "email":
        return or_(Account.bound_email == key, and_(Account.claimed_email == key, Account.state == State.PENDING))
    return Account.claimed_phone == key  # bound or not: a family's number is bound in several places


def _best_first(raw: str) -> tuple[ColumnElement[Any], ...]:
    """Activated accounts before pending ones; of a family that shares a phone the first; of pending ones the newest."""
    _kind, key = _parse(raw)
    return Account.activated_at.is_(None), and_(Account.bound_phone.is_not(None), Account.bound_phone != key), Account.created_at.desc()
