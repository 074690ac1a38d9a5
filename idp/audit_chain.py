"""The chain of the audit trail: every row bears a keyed mark, has a place, and is linked to the row before.

Chained by the worker, a moment after the rows were written: events of many workers need not queue for one another. A changed
row no longer fits its mark, a missing one leaves a hole, one inserted from outside has no mark that we would make. Signed
checkpoints, which the log gets too, say how far the chain had come: what was cut off at the end shows by them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, String, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session

from idp import clock, sealed
from idp.audit import AuditEvent, mark_of
from idp.database import Model, UtcDateTime, column
from idp.extensions import db, unit_of_work

BATCH = 500
CHECKPOINT_EVERY = timedelta(seconds=60)
CHECKPOINT_AFTER = 1000
BEGINNING = "beginning"
LOCK = 0x1DA0D17  # any number that no other advisory lock of this database has

_log = structlog.get_logger("idp.audit")


class Checkpoint(Model):
    """How far the chain had come at a moment, signed with Ed25519 (RFC 8032)."""

    __tablename__ = "audit_checkpoints"
    sequence: Mapped[int] = column(BigInteger, personal=False, primary_key=True, autoincrement=False)
    link: Mapped[str] = column(String(43), personal=False)
    at: Mapped[datetime] = column(UtcDateTime, personal=False)
    signature: Mapped[str] = column(String(88), personal=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something amiss: "altered" (changed, or inserted from outside), "missing", "moved", or a "checkpoint" that does not fit.

    `sequence` is the place in the chain, `event_id` the row, where there is one."""

    kind: str
    sequence: int | None
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: rows and checkpoints seen, the end of the chain, and everything amiss."""

    rows: int
    waiting: int
    checkpoints: int
    end: str
    findings: tuple[Finding, ...]


def catch_up() -> int:
    """Give every row that has no place yet its place; answers how many."""
    key = _signing_key()
    done = 0
    while True:
        try:
            chained = _advance(key)
        except IntegrityError:
            return done  # another worker was at it at the same time; its links are the ones
        done += chained
        if chained < BATCH:
            return done


def verify(expected: tuple[int, str] | None = None) -> Report:
    """Go through the whole trail. `expected` is a place and link that were noted elsewhere, such as in the log."""
    findings: list[Finding] = []
    rows, last, links = 0, ("", 0), {0: BEGINNING}
    noted = {one.sequence: one for one in db.session.scalars(select(Checkpoint).order_by(Checkpoint.sequence))}
    wanted = {*noted, *([expected[0]] if expected else [])}
    for before, row in pairwise(_chained()):
        assert row is not None
        rows += 1
        findings += _faults_of(before, row)
        sequence, link = row.sequence or 0, row.link or ""
        last = (link, sequence)
        if sequence in wanted:
            links[sequence] = link
    loose = list(db.session.scalars(select(AuditEvent).where(AuditEvent.sequence.is_(None))))
    findings += [Finding("altered", None, row.id) for row in loose if row.mark != mark_of(row)]
    findings += [Finding("checkpoint", one.sequence) for one in noted.values() if not _is_ours(one) or links.get(one.sequence) != one.link]
    if expected and links.get(expected[0]) != expected[1]:
        findings.append(Finding("checkpoint", expected[0]))
    if noted and (newest := max(noted)) > last[1]:
        findings += [Finding("missing", sequence) for sequence in range(last[1] + 1, newest + 1)]
    return Report(rows, len(loose), len(noted), f"{last[1]}:{last[0]}" if rows else "", tuple(findings))


def public_key() -> str:
    """The key that checkpoints can be verified with, by anybody: base64url of its 32 bytes."""
    return base64.urlsafe_b64encode(_signing_key().public_key().public_bytes_raw()).decode()


def _advance(key: Ed25519PrivateKey) -> int:
    with unit_of_work() as session:
        if not _alone(session):
            return 0
        unchained = select(AuditEvent).where(AuditEvent.sequence.is_(None)).order_by(AuditEvent.id).limit(BATCH)
        rows = list(session.scalars(unchained))
        if not rows:
            return 0
        end, link = _end(session)
        for sequence, row in enumerate(rows, end + 1):
            row.sequence, row.link = sequence, (link := _link(link, sequence, row.mark))
        session.flush()
        _note(session, key, end + len(rows), link)
        return len(rows)


def _alone(session: Session) -> bool:
    # SQLite has one writer anyway.
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


def _end(session: Session) -> tuple[int, str]:
    wanted = select(AuditEvent.sequence, AuditEvent.link).where(AuditEvent.sequence.is_not(None))
    row = session.execute(wanted.order_by(AuditEvent.sequence.desc()).limit(1)).first()
    return (row[0] or 0, row[1] or "") if row else (0, BEGINNING)


def _note(session: Session, key: Ed25519PrivateKey, sequence: int, link: str) -> None:
    newest = session.scalar(select(Checkpoint).order_by(Checkpoint.sequence.desc()).limit(1))
    now = clock.now()
    if newest is not None and now - newest.at < CHECKPOINT_EVERY and sequence - newest.sequence < CHECKPOINT_AFTER:
        return
    signature = base64.urlsafe_b64encode(key.sign(_said(sequence, link, now))).decode()
    session.add(Checkpoint(sequence=sequence, link=link, at=now, signature=signature))
    _log.info("audit_checkpoint", sequence=sequence, link=link, at=now.isoformat(), signature=signature)


def _chained() -> Iterator[AuditEvent | None]:
    yield None
    wanted = select(AuditEvent).where(AuditEvent.sequence.is_not(None)).order_by(AuditEvent.sequence)
    yield from db.session.scalars(wanted.execution_options(yield_per=BATCH))


def _faults_of(before: AuditEvent | None, row: AuditEvent) -> Iterator[Finding]:
    sequence = row.sequence or 0
    previous = before.sequence or 0 if before else 0
    yield from (Finding("missing", hole) for hole in range(previous + 1, sequence))
    if row.mark != mark_of(row):
        yield Finding("altered", sequence, row.id)
    if sequence == previous + 1 and row.link != _link(before.link or "" if before else BEGINNING, sequence, row.mark):
        yield Finding("moved", sequence, row.id)


def _link(previous: str, sequence: int, mark: str | None) -> str:
    return sealed.fingerprint("audit link", f"{previous}\x00{sequence}\x00{mark or ''}")


def _said(sequence: int, link: str, at: datetime) -> bytes:
    return f"siapkerja audit {sequence} {link} {at.astimezone(UTC).isoformat()}".encode()


def _is_ours(checkpoint: Checkpoint) -> bool:
    try:
        signature = base64.urlsafe_b64decode(checkpoint.signature)
        _signing_key().public_key().verify(signature, _said(checkpoint.sequence, checkpoint.link, checkpoint.at))
    except (InvalidSignature, ValueError):
        return False
    return True


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sealed.system_key("audit checkpoints"))
