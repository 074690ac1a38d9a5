"""The audit trail: what is written stays as it was written, or it shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, insert, select, update

from idp import audit, audit_chain
from idp.audit import AuditEvent, Event
from idp.cli.audit import trail
from idp.database import new_id
from idp.extensions import db, unit_of_work
from tests.owning import at_once


def write(count: int, subject: str = "somebody") -> None:
    for number in range(count):
        with unit_of_work():
            audit.record(Event.CODE_SENT, subject, number=number, words="kata é", part=0.5, none=None, many=["a", {"b": 1}])


def kinds(report: audit_chain.Report) -> list[tuple[str, int | None]]:
    return [(one.kind, one.sequence) for one in report.findings]


def tamper(statement) -> None:
    with unit_of_work() as session:
        session.execute(statement.execution_options(synchronize_session=False))


def test_an_untouched_trail_is_whole(context):
    write(7)
    assert audit_chain.catch_up() == 7
    report = audit_chain.verify()
    assert (report.rows, report.waiting, report.findings) == (7, 0, ())
    assert report.checkpoints == 1


@pytest.mark.asvs("V16.4.2")
@pytest.mark.parametrize(
    "values",
    [
        {"event": "code_refused"},
        {"subject": "somebody else"},
        {"facts": {"number": 4}},
        {"at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"mark": "x" * 43},
    ],
)
def test_a_changed_row_is_found(context, values):
    write(6)
    audit_chain.catch_up()
    tamper(update(AuditEvent).where(AuditEvent.sequence == 4).values(**values))
    assert ("altered", 4) in kinds(audit_chain.verify())


def test_a_missing_row_is_found(context):
    write(6)
    audit_chain.catch_up()
    tamper(delete(AuditEvent).where(AuditEvent.sequence == 3))
    assert kinds(audit_chain.verify()) == [("missing", 3)]


def test_a_row_removed_with_its_traces_is_found(context):
    write(6)
    audit_chain.catch_up()
    tamper(delete(AuditEvent).where(AuditEvent.sequence == 3))
    for place in (4, 5, 6):
        tamper(update(AuditEvent).where(AuditEvent.sequence == place).values(sequence=place - 1))
    assert "moved" in {kind for kind, _ in kinds(audit_chain.verify())}


def test_a_trail_cut_off_at_its_end_is_found_by_its_checkpoint(context):
    write(6)
    audit_chain.catch_up()
    tamper(delete(AuditEvent).where(AuditEvent.sequence > 4))
    assert kinds(audit_chain.verify()) == [("checkpoint", 6), ("missing", 5), ("missing", 6)]


def test_a_trail_cut_off_with_its_checkpoints_is_found_by_what_the_log_noted(context):
    write(6)
    audit_chain.catch_up()
    sequence, _, link = audit_chain.verify().end.partition(":")
    tamper(delete(AuditEvent).where(AuditEvent.sequence > 4))
    tamper(delete(audit_chain.Checkpoint))
    assert audit_chain.verify().findings == ()
    assert kinds(audit_chain.verify((int(sequence), link))) == [("checkpoint", 6)]


@pytest.mark.parametrize("chained_since", [False, True])
def test_a_row_inserted_from_outside_is_found(context, chained_since):
    write(3)
    audit_chain.catch_up()
    forged = {"id": new_id(), "at": datetime.now(UTC), "event": "code_sent", "subject": "x", "facts": {}, "mark": "y" * 43}
    tamper(insert(AuditEvent).values(**forged))
    if chained_since:
        audit_chain.catch_up()
    (finding,) = audit_chain.verify().findings
    assert (finding.kind, finding.event_id) == ("altered", forged["id"])


def test_a_forged_checkpoint_is_found(context):
    write(3)
    audit_chain.catch_up()
    tamper(update(audit_chain.Checkpoint).values(link="z" * 43))
    assert kinds(audit_chain.verify()) == [("checkpoint", 3)]


def test_checkpoints_come_a_minute_apart(context, clock):
    for _ in range(3):
        write(2)
        audit_chain.catch_up()
    assert audit_chain.verify().checkpoints == 1
    clock.shift(61)
    write(1)
    audit_chain.catch_up()
    assert audit_chain.verify().checkpoints == 2
    assert audit_chain.verify().findings == ()


def test_many_writers_and_many_workers_at_once_make_one_chain(app):
    def deed(number: int) -> int:
        if number % 5 == 0:
            return audit_chain.catch_up()
        write(4, f"writer {number}")
        return 0

    with app.app_context():
        write(1)
        audit_chain.catch_up()  # the keys are there before the crowd is
    results = at_once(app, deed)
    assert [one for one in results if isinstance(one, Exception)] == []
    with app.app_context():
        audit_chain.catch_up()
        report = audit_chain.verify()
        assert (report.rows, report.waiting, report.findings) == (161, 0, ())


def test_an_event_that_was_rolled_back_leaves_no_hole(context):
    write(2)
    with pytest.raises(RuntimeError), unit_of_work():
        audit.record(Event.CODE_SENT, "x")
        raise RuntimeError
    write(2)
    audit_chain.catch_up()
    report = audit_chain.verify()
    assert (report.rows, report.findings) == (4, ())


def run(*arguments: str) -> Result:
    return CliRunner().invoke(trail, arguments)


def test_the_commands_print_and_search(context):
    write(3, "siti")
    write(2, "budi")
    assert [one["subject"] for one in json.loads(run("tail", "-n", "3", "--json").stdout)] == ["siti", "budi", "budi"]
    assert len(json.loads(run("search", "--subject", "siti", "--event", "code_sent", "--json").stdout)) == 3
    assert json.loads(run("search", "--until", "2020-01-01", "--json").stdout) == []
    assert "code_sent" in run("tail").stdout
    assert run("tail", "--follow", "--json").exit_code == 2


def test_the_command_verifies_and_says_by_its_status_whether_all_is_well(context):
    write(5)
    verified = json.loads(run("verify", "--json").stdout)
    assert (verified["ok"], verified["rows"]) == (True, 5)
    assert run("verify", "--expect", verified["end"]).exit_code == 0
    assert run("verify", "--expect", "nonsense").exit_code == 2
    tamper(update(AuditEvent).where(AuditEvent.sequence == 2).values(subject="x"))
    altered = db.session.scalar(select(AuditEvent.id).where(AuditEvent.sequence == 2))
    done = run("verify", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"] == [{"kind": "altered", "sequence": 2, "event": altered}]


@pytest.mark.any_database
def test_the_commands_are_part_of_idp(idp):
    assert idp.json("audit", "tail") == []
