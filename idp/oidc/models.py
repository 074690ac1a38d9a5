"""Tables of the protocol. A subject is a plain string here: this package knows no accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column, new_id


class ClientRow(sealed.Row, Model):
    """A registered relying party. `version` grows with every change, so that caches notice."""

    __tablename__ = "clients"
    id: Mapped[str] = column(String(64), personal=False, primary_key=True)
    status: Mapped[str] = column(String(16), personal=False, default="active")
    details: Mapped[dict[str, Any]] = column(JSON, personal=False)  # registered metadata: RFC 7591 2 and our own
    secret_fingerprint: Mapped[str | None] = column(String(43), personal=False, nullable=True)
    secret_sealed: Mapped[bytes | None] = sealed.column()
    secret = sealed.text("secret_sealed")  # kept only where the client signs with it (client_secret_jwt)
    registration_fingerprint: Mapped[str | None] = column(String(43), personal=False, nullable=True)  # RFC 7592 3
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False, default=clock.now)
    updated_at: Mapped[datetime] = column(UtcDateTime, personal=False, default=clock.now)
    version: Mapped[int] = column(Integer, personal=False, default=1)


class Consent(Model):
    """What one person decided about one claim or power for one client; valid for a year."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("client_id", "subject", "item"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    client_id: Mapped[str] = column(String(64), personal=False)
    subject: Mapped[str] = column(String(64), personal=False, index=True)
    item: Mapped[str] = column(String(64), personal=False)  # a claim's name, or offline_access
    granted: Mapped[bool] = column(Boolean, personal=False)
    decided_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)


class RefreshFamily(Model):
    """All refresh tokens that descend from one authorization. Only the newest works; any older one ends the family."""

    __tablename__ = "refresh_families"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    grant_id: Mapped[str] = column(String(32), personal=False, index=True)
    client_id: Mapped[str] = column(String(64), personal=False)
    subject: Mapped[str] = column(String(64), personal=False, index=True)
    sid: Mapped[str | None] = column(String(64), personal=False, index=True, nullable=True)
    authorization: Mapped[dict[str, Any]] = column(JSON, personal=False)  # see grants.Authorization
    code_hash: Mapped[str | None] = column(String(43), personal=False, nullable=True)
    token_hash: Mapped[str] = column(String(43), personal=False)
    generation: Mapped[int] = column(Integer, personal=False, default=1)
    issued_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    idle_until: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    revoked_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)


class SigningKey(sealed.Row, Model):
    """A key of the provider. `slot` is next or current, one of each per algorithm; a retired key has none."""

    __tablename__ = "signing_keys"
    __table_args__ = (UniqueConstraint("alg", "slot"),)
    id: Mapped[str] = column(String(43), personal=False, primary_key=True)  # the kid: the key's thumbprint (RFC 7638)
    alg: Mapped[str] = column(String(8), personal=False)
    slot: Mapped[str | None] = column(String(8), personal=False, nullable=True)
    public: Mapped[dict[str, Any]] = column(JSON, personal=False)
    private_sealed: Mapped[bytes | None] = sealed.column()
    private = sealed.json("private_sealed")
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    current_since: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    retired_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    withdrawn_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)  # no longer published


class RegistrationToken(Model):
    """An initial access token (RFC 7591 3): lets its bearer register one client, once."""

    __tablename__ = "registration_tokens"
    id: Mapped[str] = column(String(43), personal=False, primary_key=True)  # keyed fingerprint of the token
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    used_at: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)


class SessionClient(Model):
    """A client that was told about a session, and so must be told of its end."""

    __tablename__ = "session_clients"
    __table_args__ = (UniqueConstraint("sid", "client_id"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    sid: Mapped[str] = column(String(64), personal=False)
    client_id: Mapped[str] = column(String(64), personal=False)
    subject: Mapped[str] = column(String(64), personal=False)
    since: Mapped[datetime] = column(UtcDateTime, personal=False)
