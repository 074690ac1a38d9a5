"""Alembic's environment: runs on the connection that `idp.migrations.upgrade` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from idp.database import Model, UtcDateTime
from idp.migrations import connection_of


def render(kind: str, thing: Any, autogen: object) -> str | Literal[False]:
    """Moments are written into revisions as what they are underneath."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


connection = connection_of(context.config)
if connection is None:
    raise SystemExit("run `idp db upgrade`")
context.configure(
    connection=connection, target_metadata=Model.metadata, render_item=render, render_as_batch=connection.dialect.name == "sqlite"
)
with context.begin_transaction():
    context.run_migrations()
