"""Whoever knows the password of a suspended account reads why it was stopped, and appeals; nobody else learns of it."""

from __future__ import annotations

import re

import pytest

from idp import accounts, audit, petitions, sessions, throttle
from idp.extensions import db, redis
from idp.login import lanes
from idp.petitions import CLOCK, Kind, NoSuchPetition
from tests.owning import at_once, holder, with_app
from tests.web.test_accessibility import look_at

REASON = "Dua akun dipakai dari satu perangkat"


@pytest.fixture
def rina(app):
    """Rina, whose account officers have stopped."""
    rina = holder(app)
    with app.app_context():
        accounts.suspend(rina.account_id, REASON)
    return rina


@pytest.fixture
def browser(http, rina):
    http.get("/masuk")
    http.submit(identifier=rina.email, password=rina.password)
    return http


def only(kind: Kind = Kind.APPEAL) -> petitions.Petition:
    [found] = petitions.waiting(kind)
    return found


@pytest.mark.asvs("V6.3.4")
def test_the_right_password_leads_to_the_reason_and_signs_nobody_in(app, browser, rina):
    assert browser.path == "/masuk/dihentikan"
    assert REASON in browser.text
    with app.app_context():
        redis.hset(lanes.of(rina.account_id, None, known=False).key, "count", 5)
    for _ in range(2):  # the first breaks the row of failures, or the second would have to wait
        browser.get("/masuk")
        browser.submit(identifier=rina.email, password=rina.password)
        assert (browser.answer.status_code, browser.path) == (200, "/masuk/dihentikan")
    assert browser.request("GET", "/akun").status_code == 303


def test_a_wrong_password_tells_nothing(http, rina):
    http.get("/masuk")
    http.submit(identifier=rina.email, password="Salah#Sekali1")
    assert http.path == "/masuk"
    assert "dihentikan" not in http.text
    http.get("/masuk/dihentikan")
    assert http.path == "/masuk"


def test_an_appeal_reaches_the_officers_and_its_answer_the_person(app, browser, rina, worker, sandbox):
    browser.submit(words="Itu HP kakak saya, kami berbagi.")
    assert "Keberatanmu sudah dikirim" in browser.text
    assert 'class="note note-good"' in browser.text
    assert "Keberatanmu menunggu jawaban" in browser.text
    assert not browser.forms() or "words" not in browser.forms()[-1]["fields"]
    worker.drain()
    assert "Keberatanmu sudah kami terima" in sandbox.mail(rina.email)[-1]["subject"]
    with app.app_context():
        petitions.answer(only().id, "Ibu Ratna", "Satu perangkat boleh dipakai sekeluarga.", granted=False)
    browser.get("/masuk/dihentikan")
    assert "Satu perangkat boleh dipakai sekeluarga." in browser.text
    worker.drain()
    assert "Satu perangkat boleh dipakai sekeluarga." in sandbox.mail(rina.email)[-1]["text"]
    assert "Keberatanmu belum bisa diterima" in sandbox.sms(rina.phone)[-1]["text"]  # the address was never proven
    browser.submit(words="Saya lampirkan nomor KK.")
    assert "Keberatanmu menunggu jawaban" in browser.text


def test_too_many_appeals_are_told_when_to_come_back_and_keep_their_words(app, browser, rina):
    with app.app_context():
        for _ in range(5):
            throttle.hit("petitions_per_account", rina.account_id)
    assert "Retry-After" not in browser.answer.headers
    answer = browser.submit(words="Itu HP kakak saya.")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    assert "Itu HP kakak saya." in browser.text
    assert "Terlalu banyak percobaan" in browser.text


def test_a_restored_account_signs_in_again_and_its_appeal_is_history(app, browser, rina):
    browser.submit(words="Tolong buka lagi.")
    browser.get("/masuk")
    browser.submit(identifier=rina.email, password=rina.password, shared_device="y")
    with app.app_context():
        accounts.restore(rina.account_id, "keliru")
    browser.get("/masuk/dihentikan")
    assert browser.path == "/masuk"
    phone = with_app(app, rina)
    browser.get("/masuk/langkah-kedua")
    browser.submit(code=phone.code())
    with app.app_context():
        begun = db.session.query(sessions.StoredSession).one()
        assert (begun.amr, begun.shared_device) == ("pwd otp mfa", True), "what was proven and said before counts"
    browser.get("/akun/riwayat")
    assert "Keberatan atas penghentian akun dikirim" in browser.text


def test_of_fifty_appeals_at_once_one_waits_and_of_fifty_answers_one_counts(app, rina, configured):
    configured(limits="off")

    def appeal(number):
        return petitions.ask(accounts.find(rina.account_id), Kind.APPEAL, f"Keberatan {number}")

    won = [one for one in at_once(app, appeal) if isinstance(one, petitions.Petition)]
    assert len(won) == 1
    answers = at_once(app, lambda number: petitions.answer(won[0].id, f"Petugas {number}", "Jawaban", granted=bool(number % 2)))
    assert len([one for one in answers if isinstance(one, petitions.Petition)]) == 1
    assert {type(one) for one in answers} == {petitions.Petition, NoSuchPetition}


def test_an_appeal_without_an_answer_is_on_record_when_its_clock_runs_out(app, browser, clock, worker):
    browser.submit(words="Tolong buka lagi.")
    worker.drain()
    clock.shift(CLOCK.total_seconds() + 1)
    worker.drain()
    with app.app_context():
        assert only().is_overdue
        events = {row.event for row in db.session.query(audit.AuditEvent)}
    assert audit.Event.PETITION_OVERDUE in events


@pytest.mark.asvs("V1.2.1")
def test_what_is_typed_is_kept_and_shown_as_text(app, browser):
    browser.submit(words="")
    assert browser.answer.status_code == 400
    browser.submit(words="x" * 1001)
    assert browser.answer.status_code == 400
    assert "x" * 1001 in browser.text
    browser.submit(words="<script>alert(1)</script>")
    with app.app_context():
        assert only().words == "<script>alert(1)</script>"
        assert b"script" not in bytes(only().words_sealed)


@pytest.mark.any_database
def test_the_page_is_fit_for_everybody(page, live, browser):
    page.base = live.url
    for name in ("sso", "device", "browser"):
        if value := browser.cookie(name):
            page.context.add_cookies([{"name": name, "value": value, "url": live.url}])
    assert look_at(page, "/masuk/dihentikan") == []
    page.goto("/masuk/dihentikan")
    page.get_by_label(re.compile("Kenapa akunmu")).fill("Itu HP kakak saya.")
    page.get_by_role("button", name="Kirim keberatan").click()
    page.get_by_text("Keberatanmu menunggu jawaban").wait_for()
