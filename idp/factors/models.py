"""The tables of second factors. Whatever proves something is sealed under its owner's data key and bound to its row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ColumnElement, String, and_, or_
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column

LONGEST_NAME = 40


class NoSuchFactor(LookupError):
    """There is none with this id, or it is somebody else's."""


class Factor(sealed.Row):
    """What every removable factor has: an owner, a name that the owner gave it, and perhaps a day on which it goes."""

    account_id: Mapped[str]

    @property
    def sealing_holder(self) -> str:
        """The owner's data key: a row moved to another account does not open."""
        return self.account_id


class Authenticator(Factor, Model):
    """An authenticator app (RFC 6238). Without `confirmed_at` it is only offered and proves nothing."""

    __tablename__ = "authenticators"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    secret_sealed: Mapped[bytes | None] = sealed.column()
    secret = sealed.text("secret_sealed")
    name_sealed: Mapped[bytes | None] = sealed.column()
    name = sealed.text("name_sealed")
    last_step: Mapped[int] = column(BigInteger, personal=False, default=0)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    confirmed_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    last_used_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    removal_due_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)


class Passkey(Factor, Model):
    """A passkey (Web Authentication Level 3). `record` holds credential id, public key and transports, authenticated."""

    __tablename__ = "passkeys"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    credential: Mapped[str] = column(String(43), personal=True, unique=True)
    record_sealed: Mapped[bytes | None] = sealed.column()
    record = sealed.json("record_sealed")
    name_sealed: Mapped[bytes | None] = sealed.column()
    name = sealed.text("name_sealed")
    sign_count: Mapped[int] = column(BigInteger, personal=False, default=0)
    synced: Mapped[bool] = column(Boolean, personal=False)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    last_used_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    removal_due_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)


class RecoveryCode(Model):
    """One printed code, as a keyed hash; once spent it stays as the record of that."""

    __tablename__ = "recovery_codes"
    code_hash: Mapped[str] = column(String(43), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    made_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    spent_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)


def owned(kind: type[Authenticator] | type[Passkey], account_id: str) -> ColumnElement[bool]:
    """The factors of a kind that count for an account now: confirmed, and not past the day of their removal."""
    going = kind.removal_due_at
    in_use = and_(kind.account_id == account_id, or_(going.is_(None), going > clock.now()))
    return and_(in_use, kind.confirmed_at.is_not(None)) if kind is Authenticator else in_use
