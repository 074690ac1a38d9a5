"""The table of accounts: one row a person, sealed under the person's own data key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped

from idp import sealed
from idp.database import Model, UtcDateTime, column
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber

# The version of privacy policy and terms that somebody agrees to by registering; changed with the pages that say them.
TERMS_VERSION = "2026-01"


class State(StrEnum):
    """What an account is: not yet proven, in use, stopped by staff, or gone for good."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ERASED = "erased"


class Account(sealed.Row, Model):
    """A person's account.

    `claimed_*` are fingerprints of what the person says is theirs; many pending accounts may claim the same.
    `bound_*` are the same fingerprints once the account is activated: those are unique, the database sees to it."""

    __tablename__ = "accounts"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    state: Mapped[str] = column(String(9), personal=False, index=True)
    # An officer's own words, which the owner reads.
    state_reason_sealed: Mapped[bytes | None] = sealed.column()
    state_reason = sealed.text("state_reason_sealed")

    nik_sealed: Mapped[bytes | None] = sealed.column()
    nik_text = sealed.text("nik_sealed")
    name_sealed: Mapped[bytes | None] = sealed.column()
    name_text = sealed.text("name_sealed")
    email_sealed: Mapped[bytes | None] = sealed.column()
    email_text = sealed.text("email_sealed")
    phone_sealed: Mapped[bytes | None] = sealed.column()
    phone_text = sealed.text("phone_sealed")

    # The phone of the parent or guardian who agreed to a minor's registration, and when.
    guardian_sealed: Mapped[bytes | None] = sealed.column()
    guardian_text = sealed.text("guardian_sealed")
    guardian_agreed_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)

    claimed_nik: Mapped[str | None] = column(String(43), personal=True, nullable=True, index=True)
    claimed_email: Mapped[str | None] = column(String(43), personal=True, nullable=True, index=True)
    claimed_phone: Mapped[str | None] = column(String(43), personal=True, nullable=True, index=True)
    bound_nik: Mapped[str | None] = column(String(43), personal=True, nullable=True, unique=True)
    bound_email: Mapped[str | None] = column(String(43), personal=True, nullable=True, unique=True)
    bound_phone: Mapped[str | None] = column(String(43), personal=True, nullable=True, unique=True)

    # Peppered with a key that is not in this database, so it tells nothing of the person.
    password_hash: Mapped[str] = column(String(160), personal=False)
    wrong_codes: Mapped[int] = column(Integer, personal=False, default=0)

    locale: Mapped[str] = column(String(2), personal=False, default="id")
    terms_version: Mapped[str] = column(String(32), personal=False)
    terms_accepted_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    registry_matched_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    identity_verified_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    email_verified_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    phone_verified_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)
    activated_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    updated_at: Mapped[datetime] = column(UtcDateTime, personal=False)

    @property
    def sealing_holder(self) -> str:
        """The account's own data key seals its personal data."""
        return self.id

    @property
    def nik(self) -> Nik:
        """The NIK that the registry recognised."""
        return Nik(self.nik_text)

    @property
    def name(self) -> PersonName:
        """The full name as the citizen wrote it and the registry accepted it."""
        return PersonName(self.name_text)

    @property
    def email(self) -> EmailAddress:
        """The e-mail address; proven only if `email_verified_at` says so."""
        return EmailAddress(self.email_text)

    @property
    def phone(self) -> PhoneNumber:
        """The phone number; proven since activation."""
        return PhoneNumber(self.phone_text)

    @property
    def guardian_phone(self) -> PhoneNumber | None:
        """The phone by which a parent or guardian agreed, for somebody who was a minor then."""
        return PhoneNumber(self.guardian_text) if self.guardian_text else None


def may_act(account: Account | None) -> bool:
    """May this account act now? The one answer for every path that issues or accepts anything (security.md, rule 4)."""
    return account is not None and is_in_use(account.state)


def is_in_use(state: str) -> bool:
    """What `may_act` asks of an account's state."""
    return state == State.ACTIVE
