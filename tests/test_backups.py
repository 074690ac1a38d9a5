"""Backups and retention: everything comes back from one file, on either database, and nothing but what had its time goes."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select, text

from idp import accounts, audit_chain, backups, outbox, retention, sealed, sessions
from idp.cli.database import database as database_commands
from idp.database import Model
from idp.extensions import db, unit_of_work
from tests.browsing import Browser
from tests.commands import Idp, Process
from tests.owning import Holder, holder, sign_in
from tests.timing import MovedClock


@pytest.fixture
def rina(app: Flask, http: Browser) -> Holder:
    found = holder(app, "Rina Kartikasari")
    sign_in(http, found)
    return found


def counts() -> dict[str, int]:
    tables = Model.metadata.sorted_tables
    found = {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    return {name: count for name, count in found.items() if count}


def test_a_backup_restores_to_a_new_database_and_the_audit_trail_still_holds(
    app: Flask, idp: Idp, process: Process, rina: Holder, tmp_path: Path
) -> None:
    """What was written on one kind of database is read on the other as well."""
    file, fresh = tmp_path / "copy.gz", tmp_path / "new.db"
    with app.app_context():
        audit_chain.catch_up()
        before = counts()
    assert idp.json("db", "backup", str(file))["tables"] == before
    assert file.stat().st_mode & 0o777 == 0o600
    assert rina.email.encode() not in gzip.decompress(file.read_bytes())
    there = {"IDP_DATABASE_URL": f"sqlite:///{fresh}"}
    done = process("db", "restore", str(file), "--json", **there)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tables"] == before
    assert json.loads(process("audit", "verify", "--json", **there).stdout)["ok"] is True


def run(*arguments: str) -> Result:
    return CliRunner().invoke(database_commands, arguments)


def test_nothing_is_overwritten(context: Flask, tmp_path: Path) -> None:
    file = str(tmp_path / "copy.gz")
    assert run("backup", file).exit_code == 0
    assert "exists already" in run("backup", file).output
    assert "has tables already" in run("restore", file).output


@pytest.mark.parametrize("harm", ["cut", "lines", "other", "later", "keys"])
def test_a_file_that_will_not_do_is_refused_before_anything_is_written(context: Flask, tmp_path: Path, harm: str, configured: Any) -> None:
    sealed.system_key("fingerprint")
    file = tmp_path / "copy.gz"
    backups.write(db.engine, file)
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    if harm == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    elif harm == "lines":
        file.write_bytes(gzip.compress(b"".join([lines[0], *lines[2:]])))
    elif harm == "other":
        file.write_bytes(b"something else")
    elif harm == "later":
        head = json.loads(lines[0]) | {"revision": "9999"}
        file.write_bytes(gzip.compress(b"".join([json.dumps(head).encode() + b"\n", *lines[1:]])))
    else:
        configured(keys_dir=tmp_path / "keys")
    with pytest.raises(backups.Unfit):
        backups.checked(file)


def test_every_job_says_what_it_keeps_and_an_untouched_house_loses_nothing(app: Flask, rina: Holder) -> None:
    with app.app_context():
        before = counts()
        assert all(json.loads(run("clean", "--list", "--json").stdout).values())
        assert set(json.loads(run("clean", "--json").stdout).values()) == {0}
        assert run("clean", "--only", "nonsense").exit_code == 2
        assert counts() == before


def test_what_had_its_time_goes_and_accounts_stay(app: Flask, rina: Holder, clock: MovedClock) -> None:
    with app.app_context():
        with unit_of_work():
            done = outbox.put("none", {}, delay=1)
            waiting = outbox.put("none", {}, delay=3600)
            db.session.execute(text("UPDATE outbox SET state = 'done' WHERE id = :id"), {"id": done})
        clock.shift(timedelta(days=400).total_seconds())
        removed = retention.run()
        assert (removed["outbox"], removed["sign_ins"], removed["known_devices"]) == (1, 1, 0)
        assert db.session.get(outbox.OutboxRow, waiting) is not None
        assert accounts.find(rina.account_id) is not None
        assert sessions.in_force(rina.account_id) == []


@pytest.mark.any_database
def test_the_worker_cleans_once_a_day_whoever_comes_first(context: Flask) -> None:
    assert retention.run_daily() is not None
    assert retention.run_daily() is None


def test_a_new_master_key_seals_everything_anew_and_all_opens(app: Flask, idp: Idp, process: Process, rina: Holder) -> None:
    with app.app_context(), unit_of_work():
        outbox.put("none", {"who": "Siti"}, delay=3600, key="sealed")
    first = process.json("keys", "seal", "--rotate")
    assert first["sealed"] > 3
    with app.app_context():  # a process that was running all the time reads the new key by itself
        number = first["master_key"]
        heads = {row.secret[1:5] for row in db.session.scalars(select(sealed.DataKey))}
        assert heads == {number.to_bytes(4)}
        row = db.session.scalar(select(outbox.OutboxRow).where(outbox.OutboxRow.key == "sealed"))
        assert row is not None
        assert row.payload_sealed is not None
        assert row.payload_sealed[1:5] == number.to_bytes(4)
        assert row.payload == {"who": "Siti"}
        found = accounts.find(rina.account_id)
        assert found is not None
        assert found.email.value == rina.email
    assert idp.json("keys", "seal") == {"sealed": 0, "master_key": number}
