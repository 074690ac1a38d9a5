"""The portal's only table: how far each person has read their notifications."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from idp.database import Model, column


class NotificationMark(Model):
    """The latest event of the audit trail that a person has seen on /pemberitahuan."""

    __tablename__ = "notification_marks"
    account_id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    read_until: Mapped[str] = column(String(32), personal=False)
