"""What each page of recovery says and answers, at its turn and out of it."""

from __future__ import annotations

import re

import pytest

from idp import accounts, audit, throttle
from tests.crowding import every_place_taken
from tests.owning import PASSWORD, recovery_codes, with_app
from tests.recovery.conftest import (
    NEW_PASSWORD,
    at_password,
    begin,
    change_account,
    code_in,
    events,
    mailed_path,
    password_is,
    sms_code,
    words,
)
from tests.recovery.test_lost import DAY, NEW_EMAIL, NEW_PHONE, at_contacts, decide, finish, opened

pytestmark = [pytest.mark.any_database, pytest.mark.usefixtures("empty_inboxes")]

ANSWERS = ("Terlalu banyak percobaan", "Sedang ramai", "sudah dipakai", "Di perangkat ini ada pemulihan")


def shows(browser, path, *said) -> None:
    """This page is shown as it is at first: it says this, and nothing of what went wrong."""
    assert (browser.answer.status_code, browser.path) == (200, path)
    for one in said:
        assert one in words(browser)
    for one in ANSWERS:
        assert one not in words(browser)
    assert "aria-invalid" not in browser.text


def refuses(browser, *said, status=400, **sent) -> None:
    """What is sent is refused in these words."""
    assert browser.submit(**sent).status_code == status
    for one in said:
        assert one in words(browser)


def seconds_left(browser) -> int:
    """Until another code can be asked for."""
    return int(re.search(r'data-countdown="(\d+)"', browser.text)[1])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_on_the_way_by_code_and_app_each_page_says_what_it_wants_and_what_was_wrong(app, http, rina, worker, sandbox):
    device = with_app(app, rina)
    http.get("/pemulihan")
    shows(http, "/pemulihan", "Lupa password")
    assert http.forms()[0]["fields"]["way"] == ["mail"]
    refuses(http, "Bagian ini perlu diisi.", identifier="", way="sms")
    refuses(http, identifier=rina.phone, way="pigeon")
    assert rina.phone in http.text, "what was typed is kept"
    begin(http, f"  {rina.phone} ")
    shows(http, "/pemulihan/kode", "Masukkan kode", "Kalau ada akun dengan data itu, kami sudah mengirim kode SMS")
    assert 0 < seconds_left(http) <= 30
    refuses(http, "Tulis kode yang kamu terima.", code="")
    refuses(http, "Kode ini tidak berlaku (lagi). Minta kode baru.", code="000000")
    code = sms_code(worker, sandbox, rina.phone)
    refuses(http, "Kode belum benar. Kamu masih bisa mencoba 4 kali.", code=wrong(code))
    assert "Kalau ada akun" not in words(http)
    http.submit(code=code)
    shows(http, "/pemulihan/faktor", "Langkah kedua", "6 angka dari aplikasi")
    assert "passkey" not in http.text
    for nothing in (" ", None):
        refuses(http, "Tulis kodenya.", code=nothing)
    refuses(http, "Ini belum benar.", code="000000")
    http.submit(code=device.code())
    shows(http, "/pemulihan/password", "Buat password baru")
    refuses(http, "Bagian ini perlu diisi.", password="")
    refuses(http, "Password ini belum memenuhi semua aturan.", password="kurang")
    assert http.text.count('class="broken"') == 4
    http.submit(password=NEW_PASSWORD)
    shows(http, "/pemulihan/selesai", "Password sudah diganti")
    for path in ("kode", "faktor", "password", "terkirim"):
        http.get(f"/pemulihan/{path}")
        shows(http, "/pemulihan", "Lupa password")


def test_a_code_may_be_typed_with_spaces_a_dash_or_in_other_digits_and_what_is_no_code_costs_no_try(http, rina, worker, sandbox):
    begin(http, rina.phone)
    digits = sms_code(worker, sandbox, rina.phone)
    for raw in ("12345", "1234567", "12345x", "½23456"):
        refuses(http, "Kode terdiri dari 6 angka.", code=raw)
    full_width = "".join(chr(ord(one) - ord("0") + ord("０")) for one in digits)
    http.submit(code=f" {full_width[:3]}\u00a0-{full_width[3:]} ")
    assert http.path == "/pemulihan/password"


