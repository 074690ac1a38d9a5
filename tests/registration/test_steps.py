"""Registration, step by step, as a citizen without JavaScript sees it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from idp import accounts, clock
from idp.audit import AuditEvent
from idp.extensions import db
from idp.identity import Nik
from idp.registration.models import Application
from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.walking import PASSWORD, code_of, leave_contacts, register, say_who, to_the_code, wrong
from tests.timing import MovedClock
from tests.working import Worker

pytestmark = pytest.mark.any_database

NOT_RECOGNISED = "hubungi Dukcapil setempat"


def account_of(app: Flask, person: dict[str, Any]) -> accounts.Account | None:
    with app.app_context():
        return accounts.find_active_by_nik(Nik(person["nik"]))


def test_a_recognised_citizen_registers_and_is_signed_in(http: Browser, sandbox: Outside, worker: Worker, app: Flask) -> None:
    person = sandbox.add_person()
    register(http, sandbox, worker, person)
    assert http.path == "/"
    assert http.cookie("sso")
    assert http.cookie("daftar") is None
    account = account_of(app, person)
    assert account is not None
    with app.app_context():
        account = accounts.find(account.id)
        assert account is not None
        assert (account.name.value, account.email.value, account.phone.e164) == (person["name"], person["email"], person["phone"])
        assert account.phone_verified_at is not None
        assert account.email_verified_at is None
        assert account.terms_version == accounts.TERMS_VERSION
        assert abs((clock.now() - account.terms_accepted_at).total_seconds()) < 60
        assert db.session.query(Application).count() == 0


def test_whoever_registers_on_a_shared_device_is_not_remembered_there(http: Browser, sandbox: Outside, worker: Worker) -> None:
    register(http, sandbox, worker, sandbox.add_person(), shared_device="y")
    assert http.path == "/"
    assert http.cookie("device") is None
    http.get("/keluar")
    http.submit(follow=False)
    assert http.answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_the_steps_say_which_they_are_and_what_is_agreed_to(http: Browser, sandbox: Outside) -> None:
    http.get("/daftar")
    assert "Langkah 1 dari 3" in http.text
    assert "Demi alasan keamanan, maka kamu wajib mengisi nama ibu kandung" in http.text
    assert 'href="/kebijakan-privasi"' in http.text
    assert 'href="/syarat-ketentuan"' in http.text
    to_the_code(http, sandbox.add_person())
    assert "Langkah 3 dari 3" in http.text
    assert "Kode OTP atau aktivasi berhasil dikirim, mohon cek hp kamu." in http.text
    assert 'autocomplete="one-time-code"' in http.text


def test_after_registering_a_citizen_goes_on_to_where_they_were_going(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person = sandbox.add_person()
    http.get("/daftar?next=/profil")
    http.submit(**{name: person[name] for name in ("nik", "name", "mother_name")})
    leave_contacts(http, person)
    answer = http.submit(code=code_of(sandbox, worker, person["phone"]), follow=False)
    assert (answer.status_code, answer.location) == (303, "/profil")


@pytest.mark.asvs("V3.7.2")
@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aX: 1\r\n"]
)
def test_nobody_is_sent_on_to_another_site(http: Browser, sandbox: Outside, worker: Worker, elsewhere: str) -> None:
    person = sandbox.add_person()
    http.request("GET", "/daftar", query_string={"next": elsewhere})
    http.submit(**{name: person[name] for name in ("nik", "name", "mother_name")})
    leave_contacts(http, person)
    answer = http.submit(code=code_of(sandbox, worker, person["phone"]), follow=False)
    assert answer.location == "/"


@pytest.mark.asvs("V2.2.1", "V2.2.2")
@pytest.mark.parametrize(
    ("nik", "said"),
    [
        ("", "Bagian ini perlu diisi"),
        ("123", "16 angka"),
        ("99010149049000011", "16 angka"),
        ("9901014904ABCD01", "hanya berisi angka"),
        ("9901019904900001", "Tanggal lahir di dalam NIK ini tidak mungkin"),
        ("9901014904900000", "tidak mungkin ada"),
    ],
)
def test_a_malformed_nik_is_refused_before_the_registry_is_asked(http: Browser, sandbox: Outside, nik: str, said: str) -> None:
    asked = len(sandbox.calls())
    say_who(http, sandbox.add_person(), nik=nik)
    assert http.answer.status_code == 400
    assert said in http.text
    assert len(sandbox.calls()) == asked


@pytest.mark.parametrize("name", ["", "   ", "S1ti", "Siti <script>", "a" * 61, "\x00Siti", "…"])
def test_a_malformed_name_is_refused_before_the_registry_is_asked(http: Browser, sandbox: Outside, name: str) -> None:
    asked = len(sandbox.calls())
    say_who(http, sandbox.add_person(), mother_name=name)
    assert http.answer.status_code == 400
    assert len(sandbox.calls()) == asked


def test_a_nik_is_read_as_people_write_it(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    nik = person["nik"]
    say_who(http, person, nik=f" {nik[:4]} {nik[4:8]}-{nik[8:12]}.{nik[12:]} ")
    assert http.path == "/daftar/kontak"


@pytest.mark.asvs("V2.2.3", "V6.3.8")
@pytest.mark.parametrize(
    "outcome",
    ["unknown", "mother_differs", "deceased", "duplicate", "inactive", "nik_format", "nik_unprocessable"],
)
def test_every_kind_of_no_match_gives_one_and_the_same_page(http: Browser, sandbox: Outside, outcome: str) -> None:
    def page(kind: str) -> str:
        browser = http.another()
        person = sandbox.add_person(outcome=kind)
        say_who(browser, person)
        assert browser.answer.status_code == 400
        return masked(browser.text.replace(person["nik"], "NIK"))

    assert NOT_RECOGNISED in page(outcome)
    assert page(outcome) == page("unknown")


def masked(page: str) -> str:
    """A page without what differs each time: tokens, nonces, script addresses."""
    import re

    return re.sub(r'(nonce|value|name="csrf_token" value)="[^"]{20,}"', r'\1="…"', page)


def test_names_that_do_not_match_are_not_told_apart(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    say_who(http, person, name="Nama Lain")
    first = http.text.replace("Nama Lain", person["name"])
    browser = http.another()
    say_who(browser, person, mother_name="Ibu Lain")
    assert masked(browser.text.replace("Ibu Lain", person["mother_name"])) == masked(first)


def test_the_reason_of_a_no_match_is_kept_for_staff(http: Browser, sandbox: Outside, app: Flask) -> None:
    say_who(http, sandbox.add_person(outcome="deceased"))
    with app.app_context():
        event = db.session.query(AuditEvent).filter_by(event="registration_checked").one()
    assert (event.facts["outcome"], event.facts["reason"], event.facts["review"]) == ("no_match", "deceased", True)


def test_one_wrong_letter_in_a_name_is_forgiven(http: Browser, sandbox: Outside) -> None:
    say_who(http, sandbox.add_person(outcome="name_one_letter"))
    assert http.path == "/daftar/kontak"


def test_what_was_typed_stands_again_after_a_refusal(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person(outcome="unknown")
    say_who(http, person)
    fields = http.forms()[0]["fields"]
    assert fields["nik"] == [person["nik"]]
    assert fields["mother_name"] == [person["mother_name"]]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "bukan-email", "Alamat email ini belum lengkap"),
        ("email", "", "Bagian ini perlu diisi"),
        ("phone", "12", "tidak dikenali"),
        ("phone", "021 5255733", "hanya bisa dikirim ke nomor HP Indonesia"),
        ("phone", "+65 9123 4567", "hanya bisa dikirim ke nomor HP Indonesia"),
        ("password", "pendek", "Password ini belum memenuhi semua aturan"),
        ("password", "pendek", '<li data-rule="upper" class="broken">'),
        ("password", "Kartikasari#77", "tidak boleh berisi NIK, nama, email, atau nomor HP"),
        ("password", "SIAPkerja#2026", "mudah ditebak"),
        ("password", "x" * 2000, "terlalu panjang"),
    ],
)
def test_contacts_and_password_are_judged_on_the_server(http: Browser, sandbox: Outside, field: str, value: str, said: str) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    leave_contacts(http, person, **{field: value})
    assert http.answer.status_code == 400
    assert said in http.text
    assert http.path == "/daftar/kontak"


@pytest.mark.asvs("V6.2.6", "V6.2.7")
def test_the_password_is_masked_never_sent_back_and_may_be_pasted(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    assert 'type="password"' in http.text
    assert 'autocomplete="new-password"' in http.text
    leave_contacts(http, person, email="x")
    assert PASSWORD not in http.text
    assert http.forms()[0]["fields"]["phone"] == [person["phone"]]


def test_back_keeps_what_was_typed_the_password_aside(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    http.submit(email="setengah@", phone=person["phone"], password=PASSWORD, back="1")
    assert http.path.startswith("/daftar?")
    assert http.forms()[0]["fields"]["mother_name"] == [person["mother_name"]]
    http.submit()
    assert http.path == "/daftar/kontak"
    fields = http.forms()[0]["fields"]
    assert (fields["email"], fields["phone"], fields["password"]) == (["setengah@"], [person["phone"]], [""])
    assert len(sandbox.calls(person["nik"])) == 1


def test_a_wrong_code_says_how_many_tries_are_left(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    code = code_of(sandbox, worker, person["phone"])
    http.submit(code=wrong(code))
    assert http.answer.status_code == 400
    assert "Kamu bisa mencoba 4 kali lagi" in http.text
    http.submit(code=code)
    assert http.cookie("sso")


@pytest.mark.parametrize("nonsense", ["", "12345", "1234567", "abcdef", "１２３４５", "<b>123456"])
def test_what_cannot_be_a_code_uses_up_no_try(http: Browser, sandbox: Outside, worker: Worker, nonsense: str) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    for _ in range(6):
        http.submit(code=nonsense)
        assert http.answer.status_code == 400
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


@pytest.mark.asvs("V6.4.1")
def test_five_wrong_codes_void_it_and_a_new_one_helps(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    code = code_of(sandbox, worker, person["phone"])
    for _ in range(5):
        http.submit(code=wrong(code))
    assert "sudah terlalu sering salah" in http.text
    http.submit(code=code)
    assert http.cookie("sso") is None
    clock.shift(31)
    http.post("/daftar/kirim-ulang", {"csrf_token": http.forms()[0]["fields"]["csrf_token"]})
    http.get("/daftar/verifikasi")
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


@pytest.mark.asvs("V6.4.1")
def test_a_late_code_is_refused(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    code = code_of(sandbox, worker, person["phone"])
    clock.shift(301)
    http.submit(code=code)
    assert "sudah tidak berlaku" in http.text
    assert http.cookie("sso") is None


def resend(http: Browser) -> None:
    token = http.forms()[0]["fields"]["csrf_token"]
    http.request("POST", "/daftar/kirim-ulang", data={"csrf_token": token}, follow=True)


def test_another_code_can_be_asked_for_after_the_countdown(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    assert 'data-countdown="30"' in http.text
    resend(http)
    assert http.path == "/daftar/verifikasi"
    worker.drain()
    assert len(sandbox.sms(person["phone"])) == 1
    clock.shift(31)
    resend(http)
    assert "Kode baru sudah dikirim" in http.text
    assert 'data-countdown="60"' in http.text
    worker.drain()
    assert len(sandbox.sms(person["phone"])) == 2


def test_a_mistyped_number_is_corrected_and_the_old_code_is_void(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person, mistyped = sandbox.add_person(), sandbox.add_person()["phone"]
    to_the_code(http, person, phone=mistyped)
    old = code_of(sandbox, worker, mistyped)
    http.get("/daftar/nomor")
    http.submit(phone=person["phone"])
    assert http.path == "/daftar/verifikasi"
    new = code_of(sandbox, worker, person["phone"])
    if old != new:
        http.submit(code=old)
        assert http.cookie("sso") is None
    http.submit(code=new)
    assert http.cookie("sso")


@pytest.mark.asvs("V6.6.2", "V15.3.3", "V6.6.1")
def test_the_code_goes_to_the_phone_that_registered_whatever_the_request_says(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person, thief = sandbox.add_person(), sandbox.add_person()["phone"]
    to_the_code(http, person)
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/daftar/kirim-ulang", {"csrf_token": token, "phone": thief, "to": thief})
    worker.drain()
    assert sandbox.sms(thief) == []


def test_a_code_is_worth_nothing_in_another_browser(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person, other = sandbox.add_person(), sandbox.add_person()
    to_the_code(http, person)
    thief = http.another()
    to_the_code(thief, other)
    thief.submit(code=code_of(sandbox, worker, person["phone"]))
    assert thief.cookie("sso") is None


@pytest.mark.asvs("V2.3.1")
@pytest.mark.parametrize("path", ["/daftar/kontak", "/daftar/verifikasi", "/daftar/nomor"])
def test_no_step_can_be_entered_before_its_turn(http: Browser, sandbox: Outside, path: str) -> None:
    http.get(path)
    assert http.path == "/daftar"
    say_who(http, sandbox.add_person(outcome="unknown"))
    http.get(path)
    assert http.path == "/daftar"


@pytest.mark.asvs("V2.3.1")
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/daftar/kontak", {"email": "a@example.id", "phone": "081277700077", "password": PASSWORD}),
        ("/daftar/verifikasi", {"code": "123456"}),
        ("/daftar/nomor", {"phone": "081277700077"}),
        ("/daftar/kirim-ulang", {}),
        ("/daftar/lanjut", {}),
        ("/daftar/kontak", {}),
        ("/daftar/verifikasi", {}),
    ],
)
def test_no_step_can_be_skipped_by_posting_to_the_next(http: Browser, sandbox: Outside, app: Flask, path: str, fields: Any) -> None:
    say_who(http, sandbox.add_person(outcome="unknown"))
    token = http.forms()[0]["fields"]["csrf_token"]
    answer = http.post(path, fields | {"csrf_token": token})
    assert answer.status_code in (303, 400)
    with app.app_context():
        assert db.session.query(accounts.Account).count() == 0


@pytest.mark.asvs("V3.5.1")
@pytest.mark.parametrize("path", ["", "/kontak", "/verifikasi", "/nomor", "/kirim-ulang", "/baru"])
def test_a_form_without_its_token_is_refused(http: Browser, sandbox: Outside, path: str) -> None:
    to_the_code(http, sandbox.add_person())
    assert http.post(f"/daftar{path}", {"code": "123456"}).status_code == 400


def test_whoever_is_signed_in_does_not_register(http: Browser, sandbox: Outside, worker: Worker) -> None:
    register(http, sandbox, worker, sandbox.add_person())
    http.get("/daftar?next=/profil", follow=False)
    assert (http.answer.status_code, http.answer.location) == (303, "/profil")


def test_the_citizen_is_welcomed_by_mail(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person = sandbox.add_person()
    register(http, sandbox, worker, person)
    worker.drain()
    assert sandbox.mail(person["email"])[-1]["subject"] == "Akun SIAPkerja kamu sudah aktif"
