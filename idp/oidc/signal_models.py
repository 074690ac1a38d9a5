"""Tables of Shared Signals: who wants to hear of what, and what waits to be fetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column


class EventStream(sealed.Row, Model):
    """One client's stream; its id is the client's."""

    __tablename__ = "event_streams"
    id: Mapped[str] = column(String(64), personal=False, primary_key=True)
    method: Mapped[str] = column(String(8), personal=False)  # push or poll
    endpoint_url: Mapped[str | None] = column(Text, personal=False, nullable=True)
    authorization_sealed: Mapped[bytes | None] = sealed.column()
    authorization = sealed.text("authorization_sealed")  # what the receiver wants to see in the header
    requested: Mapped[list[Any]] = column(JSON, personal=False)  # event types
    status: Mapped[str] = column(String(8), personal=False, default="enabled")  # enabled, paused or disabled
    reason: Mapped[str | None] = column(String(200), personal=False, nullable=True)
    description: Mapped[str | None] = column(String(200), personal=False, nullable=True)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False, default=clock.now)


class WaitingEvent(sealed.Row, Model):
    """An event that a client has not fetched and acknowledged yet."""

    __tablename__ = "waiting_events"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)  # the jti
    client_id: Mapped[str] = column(String(64), personal=False, index=True)
    claims_sealed: Mapped[bytes | None] = sealed.column()
    claims = sealed.json("claims_sealed")
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False, default=clock.now)
