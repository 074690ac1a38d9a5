"""Who read what: every release of claims is noted in the trip that reads them, and goes into the audit trail by the worker.

A note lies in Redis for about a second. It holds names of claims and never a value; its id is the row's, so that two
workers write it once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from idp import audit, clock
from idp.audit import AuditEvent, Event
from idp.database import new_id
from idp.extensions import db, redis, unit_of_work
from idp.oidc import clients, provider
from idp.oidc.host import ClaimAsk, ClaimsRequest, ClaimText

NOTES = "idp:readings"
BATCH = 200
PAGE = 30
Command = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One release as the person sees it: which service read what, what for, and when. `reads` are labels of the catalogue."""

    event_id: str
    at: datetime
    service: str
    purpose: str | None
    reads: tuple[str, ...]


def note(subject: str, client_id: str, names: Iterable[str], place: str) -> Command:
    """The command that notes a release; it travels with the question for the claims, so it costs no trip of its own."""
    client = clients.find(client_id)
    told = {
        "id": new_id(),
        "at": clock.seconds(),
        "subject": subject,
        "client_id": client_id,
        "claims": sorted(names),
        "place": place,
        "purpose": client.metadata.purpose if client else None,
    }
    return ("RPUSH", NOTES, json.dumps(told))


def catch_up() -> int:
    """Move the notes into the audit trail; answers how many. For the worker."""
    done = 0
    while True:
        notes = cast(list[bytes], redis.lrange(NOTES, 0, BATCH - 1))
        try:
            done += _write([json.loads(one) for one in notes])
        except IntegrityError:
            return done  # another worker was at it at the same time
        pipeline = redis.pipeline(transaction=False)
        for one in notes:
            pipeline.lrem(NOTES, 1, one)  # type: ignore[arg-type]
        pipeline.execute()
        if len(notes) < BATCH:
            return done


def of(subject: str, locale: str, before: str | None = None) -> tuple[list[Reading], str | None]:
    """A page of what was read about a person, the latest first, and where the next one begins."""
    wanted = _released(subject).order_by(AuditEvent.id.desc()).limit(PAGE + 1)
    rows = list(db.session.scalars(wanted.where(AuditEvent.id < before) if before else wanted))
    return _in_words(rows[:PAGE], subject, locale), rows[PAGE - 1].id if len(rows) > PAGE else None


def everything(subject: str, locale: str) -> list[Reading]:
    """All of it, oldest first; for the download."""
    return _in_words(list(db.session.scalars(_released(subject).order_by(AuditEvent.id))), subject, locale)


def _released(subject: str) -> Select[AuditEvent]:
    return select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.event == Event.CLAIMS_RELEASED)


def _write(notes: list[dict[str, Any]]) -> int:
    told = {one["id"]: names for one in notes if (names := _told(one))}
    if not told:
        return 0
    with unit_of_work() as session:
        known = set(session.scalars(select(AuditEvent.id).where(AuditEvent.id.in_(told))))
        fresh = [one for one in notes if one["id"] in told and one["id"] not in known]
        for one in fresh:
            facts = {"client_id": one["client_id"], "claims": told[one["id"]], "place": one["place"], "purpose": one["purpose"]}
            audit.record_earlier(
                Event.CLAIMS_RELEASED, one["subject"], facts, at=datetime.fromtimestamp(one["at"], UTC), event_id=one["id"]
            )
    return len(fresh)


def _told(noted: dict[str, Any]) -> list[str]:
    """Of what was asked for and allowed, what the person has: the rest was left out of the answer."""
    asked = {name: ClaimAsk() for name in noted["claims"]}
    has = provider.host().claims(noted["subject"], ClaimsRequest(asked))
    return [name for name in noted["claims"] if name in has or name == "verified_claims"]


def _in_words(rows: list[AuditEvent], subject: str, locale: str) -> list[Reading]:
    named = sorted({name for row in rows for name in row.facts["claims"]})
    lines = provider.host().describe(subject, tuple(named), locale)
    return [_reading(row, lines) for row in rows]


def _reading(row: AuditEvent, lines: Iterable[ClaimText]) -> Reading:
    client = clients.find(row.facts["client_id"])
    return Reading(
        event_id=row.id,
        at=row.at,
        service=client.metadata.client_name if client else row.facts["client_id"],
        purpose=row.facts["purpose"],
        reads=tuple(dict.fromkeys(line.label for line in lines if set(line.names) & set(row.facts["claims"]))),
    )
