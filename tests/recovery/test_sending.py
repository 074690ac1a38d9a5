"""What the worker sends for recovery: to whom, how often, until when, and what counts for whom."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from idp import accounts, audit, outbox, recovery, throttle
from idp.extensions import db, redis, unit_of_work
from idp.recovery.models import Attempt
from tests.owning import PASSWORD
from tests.recovery.conftest import (
    NEW_PASSWORD,
    begin,
    change_account,
    code_in,
    events,
    mailed_path,
    password_is,
    sealed_for,
    sms_code,
    words,
)
from tests.recovery.test_lost import NEW_EMAIL, NEW_PHONE, at_contacts

pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("empty_inboxes")]


def csrf(browser) -> str:
    return browser.forms()[0]["fields"]["csrf_token"][0]


def undone(app) -> list[str]:
    """What the worker still has to do."""
    with app.app_context():
        return list(db.session.scalars(select(outbox.OutboxRow.kind).where(outbox.OutboxRow.state == "waiting")))


def entered(block: str) -> bytes | None:
    return redis.hget(f"idp:sms:block:{block}", "entered")


def test_a_person_is_told_in_the_language_of_their_account_and_under_its_key(app, http, rina, worker, sandbox):
    change_account(app, rina.account_id, locale="en")
    begin(http, rina.email, "mail")
    worker.drain()
    assert sandbox.mail(rina.email)[-1]["subject"] == "Set a new password"
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    assert "is your code for a new password" in sandbox.sms(rina.phone)[-1]["text"]
    http.submit(code=code)
    http.submit(password=NEW_PASSWORD)
    worker.drain()
    told = sandbox.mail(rina.email)[-1]
    assert told["subject"] == "Your password was changed"
    assert rina.name in told["text"]
    assert sandbox.sms(rina.phone)[-1]["text"].startswith("SIAPkerja: Your")
    assert sealed_for(app) == {("mail", rina.account_id): 2, ("sms", rina.account_id): 2}


def test_a_code_or_link_that_is_too_old_to_help_is_not_sent_any_more(app, http, rina, worker, sandbox, clock, configured):
    configured(limits="off")
    sandbox.fault(sms="down", mail="down")
    begin(http.another(), rina.phone)
    at_contacts(by_mail := http.another(), rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    begin(http, rina.email, "mail")
    worker.drain()
    clock.shift(301)
    sandbox.clear_faults()
    worker.drain()
    assert sandbox.sms(rina.phone) == sandbox.mail(NEW_EMAIL) == []
    assert len(sandbox.mail(rina.email)) == 1, "a link lives for half an hour"
    by_mail.submit(form=1)
    worker.drain()
    sandbox.fault(sms="down", mail="down")
    by_mail.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    begin(http, rina.email, "mail")
    worker.drain()
    clock.shift(1801)
    sandbox.clear_faults()
    worker.drain()
    assert sandbox.sms(NEW_PHONE) == []
    assert len(sandbox.mail(rina.email)) == 1
    assert undone(app) == []


def test_what_is_sent_late_lives_as_long_as_what_is_sent_at_once(http, rina, worker, sandbox, clock):
    begin(http, rina.email, "mail")
    clock.shift(1200)
    path = mailed_path(worker, sandbox, rina.email)
    clock.shift(1200)
    http.get(path)
    http.submit()
    assert http.path == "/pemulihan/password"


def test_an_attempt_that_is_over_before_the_worker_comes_sends_nothing(http, rina, worker, sandbox, clock):
    begin(http, rina.email, "mail")
    begin(http, rina.phone)
    clock.shift(1801)
    worker.drain()
    assert sandbox.mail(rina.email) == sandbox.sms(rina.phone) == []


def test_what_is_carried_out_twice_is_sent_once_and_costs_once(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    worker.drain()
    at_contacts(other := http.another(), rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    with app.app_context():
        for attempt in db.session.scalars(select(Attempt)).all():
            for _ in range(3):
                recovery.work.send({"attempt": attempt.id, "count": attempt.sent_count})
        recovery.work.send({"attempt": "x" * 32, "count": 1})
        recovery.work.count_wrong_code({"attempt": "x" * 32})
        for _ in range(2):
            throttle.hit("forgotten_password", rina.account_id)
        for _ in range(9):
            throttle.hit("recovery_mail_per_address", "127.0.0.1")
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == len(sandbox.mail(NEW_EMAIL)) == 1
    other.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    assert "Langkah 4 dari 5" in words(other)


def test_codes_for_new_contacts_are_counted_by_address_and_leave_a_fifth_of_all_sms_to_people_with_an_account(
    app, http, rina, worker, sandbox, configured
):
    with app.app_context():
        for _ in range(10):
            throttle.hit("recovery_mail_per_address", "127.0.0.1")
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    assert sandbox.mail(NEW_EMAIL) == []
    other = http.another("198.51.100.7")
    at_contacts(other, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    configured(sms_hourly_budget=1)
    other.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    worker.drain()
    assert sandbox.sms(NEW_PHONE) == []
    begin(other, rina.phone)
    assert sms_code(worker, sandbox, rina.phone)


def test_codes_that_come_back_count_for_the_block_of_the_phone_that_got_them(http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    assert entered(rina.phone[:8]) is None
    http.submit(code=code)
    assert entered(rina.phone[:8]) == b"1"
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    http.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    http.submit(code=sms_code(worker, sandbox, NEW_PHONE))
    assert entered(NEW_PHONE[:8]) == b"1"
    assert len(list(redis.scan_iter("idp:sms:block:*"))) == 2, "what came back by mail counts for no phone"


def test_codes_for_new_contacts_are_tried_twenty_times_a_day_for_one_nik(http, rina, worker, sandbox, clock):
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    for _ in range(4):
        worker.drain()
        wrong = f"{(int(code_in(sandbox.mail(NEW_EMAIL)[-1])) + 1) % 1_000_000:06d}"
        assert [http.submit(code=wrong).status_code for _ in range(5)] == [400] * 5
        clock.shift(400)
        http.submit(form=1)
    assert http.submit(code="000000").status_code == 429
    assert "Terlalu banyak percobaan." in words(http)
    at_contacts(other := http.another(), rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    assert other.submit(code="000000").status_code == 429


def test_the_hundredth_wrong_code_and_those_after_it_are_on_record_too(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    change_account(app, rina.account_id, wrong_codes=99)
    for _ in range(2):
        http.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    worker.drain()
    assert len(events(app, audit.Event.CODE_REFUSED, rina.account_id)) == 2
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 100
    assert undone(app) == []
    begin(http.another(), rina.phone)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 1, "no code opens this account any more"


def test_a_wrong_code_of_a_new_contact_counts_against_no_account(app, http, rina, worker, sandbox):
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    worker.drain()
    code = code_in(sandbox.mail(NEW_EMAIL)[-1])
    http.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    worker.drain()
    [refused] = events(app, audit.Event.CODE_REFUSED)
    assert refused.subject is None
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 0


def test_a_suspension_on_the_way_makes_the_right_code_and_the_right_link_worthless(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    by_mail = begin(http.another(), rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    by_mail.get(path)
    token = csrf(by_mail)
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    assert http.submit(code=code).status_code == 400
    assert http.path == "/pemulihan/kode"
    for what in ("", "/di-sini"):
        assert by_mail.post(path + what, {"csrf_token": token}).status_code == 410
    assert by_mail.get(path).status_code == 410
    by_mail.get("/pemulihan/email")
    assert by_mail.path == "/pemulihan/email", "which tells nobody of it"
    assert events(app, audit.Event.RECOVERY_PROVEN) == []
    assert password_is(app, rina, PASSWORD)


def test_an_account_that_may_not_act_is_sent_nothing_for_whatever_it_is_found_by(app, http, rina, worker, sandbox):
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    for identifier, way in ((rina.phone, "sms"), (rina.email, "mail"), (rina.nik, "sms")):
        begin(http, identifier, way)
    worker.drain()
    assert sandbox.sms(rina.phone) == sandbox.mail(rina.email) == []


def test_a_password_changed_meanwhile_makes_the_right_code_worthless(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    with app.app_context():
        accounts.set_password_hash(rina.account_id, accounts.passwords.hash_password(NEW_PASSWORD))
    assert http.submit(code=code).status_code == 400
    assert events(app, audit.Event.RECOVERY_PROVEN) == []


def test_a_code_by_sms_proves_the_phone_and_not_the_address(app, http, person, worker, sandbox, clock):
    budi = person(proven_mail=False)
    clock.shift(1000)
    begin(http, budi.phone)
    http.submit(code=sms_code(worker, sandbox, budi.phone))
    assert http.path == "/pemulihan/password"
    with app.app_context():
        account = accounts.find(budi.account_id)
        assert account.email_verified_at is None
        assert (clock.now() - account.phone_verified_at).total_seconds() < 900


def test_whom_an_attempt_is_about_does_not_change_with_who_has_the_number(app, http, rina, worker, sandbox, clock):
    begin(http, rina.phone)
    worker.drain()
    change_account(app, rina.account_id, bound_phone=None, claimed_phone=None)
    clock.shift(31)
    http.submit(form=1)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 2


def test_an_address_that_begins_with_a_nik_is_an_address(http, person, worker, sandbox, rina):
    budi = person(email=f"{rina.nik}@example.id")
    begin(http, budi.email, "mail")
    http.get(mailed_path(worker, sandbox, budi.email))
    assert "Kamu memintanya di browser ini." in words(http)
    assert sandbox.mail(rina.email) == []


def test_what_was_typed_is_kept_no_longer_than_an_identifier_can_be(app, http):
    begin(http, "x" * 400)
    assert http.path == "/pemulihan/kode"
    with app.app_context():
        assert db.session.scalars(select(Attempt)).one().asked["identifier"] == "x" * 320


def test_of_two_links_each_opens_its_own_account_in_its_own_browser(app, http, rina, person, worker, sandbox):
    budi = person()
    for whom in (rina, budi):
        browser = begin(http.another(), whom.email, "mail")
        browser.get(mailed_path(worker, sandbox, whom.email))
        browser.submit()
        browser.submit(password=NEW_PASSWORD)
        assert browser.path == "/pemulihan/selesai"
        assert password_is(app, whom, NEW_PASSWORD)


def test_a_link_traded_for_a_start_elsewhere_waits_thirty_seconds_for_another_code(app, http, rina, worker, sandbox, clock):
    begin(http, rina.email, "mail")
    phone = http.another()
    phone.get(mailed_path(worker, sandbox, rina.email))
    phone.submit()
    worker.drain()
    phone.submit(form=1)
    assert "Tunggu sebentar" in words(phone)
    clock.shift(31)
    phone.submit(form=1)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 2
    with app.app_context():
        steps = dict(db.session.execute(select(Attempt.step, Attempt.link_hash)).all())
    assert steps == {"void": None, "code": None}


def test_after_a_link_another_code_can_be_asked_for_in_a_minute(http, person, worker, sandbox):
    budi = person(proven_mail=False)
    begin(http, budi.email, "mail")
    http.get(mailed_path(worker, sandbox, budi.email))
    http.submit()
    assert 30 < int(re.search(r'data-countdown="(\d+)"', http.text)[1]) <= 60


def test_who_asks_too_often_for_one_nik_does_not_use_up_what_others_of_the_house_may(http, rina, person):
    budi = person()
    for _ in range(3):
        at_contacts(http.another(), rina.nik, rina.mother_name)
    http.get("/pemulihan/kehilangan")
    for _ in range(30):
        assert http.submit(nik=rina.nik, mother_name=rina.mother_name).status_code == 429
    assert 0 < int(http.answer.headers["Retry-After"]) <= 86_401
    at_contacts(http, budi.nik, budi.mother_name)


def test_a_case_of_which_nobody_knows_any_more_is_nobodys(app, http, rina, worker, sandbox):
    """What the worker still has of it does nothing."""
    begin(http, rina.phone)
    with app.app_context():
        for deed in (recovery.work.look_into, recovery.work.warn_again, recovery.work.ripen, recovery.work.expire):
            deed({"case": "x" * 32})
        with unit_of_work() as session:
            session.execute(update(Attempt).values(step="void"))
    worker.drain()
    assert sandbox.sms(rina.phone) == []
