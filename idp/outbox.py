"""The outbox: work that must not be lost and need not hold up a page.

Written in the same commit as the change it belongs to; carried out by the worker, which is told the row's id and
nothing else. A row is tried again until it succeeds or expires; once delivered it forgets what it carried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import dramatiq
import structlog
from redis.exceptions import RedisError
from sqlalchemy import Integer, String, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped

from idp import clock, retention, sealed
from idp.database import Model, UtcDateTime, column, new_id
from idp.extensions import after_commit, db, unit_of_work

QUEUE = "outbox"
ACTOR = "deliver"
CLAIM = timedelta(seconds=60)
LIFE = timedelta(days=3)
KEPT = timedelta(days=7)
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 60

_log = structlog.get_logger("idp.outbox")
Payload = dict[str, Any]


class Retry(Exception):
    """Raised by a handler: not now, try again after so many seconds."""

    def __init__(self, delay: float) -> None:
        super().__init__(delay)
        self.delay = delay


class OutboxRow(sealed.Row, Model):
    """One piece of work. `state` is waiting, done or expired."""

    __tablename__ = "outbox"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    kind: Mapped[str] = column(String(32), personal=False)
    holder: Mapped[str | None] = column(String(32), personal=False, nullable=True)
    key: Mapped[str | None] = column(String(96), personal=False, nullable=True, unique=True)
    state: Mapped[str] = column(String(8), personal=False, default="waiting", index=True)
    attempts: Mapped[int] = column(Integer, personal=False, default=0)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    due_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)
    claimed_until: Mapped[datetime | None] = column(UtcDateTime, personal=False, nullable=True)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    payload_sealed: Mapped[bytes | None] = sealed.column()
    payload = sealed.json("payload_sealed")

    @property
    def sealing_holder(self) -> str | None:
        """The account whose data it carries, if any."""
        return self.holder


_handlers: dict[str, Callable[[Payload], None]] = {}
_broker: dramatiq.Broker | None = None


def connect(broker: dramatiq.Broker) -> None:
    """Tell the worker of new rows through this broker."""
    global _broker
    _broker = broker
    broker.declare_queue(QUEUE)


def broker() -> dramatiq.Broker:
    """The broker that tells of new rows."""
    if _broker is None:
        raise RuntimeError("the outbox is not connected")
    return _broker


def handler(kind: str) -> Callable[[Callable[[Payload], None]], Callable[[Payload], None]]:
    """Decorator: this function carries out rows of a kind. It may be called more than once for one row."""

    def register(function: Callable[[Payload], None]) -> Callable[[Payload], None]:
        _handlers[kind] = function
        return function

    return register


def put(
    kind: str,
    payload: Payload,
    *,
    holder: str | None = None,
    expires_at: datetime | None = None,
    key: str | None = None,
    delay: float = 0,
) -> str:
    """Write work down, inside a unit of work; answers the row's id. A `key` can be used once only (IntegrityError)."""
    now = clock.now()
    row = OutboxRow(
        id=new_id(), kind=kind, holder=holder, key=key, created_at=now,
        due_at=now + timedelta(seconds=delay), expires_at=expires_at or now + LIFE, payload=payload,
    )  # fmt: skip
    db.session.add(row)
    if not delay:
        after_commit(lambda: poke(row.id))
    return row.id


def poke(row_id: str) -> None:
    """Tell the worker at once. When the queue cannot be reached the worker's sweep finds the row."""
    if _broker is None:
        return
    message: dramatiq.Message[None] = dramatiq.Message(queue_name=QUEUE, actor_name=ACTOR, args=(row_id,), kwargs={}, options={})
    try:
        _broker.enqueue(message)
    except (dramatiq.DramatiqError, RedisError, OSError):
        _log.warning("outbox_not_poked", row=row_id)


def due(limit: int = 100) -> list[str]:
    """Ids of the rows that are waiting to be carried out now."""
    return list(db.session.scalars(select(OutboxRow.id).where(_is_due()).order_by(OutboxRow.due_at).limit(limit)))


def deliver(row_id: str) -> bool:
    """Carry one row out if it is due and nobody else is at it; answers whether it was carried out."""
    row = _claim(row_id)
    if row is None:
        return False
    if row.expires_at <= clock.now():
        _close(row_id, "expired")
        return False
    try:
        payload = row.payload
        _handlers[row.kind](payload)
    except sealed.Unreadable:
        _close(row_id, "expired")  # the holder's data were erased; there is nobody to tell
        return False
    except Retry as again:
        _postpone(row_id, again.delay)
        return False
    except SQLAlchemyError:
        db.session.rollback()
        _postpone(row_id, FIRST_PAUSE_SECONDS)
        raise
    except Exception as fault:  # whatever an outside party does, the row stays
        _log.warning("outbox_failed", row=row_id, kind=row.kind, fault=type(fault).__name__, attempts=row.attempts)
        _postpone(row_id, min(FIRST_PAUSE_SECONDS * 2 ** min(row.attempts - 1, 8), LONGEST_PAUSE_SECONDS))
        return False
    _close(row_id, "done")
    return True


@retention.job("outbox", "7 days after they were done or had expired, empty since then")
def remove_old() -> int:
    """Rows that only say that something was done; their keys cannot come back by then."""
    return retention.remove(OutboxRow, OutboxRow.state != "waiting", OutboxRow.due_at < clock.now() - KEPT)


def _is_due() -> Any:
    now = clock.now()
    return and_(
        OutboxRow.state == "waiting",
        OutboxRow.due_at <= now,
        or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until <= now),
    )


def _claim(row_id: str) -> OutboxRow | None:
    with unit_of_work() as session:
        claimed = session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == row_id, _is_due())
            .values(claimed_until=clock.now() + CLAIM, attempts=OutboxRow.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        return session.get(OutboxRow, row_id, populate_existing=True) if claimed.rowcount else None  # type: ignore[attr-defined]


def _close(row_id: str, state: str) -> None:
    _change(row_id, state=state, payload_sealed=None, claimed_until=None)


def _postpone(row_id: str, delay: float) -> None:
    _change(row_id, due_at=clock.now() + timedelta(seconds=delay), claimed_until=None)


def _change(row_id: str, **values: Any) -> None:
    with unit_of_work() as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == row_id).values(**values))
