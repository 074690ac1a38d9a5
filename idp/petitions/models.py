"""The table of petitions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column

LONGEST = 1000


class Kind(StrEnum):
    """What is asked for."""

    CORRECTION = "correction"
    APPEAL = "appeal"


class State(StrEnum):
    """What became of it."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


class About(StrEnum):
    """Which data are wrong; the person changes everything else alone."""

    NIK = "nik"
    NAME = "name"
    BIRTH = "birth"
    SEX = "sex"
    OTHER = "other"


class Petition(sealed.Row, Model):
    """One petition. `open_key` says what it is about as long as it is open: of one thing there is one."""

    __tablename__ = "petitions"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    kind: Mapped[str] = column(String(10), personal=False)
    about: Mapped[str] = column(String(8), personal=False, default="")
    state: Mapped[str] = column(String(8), personal=False, index=True)
    open_key: Mapped[str | None] = column(String(64), personal=False, nullable=True, unique=True)
    words_sealed: Mapped[bytes | None] = sealed.column()
    words = sealed.text("words_sealed")
    answer_sealed: Mapped[bytes | None] = sealed.column()
    answer = sealed.text("answer_sealed")
    officer: Mapped[str | None] = column(String(64), personal=True, nullable=True)
    asked_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    due_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    answered_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)

    @property
    def sealing_holder(self) -> str:
        """The data key of whoever asks."""
        return self.account_id

    @property
    def is_open(self) -> bool:
        """Whether it waits for an officer."""
        return self.state == State.OPEN

    @property
    def is_overdue(self) -> bool:
        """Whether the clock ran out before an answer."""
        return self.is_open and self.due_at <= clock.now()
