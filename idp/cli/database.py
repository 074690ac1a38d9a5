"""`idp db`: the database's schema, backups and clean-up."""

from __future__ import annotations

from pathlib import Path

import click

from idp import backups, migrations, retention
from idp.extensions import db, redis
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


@database.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@JSON
def backup(file: Path, as_json: bool) -> None:
    """Write every row to FILE, as of one moment, while people work.

    The file fits SQLite and PostgreSQL alike and needs neither pg_dump nor root. Personal data in it stay sealed. The
    master keys (IDP_KEYS_DIR) and the uploads (IDP_STORAGE_URL) are not in it: keep copies of both elsewhere.
    """
    if file.exists():
        raise click.ClickException(f"{file} exists already; nothing is overwritten")
    counts = backups.write(db.engine, file)
    rows = sum(counts.values())
    document = {"file": str(file), "bytes": file.stat().st_size, "rows": rows, "tables": counts}
    say(document, as_json, f"{rows} rows of {len(counts)} tables in {file}.")


@database.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@JSON
def restore(file: Path, as_json: bool) -> None:
    """Restore FILE into an empty database, and bring it up to this release.

    The database of IDP_DATABASE_URL has to be a new one: nothing is overwritten. It may be of the other kind, so this is
    also the way from SQLite to PostgreSQL. Stop provider and worker before; what is short-lived in Redis is forgotten.
    """
    try:
        counts = backups.read(db.engine, file)
    except backups.NotEmpty:
        raise click.ClickException("the database has tables already; restore into a new one (IDP_DATABASE_URL)") from None
    except backups.Unfit as fault:
        raise click.ClickException(str(fault)) from None
    for key in redis.scan_iter("idp:*"):
        redis.delete(key)
    rows = sum(counts.values())
    say({"file": str(file), "rows": rows, "tables": counts}, as_json, f"{rows} rows of {len(counts)} tables restored.")


@database.command("clean")
@click.option("--only", "names", multiple=True, metavar="JOB", help="Only this job. Can be given several times.")
@click.option("--list", "only_list", is_flag=True, help="Say what would be removed when, and remove nothing.")
@JSON
def clean(*, names: tuple[str, ...], only_list: bool, as_json: bool) -> None:
    """Remove what has had its time. The worker does so once a day; this does it now."""
    known = {one.name: one.keeps for one in retention.jobs()}
    if unknown := set(names) - set(known):
        raise click.BadParameter(f"no such job: {', '.join(sorted(unknown))}", param_hint="--only")
    width = max(map(len, known))
    if only_list:
        say(known, as_json, "\n".join(f"{name:<{width}}  {keeps}" for name, keeps in known.items()))
        return
    done = retention.run(names)
    say(done, as_json, "\n".join(f"{name:<{width}}  {count} removed" for name, count in done.items()))
    if failed := set(names or known) - set(done):
        raise click.ClickException(f"failed: {', '.join(sorted(failed))}; see the log")
