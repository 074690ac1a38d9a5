"""The order in which officers see cases and what was said of them, and who is one officer."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from idp.extensions import db
from idp.recovery.models import Case, Decision
from tests.recovery.test_lost import opened, run

pytestmark = pytest.mark.any_database


def decided(app, case, officer, what="approve"):
    return run(app, what, case.id, "--officer", officer, "--reason", "KTP cocok")


def test_the_list_has_who_waits_oldest_first_a_line_each(app, person, worker, clock):
    assert run(app, "list").output == "No case is waiting.\n"
    newest = opened(app, worker, person())
    clock.shift(-60)
    oldest = opened(app, worker, person(verified=True))
    decided(app, oldest, "ani")
    lines = ((oldest, "1/2"), (newest, "0/1"))
    assert run(app, "list").output == "".join(
        f"{one.id}  waiting   {count} approved  until {one.waits_until.isoformat(timespec='seconds')}\n" for one, count in lines
    )
    assert [one["case"] for one in json.loads(run(app, "list", "--all", "--json").output)] == [oldest.id, newest.id]


def test_what_officers_said_is_shown_in_the_order_in_which_they_said_it(app, person, worker, clock):
    case = opened(app, worker, person(verified=True))
    for officer, what in (("citra", "approve"), ("ani", "approve"), ("budi", "refuse")):
        decided(app, case, officer, what)
        clock.shift(60)
    shown = [line for line in run(app, "show", case.id).output.splitlines() if line.startswith("  ")]
    assert [re.sub(r", [\d:T+-]+: ", " at a time: ", line) for line in shown] == [
        "  approved by citra at a time: KTP cocok", "  approved by ani at a time: KTP cocok", "  refused by budi at a time: KTP cocok",
    ]  # fmt: skip


def test_what_cannot_be_done_is_said_in_words(app, person, worker, tmp_path):
    nobody = opened(app, worker, person(), "Bukan Ibunya")
    waiting = opened(app, worker, person())
    assert decided(app, waiting, "ani", "refuse").output == "Refused.\n"
    for done, words in (
        (run(app, "show", "x" * 32), "there is no such case"),
        (run(app, "show", waiting.id, "--document", str(tmp_path / "ktp.jpg")), "there is no photo (any more)"),
        (decided(app, nobody, "ani"), "the civil registry has not recognised this person; there is nothing to approve"),
        (decided(app, waiting, "ani"), "there is no such case waiting"),
        (decided(app, waiting, "budi", "refuse"), "there is no such case waiting"),
    ):
        assert (done.exit_code, done.output) == (1, f"Error: {words}\n")


def test_a_name_however_long_or_written_is_one_officer(app, rina, worker):
    case = opened(app, worker, rina)
    assert decided(app, case, "ß" * 64).exit_code == 0
    assert "another officer" in decided(app, case, "SS" * 32).output
    with app.app_context():
        assert db.session.scalars(select(Decision.officer)).all() == ["s" * 64]
        assert db.session.get_one(Case, case.id).state == "waiting"
