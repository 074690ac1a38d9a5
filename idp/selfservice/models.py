"""The tables of self-service: changes of a contact."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column
from idp.identity import EmailAddress, PhoneNumber

UNDO_LIFE = timedelta(days=7)


class State(StrEnum):
    """How far a change has got. UNDONE and VOID are ends."""

    ASKED = "asked"
    DONE = "done"
    UNDONE = "undone"
    VOID = "void"


class ContactChange(sealed.Row, Model):
    """One change of an e-mail address or phone: asked for, proven, and for a week undone by a link to the old contact."""

    __tablename__ = "contact_changes"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    kind: Mapped[str] = column(String(5), personal=False)
    state: Mapped[str] = column(String(6), personal=False)
    new_sealed: Mapped[bytes | None] = sealed.column()
    new_text = sealed.text("new_sealed")
    old_sealed: Mapped[bytes | None] = sealed.column()
    old_text = sealed.text("old_sealed")
    proof_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True, unique=True)
    undo_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True, unique=True)
    asked_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    done_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)

    @property
    def sealing_holder(self) -> str:
        """The owner's data key."""
        return self.account_id

    @property
    def new(self) -> EmailAddress | PhoneNumber:
        """The contact that is to be, or became, the account's."""
        return EmailAddress(self.new_text) if self.kind == "email" else PhoneNumber(self.new_text)

    @property
    def old(self) -> EmailAddress | PhoneNumber:
        """The contact that was the account's when the change was asked for."""
        return EmailAddress(self.old_text) if self.kind == "email" else PhoneNumber(self.old_text)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its proof."""
        return self.state == State.ASKED and clock.now() < self.expires_at

    @property
    def can_be_undone(self) -> bool:
        """Whether the week is not over."""
        return self.state == State.DONE and self.done_at is not None and clock.now() < self.done_at + UNDO_LIFE


class ErasureRequest(Model):
    """The owner wants the account to end. Until `due_at` that can be taken back."""

    __tablename__ = "erasure_requests"
    account_id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    asked_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    due_at: Mapped[datetime] = column(UtcDateTime, personal=False)
