"""Backups: every row of every table in one file, the same for SQLite and PostgreSQL, made while people work.

A gzip of JSON lines: what it is, then row after row, then how many there were. What is sealed stays sealed, so the file is
worth nothing without the master keys, which are never in it. Restored into an empty database of either kind."""

from __future__ import annotations

import base64
import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, DateTime, Engine, LargeBinary, MetaData, Table, insert, inspect, select

from idp import clock, migrations, sealed
from idp.database import Model, UtcDateTime

FORMAT = "siapkerja-backup/1"
BATCH = 500
ALEMBIC = "alembic_version"
Row = dict[str, Any]


class Unfit(Exception):
    """The file is no backup, is cut off, is of a later release, or was made under other master keys; the text says which."""


class NotEmpty(Exception):
    """The database has tables already: a backup never writes over what is there."""


def write(engine: Engine, path: Path) -> dict[str, int]:
    """Write a backup of the database as it is at one moment; answers the rows of each table.

    The file appears when it is whole, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8", compresslevel=6) as lines, _moment(engine) as db:
            counts = _write_rows(db, lines)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return counts


def read(engine: Engine, path: Path) -> dict[str, int]:
    """Restore a backup and bring it up to this release; answers the rows of each table. Raises Unfit, NotEmpty.

    The file is read to its end before anything is written."""
    if inspect(engine).get_table_names():
        raise NotEmpty
    revision = checked(path)
    migrations.upgrade(engine, revision)
    with engine.begin() as db:
        tables = _tables(db)
        for table in tables.sorted_tables:  # what a release's migrations wrote by themselves is in the backup too
            if table.name != ALEMBIC:
                db.execute(table.delete())
        counts = _insert_rows(db, tables, path)
    migrations.upgrade(engine)
    return counts


def checked(path: Path) -> str:
    """Read a backup to its end; answers the revision of its tables. Raises Unfit."""
    lines = _lines(path)
    head: Any = next(lines, None)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Unfit("this is not a backup of ours")
    if head["revision"] not in migrations.revisions():
        raise Unfit("the backup is of a later release than this one")
    counts: dict[str, int] = {}
    for line in lines:
        if isinstance(line, dict):
            if line.get("end") != counts:
                raise Unfit("the file is cut off or damaged")
            return str(head["revision"])
        counts[line[0]] = counts.get(line[0], 0) + 1
        if line[0] == sealed.DataKey.__tablename__:
            _raise_unless_openable(line[1])
    raise Unfit("the file is cut off or damaged")


def _write_rows(db: Connection, lines: Any) -> dict[str, int]:
    revision = MigrationContext.configure(db).get_current_revision()
    _put(lines, {"format": FORMAT, "revision": revision, "made_at": clock.now().isoformat(), "database": db.dialect.name})
    counts: dict[str, int] = {}
    for table in _tables(db).sorted_tables:
        if table.name == ALEMBIC:
            continue
        for row in db.execution_options(yield_per=BATCH).execute(select(table)).mappings():
            _put(lines, [table.name, {name: _outward(value) for name, value in row.items()}])
            counts[table.name] = counts.get(table.name, 0) + 1
    _put(lines, {"end": counts})
    return counts


def _insert_rows(db: Connection, tables: MetaData, path: Path) -> dict[str, int]:
    counts: dict[str, int] = {}
    waiting: list[Row] = []
    name = ""
    for line in _lines(path):
        if waiting and (isinstance(line, dict) or line[0] != name or len(waiting) >= BATCH):
            db.execute(insert(tables.tables[name]), waiting)
            counts[name] = counts.get(name, 0) + len(waiting)
            waiting = []
        if isinstance(line, list):
            name = line[0]
            waiting.append(_inward(tables.tables[name], line[1]))
    return counts


def _moment(engine: Engine) -> Connection:
    """A connection that sees the database as it is now, whatever is written meanwhile."""
    level = "REPEATABLE READ" if engine.dialect.name == "postgresql" else None
    db = engine.connect()
    return db.execution_options(isolation_level=level) if level else db


def _tables(db: Connection) -> MetaData:
    """The tables as they are; the columns' types are those of the models where both know the column."""
    found = MetaData()
    found.reflect(db)
    for name, table in found.tables.items():
        known = Model.metadata.tables.get(name)
        for column in table.columns:
            if known is not None and column.name in known.columns:
                column.type = known.columns[column.name].type
    return found


def _outward(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _inward(table: Table, row: Row) -> Row:
    return {name: _typed(table.columns[name].type, value) for name, value in row.items()}


def _typed(type_: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(type_, LargeBinary):
        return base64.b64decode(value)
    return datetime.fromisoformat(value) if isinstance(type_, DateTime | UtcDateTime) else value


def _put(lines: Any, document: Any) -> None:
    lines.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n")


def _lines(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except (EOFError, gzip.BadGzipFile, ValueError) as fault:
        raise Unfit("the file is cut off or damaged") from fault


def _raise_unless_openable(row: Row) -> None:
    key = sealed.DataKey(id=row["id"], secret=base64.b64decode(row["secret"]))
    try:
        key.open()
    except sealed.Unreadable:
        raise Unfit("the master keys in IDP_KEYS_DIR are not those of this backup") from None
