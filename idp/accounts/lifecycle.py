"""What becomes of an account: opened pending, corrected, activated, suspended, restored, discarded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock, sealed
from idp.accounts import lookup, phones
from idp.accounts.models import Account, State
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber


class AlreadyTaken(Exception):
    """An activated account has it already. `what` names which: "nik", "email", "phone"; the gravest comes first."""

    def __init__(self, *what: str) -> None:
        super().__init__(", ".join(what))
        self.what = what


class NotPending(Exception):
    """The account is not waiting for its activation (any more)."""


class NotThere(Exception):
    """No such account, or not in a state for this."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """All that is known of a person when the account is opened."""

    nik: Nik
    name: PersonName
    email: EmailAddress
    phone: PhoneNumber
    password_hash: str
    locale: str
    terms_version: str
    terms_accepted_at: datetime
    registry_matched_at: datetime


def open_pending(newcomer: Newcomer, account_id: str | None = None) -> Account:
    """Open an account that waits for its owner to prove the phone. Others may claim the same NIK and contacts."""
    with unit_of_work() as session:
        account_id = account_id or new_id()
        sealed.new_data_key(account_id)
        session.flush()
        now = clock.now()
        account = Account(
            id=account_id,
            state=State.PENDING,
            nik_text=newcomer.nik.value,
            name_text=newcomer.name.value,
            claimed_nik=lookup.nik_fingerprint(newcomer.nik),
            password_hash=newcomer.password_hash,
            wrong_codes=0,
            locale=newcomer.locale,
            terms_version=newcomer.terms_version,
            terms_accepted_at=newcomer.terms_accepted_at,
            registry_matched_at=newcomer.registry_matched_at,
            created_at=now,
            updated_at=now,
        )
        _set_contacts(account, newcomer.email, newcomer.phone)
        session.add(account)
        return account


def change_pending_contacts(
    account_id: str, *, email: EmailAddress | None = None, phone: PhoneNumber | None = None, password_hash: str | None = None
) -> Account:
    """Correct what was typed before the account is activated. Raises NotPending."""
    with unit_of_work() as session:
        account = _pending(session, account_id)
        _set_contacts(account, email or account.email, phone or account.phone)
        account.password_hash = password_hash or account.password_hash
        account.updated_at = clock.now()
        return account


def activate(account_id: str, *, guardian: PhoneNumber | None = None) -> Account:
    """Bind NIK, e-mail address and phone to this account; its phone counts as proven, and the guardian's as having agreed.

    Of several that claim the same one wins. Raises NotPending and AlreadyTaken; then nothing has changed."""
    with unit_of_work() as session:
        account = _pending(session, account_id)
        if taken := what_is_taken(account):
            raise AlreadyTaken(*taken)
        place = phones.free_place(account.phone, account.id)  # asked before anything is set: a query would flush it
        if place is None:
            raise AlreadyTaken("phone")  # by somebody who was faster
        account.bound_nik, account.bound_email = account.claimed_nik, account.claimed_email
        account.bound_phone = place
        account.state = State.ACTIVE
        account.activated_at = account.phone_verified_at = account.updated_at = clock.now()
        if guardian is not None:
            account.guardian_text, account.guardian_agreed_at = guardian.e164, clock.now()
        try:
            session.flush()
        except IntegrityError as fault:
            raise AlreadyTaken(_named_in(fault)) from None
        phones.note_newcomer(account)
        audit.record(audit.Event.ACCOUNT_ACTIVATED, account.id)
        return account


def what_is_taken(account: Account) -> tuple[str, ...]:
    """Which of the things that a pending account claims are bound to another one."""
    nik, email = Account.bound_nik == account.claimed_nik, Account.bound_email == account.claimed_email
    taken = (
        ("nik", db.session.scalar(select(Account.id).where(nik)) is not None),
        ("phone", phones.free_place(account.phone, account.id) is None),
        ("email", db.session.scalar(select(Account.id).where(email)) is not None),
    )
    return tuple(what for what, is_taken in taken if is_taken)


def discard_pending(account_id: str) -> None:
    """Remove an account that was never activated, with its data key."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None and account.state == State.PENDING:
            session.delete(account)
            session.flush()
            sealed.destroy_data_key(account_id)


def suspend(account_id: str, reason: str, officer: str | None = None) -> Account:
    """Stop an account from acting. Ending its sessions is the caller's next line. Raises NotThere."""
    return _change_state(account_id, (State.ACTIVE, State.SUSPENDED), audit.Event.ACCOUNT_SUSPENDED, reason, officer)


def restore(account_id: str, reason: str, officer: str | None = None) -> Account:
    """Let a suspended account act again. Raises NotThere."""
    return _change_state(account_id, (State.SUSPENDED, State.ACTIVE), audit.Event.ACCOUNT_RESTORED, reason, officer)


def set_password_hash(account_id: str, password_hash: str) -> None:
    """Store a hash made anew: another password, or the same one at today's cost."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.password_hash = password_hash
            account.updated_at = clock.now()


def set_locale(account_id: str, locale: str) -> None:
    """The language in which the person wants to be told things."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.locale, account.updated_at = locale, clock.now()


def set_identity_verified(account_id: str, at: datetime | None) -> None:
    """Name, birth date, birth place and sex were confirmed by the registry at this time; None: no longer (as they are now)."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None:
            account.identity_verified_at, account.updated_at = at, clock.now()


def _change_state(account_id: str, way: tuple[State, State], event: audit.Event, reason: str, officer: str | None) -> Account:
    before, after = way
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.state != before:
            raise NotThere
        account.state, account.state_reason, account.updated_at = after, reason, clock.now()
        # The reason is somebody's own words and may say something of the person: it lies sealed beside the state.
        audit.record(event, account_id, **({"officer": officer} if officer else {}))
        return account


def _pending(session: Session, account_id: str) -> Account:
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or account.state != State.PENDING:
        raise NotPending
    return account


def _set_contacts(account: Account, email: EmailAddress, phone: PhoneNumber) -> None:
    account.email_text, account.claimed_email = email.value, lookup.email_fingerprint(email)
    account.phone_text, account.claimed_phone = phone.e164, lookup.phone_fingerprint(phone)


def _named_in(fault: IntegrityError) -> str:
    # SQLite names the column, PostgreSQL the constraint, which is named after the column.
    text = str(fault.orig)
    return next((what for what in ("nik", "phone", "email") if f"bound_{what}" in text), "nik")
