"""Writing: one transaction, fresh reads inside, nothing done before the commit; and models that agree with migrations."""

import threading

import pytest
from sqlalchemy import select, update

from idp import migrations, outbox
from idp.extensions import after_commit, db, unit_of_work


def _row(key=None):
    return outbox.put("none", {}, key=key, delay=3600)


@pytest.mark.asvs("V2.3.3")
def test_a_failed_unit_of_work_leaves_nothing_and_does_nothing_afterwards(context):
    done = []

    with pytest.raises(KeyError), unit_of_work():
        _row()
        after_commit(lambda: done.append(1))
        raise KeyError
    assert db.session.scalars(select(outbox.OutboxRow)).all() == []
    assert done == []


def test_what_was_read_before_a_unit_of_work_is_read_anew_inside(context):
    with unit_of_work():
        row_id = _row()
    row = db.session.get_one(outbox.OutboxRow, row_id)

    def other():
        with context.app_context(), unit_of_work() as session:
            session.get_one(outbox.OutboxRow, row_id).attempts = 7

    thread = threading.Thread(target=other)
    db.session.rollback()
    thread.start()
    thread.join()
    with unit_of_work():
        assert row.attempts == 7


@pytest.mark.asvs("V15.4.3")
def test_a_thousand_read_then_write_units_in_parallel_all_succeed(context):
    with unit_of_work():
        row_id = _row()
    db.session.rollback()
    faults = []

    def work():
        with context.app_context():
            for _ in range(50):
                try:
                    with unit_of_work() as session:
                        row = session.scalar(select(outbox.OutboxRow).where(outbox.OutboxRow.id == row_id).with_for_update())
                        row.attempts += 1
                except Exception as fault:
                    faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert faults == []
    assert db.session.get_one(outbox.OutboxRow, row_id).attempts == 1000


def test_models_and_migrations_agree(context):
    assert migrations.pending(db.engine) == []
    assert migrations.differences(db.engine) == []


def test_a_row_that_is_locked_is_read_anew(context):
    """Of two clicks at once the second waits for the lock, and must see what the first wrote."""
    with unit_of_work() as session:
        row_id = _row()
        row = session.get_one(outbox.OutboxRow, row_id)

        def written_past_the_session(state):
            session.connection().execute(update(outbox.OutboxRow).where(outbox.OutboxRow.id == row_id).values(state=state))

        written_past_the_session("done")
        assert row.state == "waiting"
        assert session.get_one(outbox.OutboxRow, row_id, with_for_update=True).state == "done"
        written_past_the_session("expired")
        locked = session.scalar(select(outbox.OutboxRow).where(outbox.OutboxRow.id == row_id).with_for_update())
        assert locked is row
        assert row.state == "expired"
