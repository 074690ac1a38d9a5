"""The tables of recovery: attempts under way in a browser, cases that officers decide, and what the officers said."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column, new_id
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber

ATTEMPT_LIFE = timedelta(minutes=30)


class Step(StrEnum):
    """How far an attempt has got."""

    LINK = "link"  # the link that was mailed has to be opened in this browser
    CODE = "code"  # the code that was sent has to be typed
    CONTACTS = "contacts"  # everything lost: where the person can be reached from now on
    NEW_EMAIL = "new_email"  # the code that went to the new address
    NEW_PHONE = "new_phone"  # the code that went to the new phone
    DOCUMENT = "document"  # a photo of the identity card
    FACTOR = "factor"  # the second factor that the account has
    PASSWORD = "password"
    DONE = "done"
    VOID = "void"


CODE_STEPS = (Step.CODE, Step.NEW_EMAIL, Step.NEW_PHONE)


class Attempt(sealed.Row, Model):
    """One try to get back in, in the browser whose cookie has this hash. It looks the same whoever it is about, or nobody."""

    __tablename__ = "recovery_attempts"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    browser: Mapped[str] = column(String(64), personal=False, unique=True)
    step: Mapped[str] = column(String(9), personal=False)
    locale: Mapped[str] = column(String(2), personal=False)
    asked_sealed: Mapped[bytes | None] = sealed.column()
    asked = sealed.json("asked_sealed")

    # Written by the worker: whom it is about, what limits count it by, and the account's password at that moment.
    account_id: Mapped[str | None] = column(String(32), personal=False, nullable=True, index=True)
    case_id: Mapped[str | None] = column(String(32), personal=False, nullable=True)
    subject: Mapped[str | None] = column(String(43), personal=True, nullable=True)
    password_mark: Mapped[str | None] = column(String(43), personal=False, nullable=True)
    proven: Mapped[str] = column(String(16), personal=False, default="")

    code_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True)
    code_expires_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    code_tries: Mapped[int] = column(Integer, personal=False, default=0)
    code_block: Mapped[str | None] = column(String(12), personal=False, nullable=True)
    link_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True, unique=True)
    asked_count: Mapped[int] = column(Integer, personal=False, default=1)
    sent_count: Mapped[int] = column(Integer, personal=False, default=0)
    next_send_at: Mapped[datetime] = column(UtcDateTime, personal=False)

    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)

    @property
    def is_alive(self) -> bool:
        """Neither finished nor void nor too old."""
        return self.step not in (Step.DONE, Step.VOID) and self.expires_at > clock.now()


class CaseState(StrEnum):
    """What became of a request to replace every contact."""

    WAITING = "waiting"
    GRANTED = "granted"  # approved, and the waiting time is over: the person may finish it
    DONE = "done"
    REFUSED = "refused"
    STOPPED = "stopped"  # by the owner, from an old contact
    EXPIRED = "expired"


class Registry(StrEnum):
    """What the civil registry said of the person who asks."""

    UNASKED = "unasked"
    MATCH = "match"
    NO_MATCH = "no_match"


class Case(sealed.Row, Model):
    """A request of somebody who has lost every contact. Without an `account_id` there is nobody it could be about."""

    __tablename__ = "recovery_cases"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    state: Mapped[str] = column(String(8), personal=False, index=True)
    account_id: Mapped[str | None] = column(String(32), personal=False, nullable=True, index=True)
    nik_sealed: Mapped[bytes | None] = sealed.column()
    nik_text = sealed.text("nik_sealed")
    mother_sealed: Mapped[bytes | None] = sealed.column()
    mother_text = sealed.text("mother_sealed")
    email_sealed: Mapped[bytes | None] = sealed.column()
    email_text = sealed.text("email_sealed")
    phone_sealed: Mapped[bytes | None] = sealed.column()
    phone_text = sealed.text("phone_sealed")
    document_sealed: Mapped[bytes | None] = sealed.column()
    document_text = sealed.text("document_sealed")

    locale: Mapped[str] = column(String(2), personal=False)
    registry_says: Mapped[str] = column(String(8), personal=False)
    registry_reason: Mapped[str | None] = column(String(32), personal=False, nullable=True)
    officers_needed: Mapped[int] = column(Integer, personal=False)
    without_factor: Mapped[bool] = column(Boolean, personal=False, default=False)
    stop_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True, unique=True)
    finish_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True, unique=True)
    opened_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    waits_until: Mapped[datetime] = column(UtcDateTime, personal=False)
    finish_until: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    closed_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)

    @property
    def can_be_finished(self) -> bool:
        """Granted, and it is not too late."""
        return self.state == CaseState.GRANTED and self.finish_until is not None and self.finish_until > clock.now()

    @property
    def nik(self) -> Nik:
        """The NIK of the account that is asked for."""
        return Nik(self.nik_text)

    @property
    def mother_name(self) -> PersonName:
        """What was typed for the mother's name: put to the registry, and proof of nothing."""
        return PersonName(self.mother_text)

    @property
    def email(self) -> EmailAddress:
        """The new address, proven by a code."""
        return EmailAddress(self.email_text)

    @property
    def phone(self) -> PhoneNumber:
        """The new phone, proven by a code."""
        return PhoneNumber(self.phone_text)

    def forget(self) -> None:
        """Nothing of the person is kept once there is nothing left to decide."""
        self.nik_text = self.mother_text = self.email_text = self.phone_text = self.document_text = None
        self.stop_hash = self.finish_hash = None


class Decision(sealed.Row, Model):
    """What one officer said of a case; each officer once."""

    __tablename__ = "recovery_decisions"
    __table_args__ = (UniqueConstraint("case_id", "officer"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    case_id: Mapped[str] = column(String(32), ForeignKey("recovery_cases.id"), personal=False)
    officer: Mapped[str] = column(String(64), personal=True)
    approved: Mapped[bool] = column(Boolean, personal=False)
    reason_sealed: Mapped[bytes | None] = sealed.column()
    reason = sealed.text("reason_sealed")
    decided_at: Mapped[datetime] = column(UtcDateTime, personal=False)