def test_another_code_or_link_can_be_asked_for_at_every_step_and_voids_the_first(http, rina, worker, sandbox, configured):
    configured(limits="off")
    begin(http, rina.email, "mail")
    shows(http, "/pemulihan/email", "Kalau ada akun dengan data itu, kami sudah mengirim tautan")
    assert seconds_left(http) == 0
    first = mailed_path(worker, sandbox, rina.email)
    http.submit()
    shows(http, "/pemulihan/email")
    second = mailed_path(worker, sandbox, rina.email)
    assert len(sandbox.mail(rina.email)) == 2
    assert (http.get(first).status_code, http.get(second).status_code) == (410, 200)
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    for inbox in (lambda: sandbox.mail(NEW_EMAIL), lambda: sandbox.sms(NEW_PHONE)):
        worker.drain()
        first = code_in(inbox()[-1])
        http.submit(form=1)
        shows(http, "/pemulihan/kode")
        worker.drain()
        assert len(inbox()) == 2
        if (second := code_in(inbox()[-1])) != first:
            refuses(http, code=first)
        http.submit(code=second)
    shows(http, "/pemulihan/dokumen")


def test_too_soon_is_said_once_and_sends_nothing(http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    assert 0 < seconds_left(http) <= 30
    worker.drain()
    http.submit()
    shows(http, "/pemulihan/email", "Tunggu sebentar sebelum meminta lagi.")
    assert 'class="note note-warn"' in http.text
    worker.drain()
    assert len(sandbox.mail(rina.email)) == 1
    http.get("/pemulihan/email")
    assert "Tunggu sebentar" not in words(http)


def test_a_mailed_link_says_where_it_works_and_when_it_does_no_more(app, http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    told = sandbox.mail(rina.email)[-1]["text"]
    assert re.search(r"berlaku sampai \d+ \w+ \d{4} \d\d\.\d\d WIB dan hanya bisa dipakai sekali", told)
    assert rina.name in told
    http.get(path)
    shows(http, path, "Kamu memintanya di browser ini.")
    elsewhere = http.another()
    elsewhere.get(path)
    shows(elsewhere, path, "Lanjutkan di browser yang tadi")
    http.submit()
    shows(http, "/pemulihan/password")
    for browser in (http, elsewhere):
        assert browser.get(path).status_code == 410
        assert "Tautan ini tidak berlaku lagi" in words(browser)
    http.get("/pemulihan/password")
    token = http.forms()[0]["fields"]["csrf_token"]
    for what in ("", "/di-sini"):
        answer = http.post(path + what, {"csrf_token": token})
        assert answer.status_code == 410
        assert "Tautan ini tidak berlaku lagi" in words(http)
        assert path not in http.text


def test_each_step_of_an_attempt_says_to_which_email_or_phone_the_code_was_sent_as_asked(http, rina, worker, sandbox):
    at_contacts(http, rina.nik, rina.mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    shows(http, "/pemulihan/kode", f"Kode sudah kami kirim ke {NEW_EMAIL} .")
    assert 0 < seconds_left(http) <= 60
    worker.drain()
    http.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    shows(http, "/pemulihan/kode", f"Kode sudah kami kirim ke {NEW_PHONE} .")


def test_everything_lost_says_at_every_step_what_comes_next(app, http, rina, worker, sandbox):
    http.get("/pemulihan/kehilangan")
    shows(http, "/pemulihan/kehilangan", "Langkah 1 dari 5")
    refuses(http, "Bagian ini perlu diisi.", nik="", mother_name="")
    unborn = f"{rina.nik[:6]}9913{rina.nik[10:]}"
    refuses(http, "Nama paling panjang 60 huruf.", "Tanggal lahir di dalam NIK", nik=unborn, mother_name="A" * 61)
    refuses(http, "NIK ini tidak mungkin ada.", nik=f"{rina.nik[:12]}0000", mother_name="Euis")
    at_contacts(http, rina.nik, rina.mother_name)
    shows(http, "/pemulihan/kontak", "Langkah 2 dari 5")
    assert [http.forms()[-1]["fields"][name] for name in ("email", "phone")] == [[""], [""]]
    turns_here(http, "/pemulihan/kontak")
    http.get("/pemulihan/kontak")
    http.submit(email=NEW_EMAIL, phone="0813 5550 0077")
    shows(http, "/pemulihan/kode", "Langkah 3 dari 5", f"Kode sudah kami kirim ke {NEW_EMAIL} .", "Ubah email atau nomor HP")
    turns_here(http, "/pemulihan/kode")
    worker.drain()
    told = sandbox.mail(NEW_EMAIL)[-1]
    assert re.search(r"Kode berlaku sampai \d+ \w+ \d{4} \d\d\.\d\d WIB\.", told["text"])
    http.get("/pemulihan/kontak")
    shows(http, "/pemulihan/kontak")
    assert http.forms()[-1]["fields"]["phone"] == [NEW_PHONE]
    http.get("/pemulihan/kode")
    refuses(http, "Kode belum benar. Kamu masih bisa mencoba 4 kali.", code=wrong(code_in(told)))
    secret = http.cookie("pemulihan")
    http.submit(code=code_in(told))
    shows(http, "/pemulihan/kode", "Langkah 4 dari 5", f"Kode sudah kami kirim ke {NEW_PHONE} .", "Ubah email atau nomor HP")
    http.submit(code=sms_code(worker, sandbox, NEW_PHONE))
    shows(http, "/pemulihan/dokumen", "Langkah 5 dari 5")
    assert http.cookie("pemulihan") == secret, "a new contact proves nothing of the account"
    turns_here(http, "/pemulihan/dokumen")
    http.get("/pemulihan/dokumen")
    refuses(http, "Foto KTP", "Pilih foto KTP-mu dulu.")
    assert len(events(app, audit.Event.RECOVERY_PROVEN)) == 0


def turns_here(browser, path) -> None:
    """Whatever else this browser asks for, this page is its turn; the first one offers to go on there."""
    for other in ("email", "faktor", "password", "selesai", "terkirim"):
        browser.get(f"/pemulihan/{other}")
        assert browser.path == path, other
    assert f'<a href="{path}">Lanjutkan</a>' in browser.get("/pemulihan").text


def test_the_code_of_one_new_address_does_not_prove_another(http, rina, worker, sandbox):
    at_contacts(http, rina.nik, rina.mother_name).submit(email="mine@example.id", phone=NEW_PHONE)
    worker.drain()
    code = code_in(sandbox.mail("mine@example.id")[-1])
    http.get("/pemulihan/kontak")
    http.submit(email=NEW_EMAIL, phone=NEW_PHONE)
    refuses(http, "Kode ini tidak berlaku (lagi). Minta kode baru.", code=code)
    worker.drain()
    if (sent := code_in(sandbox.mail(NEW_EMAIL)[-1])) != code:
        refuses(http, code=code)
    http.submit(code=sent)
    assert "Langkah 4 dari 5" in words(http)


def test_a_new_contact_that_is_taken_is_named_and_forgotten_with_the_next_one(http, rina, person, worker, sandbox):
    budi = person()
    at_contacts(http, rina.nik, rina.mother_name).submit(email=budi.email, phone=NEW_PHONE)
    worker.drain()
    http.submit(code=code_in(sandbox.mail(budi.email)[-1]))
    assert "Email ini sudah dipakai sebuah akun SIAPkerja." in words(http)
    http.submit(email=NEW_EMAIL, phone=budi.phone)
    http.get("/pemulihan/kontak")
    shows(http, "/pemulihan/kontak")
    http.get("/pemulihan/kode")
    worker.drain()
    http.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    http.submit(code=sms_code(worker, sandbox, budi.phone))
    assert "Nomor HP ini sudah dipakai sebuah akun SIAPkerja." in words(http)


def test_contacts_that_were_taken_meanwhile_are_named_and_nothing_changes(app, http, rina, person, worker, sandbox, clock):
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    finish(app, http, worker, sandbox)
    shows(http, "/pemulihan/password", "Untuk akun dengan email r***@e*** dan HP 0813****77.")
    for taken, said in (({"email": NEW_EMAIL}, "Email barumu sementara ini"), ({"phone": NEW_PHONE}, "Nomor HP barumu sementara ini")):
        other = person(**taken)
        refuses(http, f"{said} sudah dipakai akun lain.", status=409, password=NEW_PASSWORD)
        assert password_is(app, rina, PASSWORD)
        with app.app_context():
            accounts.erasure.erase(other.account_id)
    for own in (rina.nik, "0813-555-00077", "rina.baru", "kartikasari"):
        refuses(http, "Password tidak boleh berisi NIK, nama, email, atau nomor HP kamu.", password=f"Aa#{own}")
    worker.drain()
    assert events(app, audit.Event.CONTACTS_REPLACED) == []
    assert "Kontak akunmu sudah diganti" not in {one["subject"] for one in sandbox.mail(rina.email)}
    http.submit(password=NEW_PASSWORD)
    shows(http, "/pemulihan/selesai")


@pytest.mark.parametrize("own", ["nik", "phone", "email"])
def test_a_new_password_holds_nothing_of_its_owner(app, http, person, worker, sandbox, own):
    budi = person(email="bambang.sutrisno@example.id")
    at_password(http, budi, worker, sandbox)
    mine = {"nik": budi.nik, "phone": budi.phone[3:], "email": "bambang.sutrisno"}[own]
    refuses(http, "Password tidak boleh berisi NIK, nama, email, atau nomor HP kamu.", password=f"Aa#{mine}")
    assert password_is(app, budi, PASSWORD)


def test_a_code_tried_too_often_is_refused_and_the_page_says_how_long_to_wait(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    with app.app_context():
        for _ in range(20):
            throttle.hit("recovery_codes_tried", rina.account_id)
    refuses(http, "Terlalu banyak percobaan. Demi keamanan, coba lagi dalam 24 jam.", status=429, code=code)
    assert 80_000 < int(http.answer.headers["Retry-After"]) <= 86_401
    assert "Kalau ada akun" not in words(http)


def test_while_too_many_passwords_are_hashed_it_is_said_when_to_come_back(app, http, rina, worker, sandbox):
    at_password(http, rina, worker, sandbox)
    with every_place_taken():
        refuses(http, "Sedang ramai. Coba lagi dalam", status=429, password=NEW_PASSWORD)
    assert http.answer.headers["Retry-After"] == str(int(accounts.passwords.PATIENCE_SECONDS))
    http.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, NEW_PASSWORD)


def test_after_a_hundred_wrong_codes_only_everything_lost_leads_on(app, http, rina, worker, sandbox):
    device = with_app(app, rina)
    code = recovery_codes(app, rina)[0]
    begin(http, rina.email, "mail")
    http.get(mailed_path(worker, sandbox, rina.email))
    http.submit()
    change_account(app, rina.account_id, wrong_codes=100)
    for one in (device.code(), code):
        refuses(http, "Terlalu banyak kode salah untuk akun ini. Pakai jalan untuk yang kehilangan semuanya.", code=one)
    http.get("/pemulihan/password")
    assert http.path == "/pemulihan/faktor"
    assert http.post("/pemulihan/faktor/opsi", {"csrf_token": http.forms()[0]["fields"]["csrf_token"]}).status_code == 200
    stranger = http.another()
    stranger.get("/pemulihan")
    refused = stranger.post("/pemulihan/faktor/opsi", {"csrf_token": stranger.forms()[0]["fields"]["csrf_token"]})
    assert (refused.status_code, refused.json) == (409, {"error": "not_now"})
