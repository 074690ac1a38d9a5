"""The tables of sign-ins and known devices, and a sign-in as the rest of the house sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_login import UserMixin
from sqlalchemy import Boolean, Row, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from idp import clock, settings
from idp.database import Model, UtcDateTime, column, new_id

SHARED_IDLE = timedelta(minutes=10)
SHARED_LIFETIME = timedelta(hours=1)


class StoredSession(Model):
    """One sign-in of one person in one browser. Its id is the `sid` that services know; the cookie's secret is not kept."""

    __tablename__ = "sso_sessions"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    token_hash: Mapped[str] = column(String(64), personal=False, unique=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    auth_time: Mapped[datetime] = column(UtcDateTime, personal=False)
    acr: Mapped[str] = column(String(64), personal=False)
    amr: Mapped[str] = column(String(64), personal=False)
    shared_device: Mapped[bool] = column(Boolean, personal=False)
    browser: Mapped[str] = column(String(24), personal=False, default="unknown unknown")
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    last_seen_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)
    ended_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    ended_cause: Mapped[str | None] = column(String(32), personal=False, nullable=True)


class KnownDevice(Model):
    """A browser in which a person has signed in before."""

    __tablename__ = "known_devices"
    __table_args__ = (UniqueConstraint("token_hash", "account_id"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    token_hash: Mapped[str] = column(String(64), personal=False)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    first_seen_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    last_seen_at: Mapped[datetime] = column(UtcDateTime, personal=False)


@dataclass(frozen=True, eq=False)
class SsoSession(UserMixin):  # type: ignore[misc]
    """A sign-in that is in force: who, since when, by what means (`acr`, `amr` as in OpenID Connect Core 2)."""

    sid: str
    account_id: str
    auth_time: datetime
    acr: str
    amr: tuple[str, ...]
    shared_device: bool
    expires_at: datetime
    last_seen_at: datetime
    may_act: bool = True  # whether the account could, when this was read

    @classmethod
    def of(cls, row: StoredSession | Row[Any], *, may_act: bool = True) -> SsoSession:
        """The sign-in that a row holds."""
        return cls(
            sid=row.id,
            account_id=row.account_id,
            auth_time=row.auth_time,
            acr=row.acr,
            amr=tuple(row.amr.split()),
            shared_device=row.shared_device,
            expires_at=row.expires_at,
            last_seen_at=row.last_seen_at,
            may_act=may_act,
        )

    def get_id(self) -> str:
        """What Flask-Login calls a user's id."""
        return self.account_id

    def is_alive(self) -> bool:
        """Neither idle for too long nor older than a sign-in may be."""
        now = clock.now()
        return now < self.expires_at and now < self.last_seen_at + idle(self.shared_device)


def idle(shared_device: bool) -> timedelta:
    """How long a sign-in may lie unused."""
    configured = timedelta(seconds=settings.current().session_idle)
    return min(configured, SHARED_IDLE) if shared_device else configured


def lifetime(shared_device: bool) -> timedelta:
    """How long a sign-in may last at most."""
    configured = timedelta(seconds=settings.current().session_lifetime)
    return min(configured, SHARED_LIFETIME) if shared_device else configured
