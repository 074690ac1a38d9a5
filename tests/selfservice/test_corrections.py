"""`/akun/data/koreksi`: what a person cannot change alone is put to the officers, who have 3 x 24 hours."""

from __future__ import annotations

from idp import clock as the_clock
from idp import petitions
from idp.petitions import CLOCK, Kind
from tests.owning import sign_in

WORDS = "Nama saya tertulis Rina Kartikasri, yang benar Rina Kartikasari."


def asked(app):
    with app.app_context():
        return petitions.waiting(Kind.CORRECTION)


def test_a_correction_is_asked_answered_and_told(app, browser, rina, mails):
    browser.get("/akun/data")
    assert "Minta koreksi data" in browser.text
    browser.get("/akun/data/koreksi")
    browser.submit(about="name", words=WORDS)
    assert browser.path == "/akun/data/koreksi"
    assert "Dijawab paling lambat" in browser.text
    assert WORDS in browser.text
    assert "Permintaan koreksi datamu sudah kami terima" in mails(rina.email)
    [petition] = asked(app)
    assert abs(petition.due_at - the_clock.now() - CLOCK).total_seconds() < 60
    with app.app_context():
        petitions.answer(petition.id, "Ibu Ratna", "Nama sudah sesuai KTP.", granted=True)
    browser.get("/akun/data/koreksi")
    assert "Nama sudah sesuai KTP." in browser.text
    assert "Diterima" in browser.text
    assert "Nama sudah sesuai KTP." in mails(rina.email)
    browser.get("/akun/riwayat")
    assert "Permintaan koreksi data dijawab petugas" in browser.text


def test_of_the_same_data_one_correction_is_open(app, browser):
    browser.get("/akun/data/koreksi")
    for about, status in (("name", 200), ("name", 409), ("birth", 200)):
        assert browser.submit(about=about, words=WORDS).status_code == status
    assert len(asked(app)) == 2


def test_five_a_day_are_enough(app, browser, budi, configured):
    browser.get("/akun/data/koreksi")
    for about in ("name", "nik", "birth", "sex", "other"):
        browser.submit(about=about, words=WORDS)
    assert browser.submit(about="name", words=WORDS).status_code == 429
    assert WORDS in browser.text
    assert len(asked(app)) == 5


def test_what_is_missing_is_said_and_what_was_typed_is_kept(app, browser):
    browser.get("/akun/data/koreksi")
    browser.submit(words=WORDS)
    assert browser.answer.status_code == 400
    assert WORDS in browser.text
    browser.submit(about="planet", words=WORDS)
    assert browser.answer.status_code == 400
    assert asked(app) == []


def test_it_asks_for_a_fresh_proof(app, stale):
    stale.get("/akun/data/koreksi")
    stale.submit(about="name", words=WORDS)
    assert stale.path.startswith("/akun/konfirmasi")
    assert asked(app) == []


def test_nobody_sees_the_corrections_of_another(browser, budi, http):
    browser.get("/akun/data/koreksi")
    browser.submit(about="name", words=WORDS)
    other = http.another()
    sign_in(other, budi)
    other.get("/akun/data/koreksi")
    assert WORDS not in other.text
