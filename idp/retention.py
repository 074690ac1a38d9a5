"""Retention: what has had its time is removed. Slices add their jobs; the worker runs all of them once a day.

Nothing that is refused relies on it: whether something has expired is looked at when it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import CursorResult, delete
from sqlalchemy.exc import SQLAlchemyError

from idp import clock
from idp.extensions import db, redis, unit_of_work

DAY_SECONDS = 86_400
TURN = "idp:retention:turn"

_log = structlog.get_logger("idp.retention")


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that is cleaned up; `keeps` says for how long it is kept, in words."""

    name: str
    keeps: str
    run: Callable[[], int]


_jobs: dict[str, Job] = {}


def job(name: str, keeps: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Decorator: this function removes what has had its time, and answers how much that was."""

    def register(function: Callable[[], int]) -> Callable[[], int]:
        _jobs[name] = Job(name, keeps, function)
        return function

    return register


def jobs() -> tuple[Job, ...]:
    """Every job, by name."""
    return tuple(_jobs[name] for name in sorted(_jobs))


def run(names: tuple[str, ...] = ()) -> dict[str, int]:
    """Run these jobs, or all; answers how much each removed. One that fails holds up none of the others."""
    done: dict[str, int] = {}
    for one in jobs():
        if names and one.name not in names:
            continue
        try:
            done[one.name] = one.run()
        except SQLAlchemyError as fault:
            db.session.rollback()
            _log.error("retention_failed", job=one.name, fault=type(fault).__name__)
    return done


def run_daily() -> dict[str, int] | None:
    """Run all jobs if no worker has done so within a day; None when it is not their time."""
    try:
        mine = redis.set(TURN, str(clock.timestamp()), nx=True, ex=DAY_SECONDS)
    except RedisError:
        return None
    if not mine:
        return None
    done = run()
    _log.info("retention", **{name: count for name, count in done.items() if count})
    return done


def remove(table: type[Any], *conditions: Any) -> int:
    """Remove the rows that fit, in one statement and one commit; answers how many."""
    with unit_of_work() as session:
        done = session.execute(delete(table).where(*conditions).execution_options(synchronize_session=False))
        return done.rowcount if isinstance(done, CursorResult) else 0
