"""A forgotten password, by SMS code and by mailed link: the way back in, and its rules."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp import accounts, audit, sessions
from idp.extensions import db
from idp.recovery.models import Attempt
from tests.owning import PASSWORD, sign_in
from tests.recovery.conftest import (
    NEW_PASSWORD,
    at_password,
    begin,
    change_account,
    events,
    mailed_path,
    password_is,
    sms_code,
)

YEAR = 365 * 86_400


def test_a_code_by_sms_leads_to_a_new_password(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    assert http.path == "/pemulihan/kode"
    for raw in ("12345", "1234567", "abcdef"):
        assert http.submit(code=raw).status_code == 400
        assert "Kode terdiri dari 6 angka" in http.text
    code = sms_code(worker, sandbox, rina.phone)
    http.submit(code=f" {code[:2]} {code[2:4]}-{code[4:]}")
    assert http.path == "/pemulihan/password"
    http.submit(password=NEW_PASSWORD)
    assert http.path == "/pemulihan/selesai"
    assert password_is(app, rina, NEW_PASSWORD)
    assert not password_is(app, rina, PASSWORD)


def test_a_mailed_link_leads_to_a_new_password(app, http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    assert http.path == "/pemulihan/email"
    http.get(mailed_path(worker, sandbox, rina.email))
    http.submit()
    assert http.path == "/pemulihan/password"
    http.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, NEW_PASSWORD)


@pytest.mark.parametrize("way", ["sms", "mail"])
def test_it_starts_from_the_nik_too_and_the_contacts_show_masked_only_after_a_proof(app, http, rina, worker, sandbox, way):
    begin(http, rina.nik, way)
    worker.drain()
    before = http.text
    if way == "sms":
        http.submit(code=sms_code(worker, sandbox, rina.phone))
    else:
        http.get(mailed_path(worker, sandbox, rina.email))
        before += http.text
        http.submit()
    assert http.path == "/pemulihan/password"
    with app.app_context():
        account = accounts.find(rina.account_id)
        for masked in (account.email.masked, account.phone.masked):
            assert masked in http.text
            assert masked not in before
        assert account.phone.e164 not in http.text


@pytest.mark.asvs("V7.4.3", "V6.3.7")
def test_a_new_password_ends_every_sign_in_and_tells_every_contact(app, http, rina, worker, sandbox):
    elsewhere = http.another()
    sign_in(elsewhere, rina)
    told = []
    with app.app_context():
        sessions.on_end(hook := lambda sid, account_id, cause: told.append((account_id, cause)))
    try:
        at_password(http, rina, worker, sandbox).submit(password=NEW_PASSWORD)
    finally:
        sessions.lifecycle._hooks.remove(hook)
    with app.app_context():
        assert sessions.in_force(rina.account_id) == []
    assert told == [(rina.account_id, "password_reset")]
    worker.drain()
    assert "Password akunmu baru saja diganti" in sandbox.sms(rina.phone)[-1]["text"]
    assert sandbox.mail(rina.email)[-1]["subject"] == "Password akunmu sudah diganti"
    assert len(events(app, audit.Event.PASSWORD_RESET, rina.account_id)) == 1


def test_a_reset_signs_nobody_in(http, rina, worker, sandbox):
    at_password(http, rina, worker, sandbox).submit(password=NEW_PASSWORD)
    assert http.cookie("sso") is None


@pytest.mark.any_database
@pytest.mark.parametrize("password", ["kurang", "tanpa-huruf-besar1!", "siapkerja#2026A", "Rina#Kartikasari1", "x" * 1100])
def test_a_new_password_keeps_the_rules(app, http, rina, worker, sandbox, password):
    at_password(http, rina, worker, sandbox)
    assert http.submit(password=password).status_code == 400
    assert password_is(app, rina, PASSWORD)
    http.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, NEW_PASSWORD)


def test_a_phone_that_no_code_came_back_from_for_a_year_gets_no_reset_code(app, http, rina, worker, sandbox, clock):
    clock.shift(YEAR + 60)
    begin(http, rina.phone)
    worker.drain()
    assert sandbox.sms(rina.phone) == []
    http.get(mailed_path(worker, sandbox, rina.email))
    http.submit()
    assert http.path == "/pemulihan/password"


def test_a_code_that_came_back_keeps_a_phone_fresh_for_another_year(app, http, rina, worker, sandbox, clock):
    clock.shift(YEAR - 86_400)
    at_password(http, rina, worker, sandbox)
    clock.shift(YEAR - 86_400)
    later = at_password(http.another(), rina, worker, sandbox)
    assert later.path == "/pemulihan/password"


def test_an_address_that_was_never_proven_needs_the_phone_as_a_second_step_cve_2026_9087(app, http, person, worker, sandbox, clock):
    budi = person(proven_mail=False)
    clock.shift(YEAR + 60)  # beside the link a phone of which nobody heard for a year is good enough
    begin(http, budi.email, "mail")
    http.get(mailed_path(worker, sandbox, budi.email))
    http.submit()
    assert http.path == "/pemulihan/kode"
    assert "Tautannya benar. Email ini belum pernah dibuktikan" in http.text
    http.get("/pemulihan/password")
    assert http.path != "/pemulihan/password"
    http.get("/pemulihan/kode")
    http.submit(code=sms_code(worker, sandbox, budi.phone))
    assert http.path == "/pemulihan/password"
    with app.app_context():
        assert accounts.find(budi.account_id).email_verified_at is not None


@pytest.mark.asvs("V6.3.4")
def test_a_suspended_account_gets_nothing_and_a_suspension_on_the_way_ends_it(app, http, rina, person, worker, sandbox):
    at_password(http, rina, worker, sandbox)
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    http.submit(password=NEW_PASSWORD)
    assert http.path == "/pemulihan"
    assert password_is(app, rina, PASSWORD)
    sent = len(sandbox.sms(rina.phone))
    begin(http.another(), rina.phone)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == sent


def test_a_password_changed_meanwhile_voids_link_and_attempt(app, http, rina, worker, sandbox):
    by_mail = begin(http.another(), rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    at_password(http, rina, worker, sandbox)
    with app.app_context():
        accounts.set_password_hash(rina.account_id, accounts.passwords.hash_password("Lain#Sekali-2026"))
    assert by_mail.get(path).status_code == 410
    http.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, "Lain#Sekali-2026")


def test_a_finished_reset_voids_every_other_attempt(app, http, rina, worker, sandbox):
    other = begin(http.another(), rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    at_password(http, rina, worker, sandbox).submit(password=NEW_PASSWORD)
    assert other.get(path).status_code == 410
    other.get("/pemulihan")
    assert other.post(path, {"csrf_token": token_of(other)}).status_code == 410
    with app.app_context():
        assert [(one.step, one.asked) for one in db.session.scalars(select(Attempt).order_by(Attempt.step))] == [
            ("done", None),
            ("void", None),
        ]


@pytest.mark.asvs("V6.5.5")
def test_a_code_lives_five_minutes_and_a_link_thirty(http, rina, worker, sandbox, clock):
    by_mail = begin(http.another(), rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    clock.shift(299)
    assert by_mail.get(path).status_code == 200
    clock.shift(2)
    assert http.submit(code=code).status_code == 400
    assert http.path == "/pemulihan/kode"
    clock.shift(1500)
    assert by_mail.get(path).status_code == 410


def test_after_five_wrong_codes_the_right_one_does_not_help(http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1, 0):
        assert http.submit(code=wrong).status_code == 400
        assert (f"mencoba {left} kali" in http.text) == (left > 0)
    assert "Kode salah terlalu sering" in http.text
    assert http.submit(code=code).status_code == 400
    assert http.path == "/pemulihan/kode"


def test_wrong_codes_count_against_the_account_and_after_a_hundred_no_code_is_sent(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    http.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    worker.drain()
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 1
    change_account(app, rina.account_id, wrong_codes=100)
    sent = len(sandbox.sms(rina.phone))
    begin(http.another(), rina.phone)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == sent
    by_mail = begin(http.another(), rina.email, "mail")
    by_mail.get(mailed_path(worker, sandbox, rina.email))
    by_mail.submit()
    by_mail.submit(password=NEW_PASSWORD)
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 0


@pytest.mark.any_database
@pytest.mark.parametrize("whose", ["an account", "nobody", "nobody's NIK"])
def test_at_most_twenty_codes_a_day_are_tried_on_one_account_and_on_nobody(http, rina, worker, whose):
    one, same = {
        "an account": (rina.phone, rina.nik),
        "nobody": ("x@example.id", "X@example.id"),
        "nobody's NIK": ("9901015506900001", "99 0101 550690 0001"),
    }[whose]
    for _ in range(3):
        browser = begin(http.another(), one)
        worker.drain()
        assert [browser.submit(code="000000").status_code for _ in range(5)] == [400] * 5
    browser = begin(http.another(), same)
    worker.drain()
    assert [browser.submit(code="000000").status_code for _ in range(6)] == [400] * 5 + [429]
    assert 80_000 < int(browser.answer.headers["Retry-After"]) <= 86_401
    assert "Terlalu banyak percobaan." in browser.text
    assert "coba lagi dalam 24 jam" in browser.text
    another = begin(http.another(), "somebody.else@example.id")
    worker.drain()
    assert another.submit(code="000000").status_code == 400


@pytest.mark.asvs("V6.3.1")
def test_an_account_gets_three_an_hour_and_the_fourth_answer_looks_the_same(http, rina, worker, sandbox):
    pages = []
    for _ in range(4):
        browser = begin(http.another(), rina.email, "mail")
        pages.append((browser.answer.status_code, browser.path))
        worker.drain()
    assert len(sandbox.mail(rina.email)) == 3
    assert set(pages) == {(200, "/pemulihan/email")}


def test_another_code_can_be_asked_for_after_thirty_seconds_and_voids_the_first(http, rina, worker, sandbox, clock):
    begin(http, rina.phone)
    first = sms_code(worker, sandbox, rina.phone)
    http.submit(form=1)
    assert "Tunggu sebentar" in http.text
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 1
    clock.shift(31)
    http.submit(form=1)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 2
    assert http.submit(code=first).status_code == 400


@pytest.mark.asvs("V6.5.2")
def test_a_hash_of_a_code_is_stored_and_never_the_code(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    with app.app_context():
        rows = db.session.execute(db.text("SELECT * FROM recovery_attempts")).all()
    assert code not in repr(rows)
    assert rina.phone not in repr(rows)


def token_of(browser):
    return browser.forms()[0]["fields"]["csrf_token"][0]
