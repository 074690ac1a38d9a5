"""The registry of clients: who may ask, and what they registered. SQL is the truth; the process keeps copies for a second."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import delete, select

from idp import audit, clock, sealed
from idp.extensions import after_commit, db, unit_of_work
from idp.oidc import provider, uris
from idp.oidc.metadata import ClientMetadata, MetadataRefused, stored
from idp.oidc.models import ClientRow, Consent, RefreshFamily
from idp.oidc.signal_models import EventStream, WaitingEvent

ACTIVE, SUSPENDED = "active", "suspended"
# Scopes that need the ministry's word: never given to a client that registers itself.
PERMISSION_SCOPES = frozenset({"nik", "shared_signals"})
# Scopes that open no claims.
OWN_SCOPES = frozenset({"openid", "offline_access", "shared_signals"})


class UnknownClient(Exception):
    """There is no client of that id."""


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """A registered client as the protocol sees it: immutable, safe to keep and to share between threads."""

    client_id: str
    status: str
    metadata: ClientMetadata
    version: int
    secret_fingerprint: str | None = field(repr=False)
    registration_fingerprint: str | None = field(repr=False)
    secret: str | None = field(repr=False)  # only where the client signs with it
    created_at: datetime

    def get_client_id(self) -> str:
        """Authlib's question."""
        return self.client_id

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether answers may be sent there: byte for byte (RFC 9700 2.1)."""
        native = self.metadata.application_type == "native"
        return any(uris.matches(redirect_uri, one, native=native) for one in self.metadata.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether that is the client's secret; in constant time, on bytes."""
        known = self.secret_fingerprint or ""
        return hmac.compare_digest(known.encode(), _secret_fingerprint(client_secret).encode()) and bool(known)

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client registered that grant."""
        return grant_type in self.metadata.grant_types

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client registered that response type."""
        return response_type in self.metadata.response_types

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Whether the client registered that way of proving itself; the same at every endpoint."""
        return method == self.metadata.token_endpoint_auth_method

    def get_default_redirect_uri(self) -> str | None:
        """The only registered address, if there is only one."""
        only = self.metadata.redirect_uris
        return only[0] if len(only) == 1 else None

    def get_allowed_scope(self, scope: str) -> str:
        """Of the scopes asked for, those that the client registered; unknown ones are left out (Core 3.1.2.1)."""
        allowed = set(self.metadata.scopes)
        return " ".join(dict.fromkeys(one for one in scope.split() if one in allowed))

    @property
    def sector(self) -> str:
        """Within a sector a person has one and the same pairwise subject (OpenID Connect Core 8.1)."""
        registered = self.metadata
        if registered.sector:
            return registered.sector
        addresses = (registered.sector_identifier_uri,) if registered.sector_identifier_uri else registered.redirect_uris
        return next(iter(uris.owned_hosts(addresses)), self.client_id)


@dataclass(frozen=True, slots=True)
class Registered:
    """A client just registered, with the secrets that are shown this once."""

    client: Client
    secret: str | None = field(repr=False)
    registration_token: str | None = field(default=None, repr=False)


def add(metadata: ClientMetadata, *, self_registered: bool = False) -> Registered:
    """Register a client. Raises MetadataRefused for a scope that does not exist or is not its to have."""
    _check_scope(metadata, self_registered=self_registered)
    now = clock.now()
    row = ClientRow(
        id=_new_client_id(metadata.client_name), details=_stored(metadata), status=ACTIVE, version=1, created_at=now, updated_at=now
    )
    secret = _give_secret(row, metadata)
    token = _give_registration_token(row) if self_registered else None
    with unit_of_work() as session:
        session.add(row)
        after_commit(provider.current().forget_clients)
        audit.record(audit.Event.CLIENT_REGISTERED, row.id, self_registered=self_registered)
    return Registered(_client(row), secret, token)


def find(client_id: str, *, fresh: bool = False) -> Client | None:
    """The client of that id, whatever its status; `fresh` reads it anew, for before something is refused."""
    cache = provider.current().clients
    if fresh:
        provider.current().forget_clients()
    return cache.get(client_id, lambda: _load(client_id)) if is_client_id(client_id) else None


def find_active(client_id: str, *, fresh: bool = False) -> Client | None:
    """The client of that id if it may be served."""
    client = find(client_id, fresh=fresh)
    return client if client and client.status == ACTIVE else None


def is_client_id(text: str) -> bool:
    """Whether a text could be a client id at all; spares the database nonsense."""
    return re.fullmatch(r"[A-Za-z0-9._~-]{1,64}", text) is not None


def every() -> list[Client]:
    """All clients, oldest first."""
    return [_client(row) for row in db.session.scalars(select(ClientRow).order_by(ClientRow.created_at, ClientRow.id))]


def replace(client_id: str, metadata: ClientMetadata, *, self_registered: bool = False) -> Registered:
    """Put new metadata in the place of the old. Raises UnknownClient, MetadataRefused."""
    with unit_of_work() as session:
        row = _locked(session, client_id)
        _check_scope(metadata, self_registered=self_registered, granted=stored(row.details).scopes)
        row.details = _stored(metadata)
        secret = None if _has_fitting_secret(row, metadata) else _give_secret(row, metadata)
        _changed(row, audit.Event.CLIENT_CHANGED)
    return Registered(_client(row), secret)


def rotate_secret(client_id: str) -> Registered:
    """Give a client a new secret; the old one is void at once. Raises UnknownClient; MetadataRefused if it has none."""
    with unit_of_work() as session:
        row = _locked(session, client_id)
        secret = _give_secret(row, stored(row.details))
        if secret is None:
            raise MetadataRefused([("token_endpoint_auth_method", "this client has no secret")])
        _changed(row, audit.Event.CLIENT_SECRET_ROTATED)
    return Registered(_client(row), secret)


def suspend(client_id: str) -> Client:
    """Serve a client no longer, until it is restored. Raises UnknownClient."""
    return _set_status(client_id, SUSPENDED, audit.Event.CLIENT_SUSPENDED)


def restore(client_id: str) -> Client:
    """Serve a suspended client again. Raises UnknownClient."""
    return _set_status(client_id, ACTIVE, audit.Event.CLIENT_RESTORED)


def remove(client_id: str) -> None:
    """Forget a client with its consents and refresh tokens. Raises UnknownClient."""
    with unit_of_work() as session:
        row = _locked(session, client_id)
        session.execute(delete(Consent).where(Consent.client_id == client_id))
        session.execute(delete(RefreshFamily).where(RefreshFamily.client_id == client_id))
        session.execute(delete(EventStream).where(EventStream.id == client_id))
        session.execute(delete(WaitingEvent).where(WaitingEvent.client_id == client_id))
        session.delete(row)
        audit.record(audit.Event.CLIENT_REMOVED, client_id)
        after_commit(provider.current().forget_clients)


def _set_status(client_id: str, status: str, event: audit.Event) -> Client:
    with unit_of_work() as session:
        row = _locked(session, client_id)
        row.status = status
        _changed(row, event)
    return _client(row)


def _locked(session: Any, client_id: str) -> ClientRow:
    row = session.get(ClientRow, client_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnknownClient(client_id)
    return row  # type: ignore[no-any-return]


def _changed(row: ClientRow, event: audit.Event) -> None:
    row.version += 1
    row.updated_at = clock.now()
    audit.record(event, row.id)
    after_commit(provider.current().forget_clients)


def _load(client_id: str) -> Client | None:
    row = db.session.scalar(select(ClientRow).where(ClientRow.id == client_id).execution_options(populate_existing=True))
    return _client(row) if row else None


def _client(row: ClientRow) -> Client:
    return Client(
        client_id=row.id,
        status=row.status,
        metadata=stored(row.details),
        version=row.version,
        secret_fingerprint=row.secret_fingerprint,
        registration_fingerprint=row.registration_fingerprint,
        secret=row.secret,
        created_at=row.created_at,
    )


def _stored(metadata: ClientMetadata) -> dict[str, Any]:
    return metadata.model_dump(mode="json", exclude_none=True)


def _check_scope(metadata: ClientMetadata, *, self_registered: bool, granted: tuple[str, ...] = ()) -> None:
    known = {*OWN_SCOPES, *provider.host().scopes}
    unknown = [one for one in metadata.scopes if one not in known]
    if unknown:
        raise MetadataRefused([("scope", f"no such scope: {' '.join(unknown)}; known: {' '.join(sorted(known))}")])
    if self_registered and (PERMISSION_SCOPES - set(granted)) & set(metadata.scopes):
        raise MetadataRefused([("scope", "nik and shared_signals are given by permission of the ministry only")])


def _new_client_id(name: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24] or "client"
    return f"{slug}-{secrets.token_hex(6)}"


def _secret_fingerprint(secret: str) -> str:
    return sealed.fingerprint("client_secret", secret)


def _has_fitting_secret(row: ClientRow, metadata: ClientMetadata) -> bool:
    if metadata.token_endpoint_auth_method == "client_secret_jwt":
        return row.secret_sealed is not None
    return row.secret_fingerprint is not None or not metadata.token_endpoint_auth_method.startswith("client_secret")


def _give_secret(row: ClientRow, metadata: ClientMetadata) -> str | None:
    if not metadata.token_endpoint_auth_method.startswith("client_secret"):
        row.secret_fingerprint = row.secret = None
        return None
    secret = secrets.token_urlsafe(32)
    row.secret_fingerprint = _secret_fingerprint(secret)
    # A signature over a secret can only be checked with the secret itself (OpenID Connect Core 9).
    row.secret = secret if metadata.token_endpoint_auth_method == "client_secret_jwt" else None
    return secret


def _give_registration_token(row: ClientRow) -> str:
    token = secrets.token_urlsafe(32)
    row.registration_fingerprint = sealed.fingerprint("registration_token", token)
    return token
