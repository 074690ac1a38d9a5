"""`idp config` and `idp check`: what this installation is set to, and whether it is healthy."""

from __future__ import annotations

import os
from typing import Any

import click
from pydantic import SecretStr
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from idp import migrations, settings
from idp.extensions import db, redis
from idp.settings import Settings
from idp.terminal import JSON, say

MASKED = ("database_url", "redis_url", "mail_url", "sms_urls", "storage_url")


@click.command("config")
@JSON
def config(as_json: bool) -> None:
    """Print every setting: its value (secrets masked), where it comes from and what it means."""
    chosen = settings.current()
    rows = [
        {"name": f"IDP_{name.upper()}", "value": _shown(name, getattr(chosen, name)), "source": _source(name), "meaning": field.description}
        for name, field in Settings.model_fields.items()
    ]
    width = max(len(str(row["name"])) for row in rows)
    say(
        rows,
        as_json,
        "\n".join(f"{row['name']:<{width}}  {row['value']}  ({row['source']})\n{'':<{width}}  {row['meaning']}" for row in rows),
    )


def _source(name: str) -> str:
    if f"IDP_{name.upper()}" in os.environ:
        return "environment"
    return ".env" if name in settings.current().model_fields_set else "default"


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return [_shown(name, one) for one in value]
    text_ = "" if value is None else value if isinstance(value, bool | int | float) else str(value)
    return _without_credentials(text_) if name in MASKED and isinstance(text_, str) else text_


def _without_credentials(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    address, query, _ = rest.partition("?")
    _, at, host = address.rpartition("@")
    return f"{scheme}{separator}{'********@' if at else ''}{host}{'?********' if query else ''}"


@click.command("check")
@JSON
def check(as_json: bool) -> None:
    """Check the stores, the schema and the keys; exit status 1 when something is amiss."""
    found = {"database": _database(), "schema": _schema(), "redis": _redis()}
    say({"ok": all(found.values()), **found}, as_json, "\n".join(f"{'ok ' if good else 'BAD'}  {name}" for name, good in found.items()))
    if not all(found.values()):
        raise SystemExit(1)


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _schema() -> bool:
    try:
        return not migrations.pending(db.engine)
    except SQLAlchemyError:
        return False


def _redis() -> bool:
    try:
        return bool(redis.ping())
    except (RedisError, OSError):
        return False
