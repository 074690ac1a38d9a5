"""The links to a résumé that their owners gave away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Boolean, Integer, String
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column


class ResumeLink(sealed.Row, Model):
    """One link: which parts it shows, until when, and whether services learn of it. Its secret is not kept, only a hash of it."""

    __tablename__ = "resume_links"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    secret_hash: Mapped[str] = column(String(64), personal=False, unique=True)
    parts: Mapped[list[str]] = column(JSON, personal=False)
    for_services: Mapped[bool] = column(Boolean, personal=False, default=False)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    withdrawn_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    opened: Mapped[int] = column(Integer, personal=False, default=0)
    opened_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    purpose_sealed: Mapped[bytes | None] = sealed.column()
    purpose = sealed.text("purpose_sealed")

    @property
    def sealing_holder(self) -> str:
        """For whom a link is meant is told by its owner, and sealed under the owner's key."""
        return self.account_id

    @property
    def is_in_force(self) -> bool:
        """Neither withdrawn nor over; asked at every use."""
        return self.withdrawn_at is None and clock.now() < self.expires_at
