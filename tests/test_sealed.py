"""Sealed columns open in their own place with their own key, and nowhere else."""

import threading

import pytest
from sqlalchemy import select

from idp import outbox, sealed, settings
from idp.database import Model, new_id
from idp.extensions import db, unit_of_work


def _put(holder=None):
    with unit_of_work():
        row_id = outbox.put("none", {"who": "Siti"}, holder=holder, delay=1)
    return db.session.get_one(outbox.OutboxRow, row_id)


@pytest.mark.asvs("V11.3.2")
def test_a_sealed_value_reads_back_and_lies_unreadable_in_the_database(context):
    row = _put()
    assert row.payload == {"who": "Siti"}
    assert b"Siti" not in row.payload_sealed


@pytest.mark.asvs("V11.3.3", "V11.2.5")
def test_a_value_moved_to_another_row_does_not_open(context):
    one, other = _put(), _put()
    with unit_of_work():
        other.payload_sealed = one.payload_sealed
    with pytest.raises(sealed.Unreadable):
        _ = other.payload


@pytest.mark.asvs("V14.2.7")
def test_destroying_a_holders_key_makes_its_values_unreadable(context):
    holder = new_id()
    with unit_of_work():
        sealed.new_data_key(holder)
    row = _put(holder)
    assert row.payload == {"who": "Siti"}
    with unit_of_work():
        sealed.destroy_data_key(holder)
    with pytest.raises(sealed.Unreadable):
        _ = row.payload


@pytest.mark.asvs("V11.2.2", "V13.1.4")
def test_a_new_master_key_seals_and_the_old_one_still_opens(context):
    row = _put()
    sealed.add_master_key(settings.current().keys_dir, 2)
    sealed.forget()
    assert row.payload == {"who": "Siti"}
    assert _put().payload_sealed[1:5] == (2).to_bytes(4)


@pytest.mark.asvs("V13.3.1", "V13.3.2")
def test_master_keys_are_readable_by_their_owner_only(context):
    sealed.ring()
    modes = {path.stat().st_mode & 0o777 for path in settings.current().keys_dir.glob("*.key")}
    assert modes == {0o600}


@pytest.mark.asvs("V11.4.3")
def test_fingerprints_depend_on_the_purpose_and_stay_the_same(context):
    first = sealed.fingerprint("nik", "9901014904900001")
    sealed.forget()
    assert sealed.fingerprint("nik", "9901014904900001") == first != sealed.fingerprint("phone", "9901014904900001")


@pytest.mark.asvs("V14.1.1")
def test_every_column_says_whether_it_is_personal():
    silent = [
        f"{table.name}.{column.name}" for table in Model.metadata.sorted_tables for column in table.columns if "personal" not in column.info
    ]
    assert silent == []


def test_an_erased_holders_outgoing_work_is_dropped(context, worker):
    holder = new_id()
    with unit_of_work():
        sealed.new_data_key(holder)
        row_id = outbox.put("none", {"to": "x"}, holder=holder)
    with unit_of_work():
        sealed.destroy_data_key(holder)
    worker.drain()
    db.session.expire_all()
    assert db.session.scalar(select(outbox.OutboxRow.state).where(outbox.OutboxRow.id == row_id)) == "expired"


@pytest.mark.asvs("V15.4.2")
def test_a_key_that_somebody_else_makes_in_the_same_moment_costs_no_write(context):
    """The loser's whole unit of work was undone, silently: what it wrote before and after the key was asked for."""
    at_once, kept, keys = threading.Barrier(12), [], set()

    def work(number):
        with context.app_context():
            for purpose in range(5):
                at_once.wait()
                with unit_of_work() as session:
                    row = session.get_one(outbox.OutboxRow, rows[number])
                    row.attempts += 1
                    keys.add((purpose, sealed.system_key(f"test {purpose}")))
                kept.append(row.attempts == purpose + 1)

    with unit_of_work():
        rows = [outbox.put("none", {}, delay=60) for _ in range(12)]
    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    assert kept == [True] * 60
    assert [db.session.get_one(outbox.OutboxRow, one).attempts for one in rows] == [5] * 12
    assert len(keys) == 5
