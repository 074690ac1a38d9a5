"""Consent: what a person decided about each claim that a client asks for; remembered for a year, withdrawn at any time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from idp import audit, clock
from idp.extensions import after_commit, db, unit_of_work
from idp.oidc import provider, revocation_causes
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.models import Consent

LIFE = timedelta(days=365)
OFFLINE = "offline_access"
VERIFIED = "verified_claims"
SIGN_IN = "openid"  # that the client learns that somebody signed in, and under which subject
# Told with every sign-in: they say that somebody signed in, not who the person is.
NEVER_ASKED = frozenset({"sub", "auth_time", "acr", "amr", "sid", "iss", "aud", "exp", "iat", "nonce", "at_hash", "c_hash"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a client asks a person for."""

    item: str
    essential: bool
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A client that a person let in: what it may read and since when."""

    client_id: str
    granted: tuple[str, ...]
    declined: tuple[str, ...]
    since: datetime


def asks(request: AuthorizationRequest) -> tuple[Ask, ...]:
    """Everything that the request asks a person to allow, each item once, in the order of the catalogue."""
    scopes = provider.host().scopes
    named = {claim: Ask(claim, essential=False) for scope in request.scope for claim in scopes.get(scope, ())}
    known = {claim for names in scopes.values() for claim in names}
    for member in (request.userinfo_claims, request.id_token_claims):
        for claim, ask in member.items():
            if claim in known:
                essential = bool(ask.get("essential")) or (claim in named and named[claim].essential)
                named[claim] = Ask(claim, essential, ask.get("purpose"))
    if request.verified_claims:
        named[VERIFIED] = Ask(VERIFIED, essential=False)
    if SIGN_IN in request.scope:
        named[SIGN_IN] = Ask(SIGN_IN, essential=True)
    if OFFLINE in request.scope:
        named[OFFLINE] = Ask(OFFLINE, essential=True)
    return tuple(ask for item, ask in named.items() if item not in NEVER_ASKED)


def decisions(client_id: str, subject: str) -> dict[str, bool]:
    """What a person decided for a client, as far as it is not older than a year."""
    query = select(Consent.item, Consent.granted).where(
        Consent.client_id == client_id, Consent.subject == subject, Consent.expires_at > clock.now()
    )
    return {row.item: row.granted for row in db.session.execute(query)}


def undecided(asked: Iterable[Ask], decided: Mapping[str, bool]) -> tuple[Ask, ...]:
    """What still has to be asked: never decided, too long ago, or declined then and essential now."""
    return tuple(ask for ask in asked if ask.item not in decided or (ask.essential and not decided[ask.item]))


def decide(client_id: str, subject: str, decided: Mapping[str, bool]) -> None:
    """Remember decisions for a year; new ones take the place of old ones."""
    try:
        _write(client_id, subject, decided)
    except IntegrityError:  # two tabs decided in the same moment: the later one counts
        db.session.rollback()
        _write(client_id, subject, decided)


def _write(client_id: str, subject: str, decided: Mapping[str, bool]) -> None:
    now = clock.now()
    with unit_of_work() as session:
        mine = (Consent.client_id == client_id, Consent.subject == subject, Consent.item.in_(decided))
        session.execute(delete(Consent).where(*mine).execution_options(synchronize_session=False))
        session.add_all(
            Consent(
                client_id=client_id, subject=subject, item=item, granted=granted, decided_at=now, expires_at=now + LIFE
            )
            for item, granted in decided.items()
        )  # fmt: skip
        granted_items = sorted(item for item, granted in decided.items() if granted)
        audit.record(audit.Event.CONSENT_GIVEN, subject, client_id=client_id, items=granted_items)


def connections(subject: str) -> list[Connection]:
    """The clients that a person let in, with what each may read; for the page of connected services."""
    query = select(Consent).where(Consent.subject == subject, Consent.expires_at > clock.now()).order_by(Consent.decided_at)
    by_client: dict[str, list[Consent]] = {}
    for row in db.session.scalars(query):
        by_client.setdefault(row.client_id, []).append(row)
    return [
        Connection(
            client_id=client_id,
            granted=tuple(row.item for row in rows if row.granted and row.item != SIGN_IN),
            declined=tuple(row.item for row in rows if not row.granted),
            since=min(row.decided_at for row in rows),
        )
        for client_id, rows in by_client.items()
    ]


def withdraw(client_id: str, subject: str) -> None:
    """Take back everything that a person allowed a client; its tokens end at once."""
    with unit_of_work() as session:
        session.execute(delete(Consent).where(Consent.client_id == client_id, Consent.subject == subject))
        audit.record(audit.Event.CONSENT_WITHDRAWN, subject, client_id=client_id)
    revocation_causes.end_client_access(client_id, subject)


def forget(subject: str) -> None:
    """Forget all decisions of a person whose account is erased; all tokens end."""
    with unit_of_work() as session:
        session.execute(delete(Consent).where(Consent.subject == subject))
        # The end of an account is one commit, and Redis is not asked while it is open.
        after_commit(lambda: revocation_causes.end_all_access(subject))
