"""`idp check`: whether this installation can do its work."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click
from redis.exceptions import RedisError
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from idp import clock, migrations, sealed, settings
from idp.audit import AuditEvent
from idp.extensions import db, redis
from idp.oidc import keys
from idp.outbox import OutboxRow
from idp.profile import storage
from idp.terminal import JSON, say

# A worker sweeps every second; what is still waiting after so long has no worker, or an outside party is down.
PATIENCE = timedelta(minutes=10)


class Amiss(Exception):
    """Something is not as it should be; the text says what, without data of anybody."""


@click.command("check")
@JSON
def check(as_json: bool) -> None:
    """Check stores, schema, keys, storage and the worker's progress; exit status 1 when something is amiss."""
    found = {name: _tried(look) for name, look in LOOKS.items()}
    good = not any(found.values())
    document: dict[str, Any] = {"ok": good, **{name: not fault for name, fault in found.items()}}
    document["faults"] = {name: fault for name, fault in found.items() if fault}
    say(document, as_json, "\n".join(f"{'BAD' if fault else 'ok '}  {name:<9}  {fault}".rstrip() for name, fault in found.items()))
    if not good:
        raise SystemExit(1)


def _tried(look: Callable[[], None]) -> str:
    try:
        look()
    except Amiss as fault:
        return str(fault)
    except (SQLAlchemyError, RedisError, OSError, sealed.Unreadable, storage.Missing, storage.NotStored) as fault:
        db.session.rollback()
        return f"does not work: {type(fault).__name__}"
    return ""


def _database() -> None:
    db.session.execute(text("SELECT 1"))


def _schema() -> None:
    if todo := migrations.pending(db.engine):
        raise Amiss(f"{len(todo)} migration(s) pending: idp db upgrade")


def _redis() -> None:
    redis.ping()


def _keys() -> None:
    folder = settings.current().keys_dir
    if open_to_others := [path.name for path in folder.glob("master-*.key") if path.stat().st_mode & 0o077]:
        raise Amiss(f"others can read {', '.join(open_to_others)}: chmod 600")
    sealed.fingerprint("check", "check")
    keys.ring()


def _storage() -> None:
    place, name, content = storage.at(settings.current().storage_url), secrets.token_hex(16), secrets.token_bytes(16)
    place.put(name, content)
    try:
        if place.get(name) != content:
            raise Amiss("what is put there does not come back")
    finally:
        place.delete(name)


def _outbox() -> None:
    overdue = (OutboxRow.state == "waiting", OutboxRow.due_at < clock.now() - PATIENCE)
    count = db.session.scalar(select(func.count()).select_from(OutboxRow).where(*overdue))
    if count:
        raise Amiss(f"{count} piece(s) of work overdue: no worker runs, or nobody answers outside")


def _trail() -> None:
    unchained = (AuditEvent.sequence.is_(None), AuditEvent.at < clock.now() - PATIENCE)
    if db.session.scalar(select(AuditEvent.id).where(*unchained).limit(1)):
        raise Amiss("the audit trail has not been chained for a while: no worker runs")


LOOKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "schema": _schema,
    "redis": _redis,
    "keys": _keys,
    "storage": _storage,
    "outbox": _outbox,
    "trail": _trail,
}
