"""Connected services: whom a person let in and what each may read, in words; and letting one in no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from idp import clock, outbox
from idp.extensions import db, unit_of_work
from idp.oidc import clients, consents, logout_backchannel, provider
from idp.oidc.consents import OFFLINE, Connection
from idp.oidc.models import RefreshFamily, SessionClient


@dataclass(frozen=True, slots=True)
class Service:
    """A client that a person let in. `reads` and `withheld` are labels of the catalogue."""

    client_id: str
    name: str
    colour: str | None
    logo: str | None
    purpose: str | None
    reads: tuple[str, ...]
    withheld: tuple[str, ...]
    stays_connected: bool  # it may come back while the person is away (offline_access)
    since: datetime
    last_used: datetime | None


def services(subject: str, locale: str) -> list[Service]:
    """Everybody whom a person let in, by name."""
    found = [_service(one, subject, locale) for one in consents.connections(subject)]
    return sorted(found, key=lambda one: one.name.casefold())


def name_of(client_id: str) -> str | None:
    """What a client is called; None when it is gone."""
    client = clients.find(client_id) if clients.is_client_id(client_id) else None
    return client.metadata.client_name if client else None


def disconnect(client_id: str, subject: str) -> bool:
    """Take everything back: tokens end at once, and the client is told; answers whether it had been let in."""
    if client_id not in {one.client_id for one in consents.connections(subject)}:
        return False
    consents.withdraw(client_id, subject)
    client = clients.find_active(client_id)
    if client and client.metadata.backchannel_logout_uri:
        with unit_of_work():
            for sid in _sessions_at(client_id, subject):
                told = {"client_id": client_id, "sid": sid, "subject": subject}
                # Without the key of a session's end: that one is told again when it comes.
                outbox.put(logout_backchannel.KIND, told, expires_at=clock.now() + logout_backchannel.GIVE_UP_AFTER)
    return True


def _service(one: Connection, subject: str, locale: str) -> Service:
    client = clients.find(one.client_id)
    meta = client.metadata if client else None
    return Service(
        client_id=one.client_id,
        name=meta.client_name if meta else one.client_id,
        colour=meta.colour if meta else None,
        logo=meta.logo_uri if meta else None,
        purpose=meta.purpose_in(locale) if meta else None,
        reads=_labels(one.granted, subject, locale),
        withheld=_labels(one.declined, subject, locale),
        stays_connected=OFFLINE in one.granted,
        since=one.since,
        last_used=_last_used(one.client_id, subject),
    )


def _labels(items: tuple[str, ...], subject: str, locale: str) -> tuple[str, ...]:
    claims = tuple(item for item in items if item != OFFLINE)
    return tuple(dict.fromkeys(line.label for line in provider.host().describe(subject, claims, locale)))


def _last_used(client_id: str, subject: str) -> datetime | None:
    """When it last signed the person in or renewed its access, as far as that is kept."""
    family, told = RefreshFamily, SessionClient
    idle = timedelta(seconds=provider.config().refresh_token_idle)
    renewed = db.session.scalar(select(func.max(family.idle_until)).where(family.client_id == client_id, family.subject == subject))
    signed_in = db.session.scalar(select(func.max(told.since)).where(told.client_id == client_id, told.subject == subject))
    return max((one for one in (renewed - idle if renewed else None, signed_in) if one), default=None)


def _sessions_at(client_id: str, subject: str) -> list[str]:
    wanted = select(SessionClient.sid).where(SessionClient.client_id == client_id, SessionClient.subject == subject)
    return list(db.session.scalars(wanted))
