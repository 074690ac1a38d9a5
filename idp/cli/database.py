"""`idp db`: the database's schema, backups and clean-up."""

from __future__ import annotations

import click

from idp import migrations
from idp.extensions import db
from idp.terminal import JSON, say


@click.group("db")
def database() -> None:
    """Bring the database up to date and look after it."""


@database.command("upgrade")
@JSON
def upgrade(as_json: bool) -> None:
    """Apply the migrations that the database has not seen. Safe to run at every start, from several machines."""
    todo = migrations.pending(db.engine)
    if todo:
        migrations.upgrade(db.engine)
    say({"applied": todo}, as_json, f"{len(todo)} migration(s) applied." if todo else "The database is up to date.")


@database.command("check")
@JSON
def check(as_json: bool) -> None:
    """Say whether the database is what the models say; exit status 1 when it is not."""
    todo, differences = migrations.pending(db.engine), migrations.differences(db.engine)
    good = not todo and not differences
    text = "The database is what it should be." if good else "\n".join([*(f"pending: {one}" for one in todo), *differences])
    say({"ok": good, "pending": todo, "differences": differences}, as_json, text)
    if not good:
        raise SystemExit(1)
