"""The code by SMS that an unknown device needs besides the password after a hundred failures."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from idp import accounts, audit, outbox, sessions, throttle
from idp import clock as the_clock
from idp.extensions import db, redis, unit_of_work
from idp.identity import PhoneNumber
from idp.login import lanes
from tests.browsing import Browser
from tests.owning import Holder, holder, with_app

pytestmark = pytest.mark.any_database


@pytest.fixture
def siti(app: Flask) -> Holder:
    """Somebody of whom strangers have had a hundred wrong guesses."""
    siti = holder(app, "Siti Aminah")
    with app.app_context():
        redis.hset(strangers_of(siti), "count", 100)
    return siti


def strangers_of(whom: Holder) -> str:
    return lanes.of(whom.account_id, None, known=False).key


def enter_password(browser: Browser, whom: Holder, **fields: str) -> Browser:
    browser.get("/masuk?next=/profil")
    browser.submit(identifier=whom.email, password=whom.password, **fields)
    assert browser.answer.status_code == 200
    assert "Retry-After" not in browser.answer.headers
    return browser


def code_of(sandbox, worker, whom: Holder) -> str:
    worker.drain()
    return sandbox.sms(whom.phone)[-1]["text"].rpartition("#")[2]


def test_the_code_goes_out_of_the_proven_ones_share_is_on_record_and_proves_the_phone(app, http, siti, sandbox, worker, configured):
    configured(sms_hourly_budget=1)
    with app.app_context():
        db.session.execute(db.update(accounts.Account).values(phone_verified_at=None))
        db.session.commit()
    http.get("/bahasa/en?next=/masuk")
    enter_password(http, siti)
    assert PhoneNumber(siti.phone).masked in http.text
    code = code_of(sandbox, worker, siti)
    assert "is your sign-in code" in sandbox.sms(siti.phone)[-1]["text"]
    with app.app_context():
        recorded = db.session.scalars(select(audit.AuditEvent).filter_by(event=audit.Event.CODE_SENT)).one()
        assert (recorded.subject, recorded.facts) == (siti.account_id, {"purpose": "sign_in"})
    assert http.submit(code=code, follow=False).location == "/profil"
    with app.app_context():
        proven = accounts.find(siti.account_id).phone_verified_at
        assert (the_clock.now() - proven).total_seconds() < 60
        [begun] = db.session.scalars(select(sessions.StoredSession))
        assert (begun.acr, begun.amr) == ("urn:siapkerja:acr:otp", "pwd otp sms")
        assert set(db.session.scalars(select(outbox.OutboxRow.holder))) == {siti.account_id}
    http.client.delete_cookie("sso", domain="localhost")
    http.get("/masuk/kode")
    assert http.path == "/masuk", "what was held is let go"


@pytest.mark.asvs("V6.6.2")
def test_a_code_is_good_in_the_browser_that_asked_for_it_and_in_no_other(app, http, siti, sandbox, worker):
    enter_password(http, siti)
    assert "berhasil dikirim, mohon cek hp kamu" in http.text
    with app.app_context():
        redis.hdel(strangers_of(siti), "until")
    other = enter_password(http.another(), siti)
    assert "Belum ada kode yang berlaku" in other.text
    code = code_of(sandbox, worker, siti)
    assert other.submit(code=code).status_code == 400
    assert other.cookie("sso") is None
    http.submit(code=code)
    assert http.cookie("sso")


def test_a_phone_that_no_code_can_be_sent_to_any_more_is_no_error(app, http, siti):
    with app.app_context(), unit_of_work() as session:
        session.get_one(accounts.Account, siti.account_id).phone_text = "+62215550123"
    enter_password(http, siti)
    token = http.forms()[0]["fields"]["csrf_token"]
    assert http.post("/masuk/kirim-ulang?next=/profil", {"csrf_token": token}).location == "/masuk/kode?next=/profil"
    assert "Kode tidak bisa dikirim ke nomor ini." in http.get("/masuk/kode?next=/profil").text
    assert 'class="note note-bad"' in http.text


def test_a_code_that_nobody_fetched_in_time_is_not_sent(http, siti, sandbox, worker, clock):
    enter_password(http, siti)
    clock.shift(301)
    worker.drain()
    assert sandbox.sms(siti.phone) == []


def test_a_code_asked_for_too_soon_is_not_sent_twice(http, siti, sandbox, worker):
    enter_password(http, siti)
    token = http.forms()[0]["fields"]["csrf_token"]
    answer = http.post("/masuk/kirim-ulang?next=/profil", {"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, "/masuk/kode?next=/profil")
    worker.drain()
    assert len(sandbox.sms(siti.phone)) == 1


def test_the_page_opens_also_when_the_phone_may_get_no_code_now(app, http, siti, sandbox, worker):
    with app.app_context():
        throttle.hit("sms_per_phone", PhoneNumber(siti.phone).e164)
    enter_password(http, siti)
    assert http.path == "/masuk/kode?next=/profil"
    again = http.post("/masuk/kirim-ulang?next=/profil", {"csrf_token": http.forms()[0]["fields"]["csrf_token"]})
    assert again.status_code == 429
    assert 0 < int(again.headers["Retry-After"]) <= 31
    assert "Terlalu banyak SMS diminta." in again.text
    worker.drain()
    assert sandbox.sms(siti.phone) == []


def test_another_code_is_announced_and_voids_the_first(http, siti, sandbox, worker, clock):
    enter_password(http, siti, shared_device="y")
    first = code_of(sandbox, worker, siti)
    clock.shift(31)
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/kirim-ulang?next=/profil", {"csrf_token": token})
    assert "Kode baru sudah dikirim" in http.get("/masuk/kode?next=/profil").text
    assert 'class="note note-good"' in http.text
    assert "berhasil dikirim, mohon cek hp kamu" not in http.text, "it is said once"
    second = code_of(sandbox, worker, siti)
    http.submit(code=second[:5])
    assert http.answer.status_code == 400
    assert "Kode terdiri dari 6 angka." in http.text
    assert http.forms()[0]["fields"]["code"] == [second[:5]], "what was typed is kept"
    assert http.submit(code=first).status_code == (400 if first != second else 200)
    assert http.forms()[0]["fields"]["code"] == [""], "a code that was tried is not"
    http.submit(code=second)
    assert http.cookie("sso")
    assert http.cookie("device") is None, "it was said to be a shared one"


@pytest.mark.asvs("V6.3.4")
def test_a_suspension_on_the_way_ends_it(app, http, siti, sandbox, worker, clock):
    enter_password(http, siti)
    code = code_of(sandbox, worker, siti)
    token = http.forms()[0]["fields"]["csrf_token"]
    with app.app_context():
        accounts.suspend(siti.account_id, "test")
    clock.shift(31)
    assert http.request("GET", "/masuk/kode").location == "/masuk"
    for path in ("/masuk/kode", "/masuk/kirim-ulang"):
        assert http.post(path, {"csrf_token": token, "code": code}).location == "/masuk"
    worker.drain()
    assert len([one for one in sandbox.sms(siti.phone) if "kode masuk" in one["text"]]) == 1
    assert http.cookie("sso") is None


def test_with_an_app_as_well_the_sign_in_is_of_all_three(app, http, siti, sandbox, worker):
    phone = with_app(app, siti)
    enter_password(http, siti)
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/kirim-ulang", {"csrf_token": token})
    http.get("/masuk/kode?next=/profil")
    http.submit(code=code_of(sandbox, worker, siti))
    assert http.path == "/masuk/langkah-kedua?next=/profil"
    assert http.submit(code=phone.code(), follow=False).location == "/profil"
    assert http.cookie("sso")
