"""The database: how rows are declared, and the one way in which they are written.

Reads need nothing. Every write happens inside `unit_of_work()`: one transaction, one commit. SQLite serves as well as
PostgreSQL; nothing outside this module knows which one it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import DateTime, Dialect, Engine, Row, Select, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.schema import MetaData
from sqlalchemy.types import TypeDecorator, TypeEngine

BUSY_TIMEOUT_SECONDS = 15
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """What every table descends from; constraints get names that migrations can rely on."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, in UTC in the database. A naive one is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        # SQLite keeps no zone; what was written was UTC.
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def column(type_: TypeEngine[Any] | type[TypeEngine[Any]], *args: Any, personal: bool, **options: Any) -> Mapped[Any]:
    """A column that says whether what it holds is personal data (UU 27/2022)."""
    return cast(Mapped[Any], mapped_column(type_, *args, info={"personal": personal}, **options))


def new_id() -> str:
    """A fresh row id: UUID version 7 (RFC 9562 5.7) as 32 hexadecimal digits, so that rows sort by birth.

    Twelve of its bits tell the part of the millisecond (6.2, method 3): of two made one after the other the second sorts later."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    part = rest * 4096 // 1_000_000
    tail = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    return f"{milliseconds << 80 | 0x7 << 76 | part << 64 | 0b10 << 62 | tail:032x}"


def prepare(engine: Engine) -> None:
    """Teach an engine the habits of this house: on SQLite WAL, real transactions, foreign keys, patience."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another wrote in between.
        options = connection.get_execution_options()
        if not options.get("stands_alone", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN")


def read_one(engine: Engine, statement: Select[Any], **values: Any) -> Row[Any] | None:
    """The first row of a statement that stands alone: no transaction, no session, nothing remembered.

    For the hot path, where opening and closing a transaction costs more than the reading."""
    alone = {"stands_alone": True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
    with engine.connect().execution_options(**alone) as connection:
        return connection.execute(statement, values).first()


@event.listens_for(Session, "do_orm_execute")
def _read_anew_what_is_locked(state: ORMExecuteState) -> None:
    # Who waited for a lock must see what the one before wrote. SQLAlchemy alone keeps the values that it read before.
    if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)


class Unit:
    """One unit of work under way: its depth, and what is to be done once it has been committed."""

    def __init__(self) -> None:
        self.depth = 0
        self.afterwards: list[Callable[[], None]] = []


@contextmanager
def unit_of_work_on(session: Session) -> Iterator[Session]:
    """Write in one transaction, committed at the end and rolled back on any exception; nested ones join the outer."""
    unit: Unit = session.info.setdefault("unit", Unit())
    if unit.depth == 0:
        _begin_writing(session)
    unit.depth += 1
    try:
        yield session
        if unit.depth == 1:
            session.commit()
    except BaseException:
        if unit.depth == 1:
            session.rollback()
            unit.afterwards.clear()
        raise
    finally:
        unit.depth -= 1
    if unit.depth == 0:
        _run_afterwards(unit)


def _begin_writing(session: Session) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("something was changed outside a unit of work")
    session.rollback()  # ends the reading transaction; nothing is lost, see above
    session.expire_all()  # what was read before may be stale now
    session.connection(execution_options={"writes": True})


def _run_afterwards(unit: Unit) -> None:
    todo, unit.afterwards = unit.afterwards, []
    for deed in todo:
        deed()


def after_commit_on(session: Session, deed: Callable[[], None]) -> None:
    """Do this once the unit of work under way has been committed; at once when there is none."""
    unit: Unit = session.info.setdefault("unit", Unit())
    if unit.depth:
        unit.afterwards.append(deed)
    else:
        deed()
