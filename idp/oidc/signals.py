"""Shared Signals (OpenID SSF, CAEP, RISC): what happened to a person, told to the services that asked to hear of it.

A signal is written down with the change that it tells of; the worker delivers it, or it waits to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from idp import clock, outbox
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.oidc import clients, fetching, jose, keys, provider, subjects
from idp.oidc.clients import Client
from idp.oidc.models import Consent, RefreshFamily, SessionClient
from idp.oidc.signal_models import EventStream, WaitingEvent

KIND = "security_event"
TYP = "secevent+jwt"  # RFC 8417 2.3
MEDIA_TYPE = "application/secevent+jwt"
GIVE_UP_AFTER = timedelta(days=1)
FINAL = frozenset({200, 202, 400})  # RFC 8935 2.2, 2.3


class Signal(StrEnum):
    """What services can be told."""

    SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
    CREDENTIAL_CHANGE = "https://schemas.openid.net/secevent/caep/event-type/credential-change"
    ACCOUNT_DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
    ACCOUNT_ENABLED = "https://schemas.openid.net/secevent/risc/event-type/account-enabled"
    ACCOUNT_PURGED = "https://schemas.openid.net/secevent/risc/event-type/account-purged"
    PROFILE_CHANGED = "https://account.kemnaker.go.id/secevent/event-type/profile-changed"


VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification"


def tell(signal: Signal, subject: str, *, sid: str | None = None, **facts: Any) -> None:
    """Write a signal down for every service that asked for it and knows the person. Facts are never personal.

    `credential_type` and `change_type` for a changed credential, `reason` for a disabled account, `changed` (names of
    claims) for a profile."""
    with unit_of_work():
        for client, stream in _listeners(signal, subject):
            body = {"event_timestamp": clock.timestamp(), **facts}  # seconds (CAEP 1.0 2)
            put_down(client, stream, str(signal), body, _about(client, subject, sid))


def put_down(client: Client, stream: EventStream, event_type: str, body: dict[str, Any], about: dict[str, Any]) -> None:
    """Write one event down for one client, inside a unit of work."""
    claims = {
        "iss": provider.issuer(),
        "jti": new_id(),
        "iat": clock.timestamp(),
        "aud": client.client_id,
        "sub_id": about,
        "events": {event_type: body},
    }
    if stream.method == "poll":
        db.session.add(WaitingEvent(id=claims["jti"], client_id=client.client_id, claims=claims))
    else:
        outbox.put(KIND, {"client_id": client.client_id, "claims": claims}, expires_at=clock.now() + GIVE_UP_AFTER)


def signed(client: Client, claims: dict[str, Any]) -> str:
    """A Security Event Token (RFC 8417)."""
    alg = client.metadata.id_token_signed_response_alg
    return jose.sign(claims, keys.signing_key(alg), alg, typ=TYP)


@outbox.handler(KIND)
def push(payload: dict[str, Any]) -> None:
    """Deliver one event (RFC 8935). Raises outbox.Retry when the receiver could not be reached."""
    client = clients.find_active(payload["client_id"])
    stream = db.session.get(EventStream, payload["client_id"], populate_existing=True)
    if client is None or stream is None or stream.endpoint_url is None or stream.status == "disabled":
        return
    if stream.status == "paused":
        raise outbox.Retry(60)
    headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json"}
    if stream.authorization:
        headers["Authorization"] = stream.authorization
    try:
        status = fetching.post_body(stream.endpoint_url, signed(client, payload["claims"]).encode(), headers)
    except fetching.Unreachable as fault:
        raise outbox.Retry(5) from fault
    if status not in FINAL:
        raise outbox.Retry(10)


def _listeners(signal: Signal, subject: str) -> Iterator[tuple[Client, EventStream]]:
    query = select(EventStream).where(EventStream.status != "disabled").execution_options(populate_existing=True)
    for stream in list(db.session.scalars(query)):
        client = clients.find_active(stream.id)
        if client and str(signal) in stream.requested and _knows(client, subject):
            yield client, stream


def _knows(client: Client, subject: str) -> bool:
    """Whether the person ever let the client in; what happens to strangers is none of its business."""
    if client.metadata.first_party:
        return True
    now = clock.now()
    found = (
        select(Consent.id).where(Consent.client_id == client.client_id, Consent.subject == subject, Consent.expires_at > now),
        select(RefreshFamily.id).where(RefreshFamily.client_id == client.client_id, RefreshFamily.subject == subject),
        select(SessionClient.id).where(SessionClient.client_id == client.client_id, SessionClient.subject == subject),
    )
    return any(db.session.scalar(query.limit(1)) for query in found)


def _about(client: Client, subject: str, sid: str | None) -> dict[str, Any]:
    """The person as the client knows them (RFC 9493 3.2.1), with the session where it is about one."""
    user = {"format": "iss_sub", "iss": provider.issuer(), "sub": subjects.outward(subject, client)}
    if sid is None:
        return user
    return {"format": "complex", "user": user, "session": {"format": "opaque", "id": sid}}
