"""Signing in: one answer for every refusal; a known device keeps its way in."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from flask import Flask

from idp import accounts, audit, clock, outbox, sessions, throttle, web
from idp.extensions import db, redis, unit_of_work
from idp.login import lanes
from tests.browsing import Browser
from tests.crowding import every_place_taken
from tests.outside import Outside
from tests.owning import PASSWORD, Holder, at_once, holder
from tests.registration.walking import PASSWORD as CHOSEN
from tests.registration.walking import code_of, register, to_the_code
from tests.timing import MovedClock
from tests.working import Worker

REFUSED = "Belum bisa masuk"


@pytest.fixture
def siti(app: Flask) -> Holder:
    return holder(app, "Siti Aminah")


def sign_in(browser: Browser, identifier: str, password: str = PASSWORD, path: str = "/masuk", **more: str) -> Browser:
    assert browser.get(path).status_code == 200
    browser.submit(identifier=identifier, password=password, **more)
    return browser


def is_in(browser: Browser) -> bool:
    return browser.cookie("sso") is not None


def masked(browser: Browser, identifier: str) -> tuple[int, str]:
    """Status and page, without what differs each time and what was typed."""
    page = browser.text.replace(identifier, "IDENTIFIER")
    return browser.answer.status_code, re.sub(r'(nonce|value|name="csrf_token" value)="[^"]{20,}"', r'\1="…"', page)


def test_a_citizen_signs_in_by_email(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email.upper())
    assert is_in(http)
    assert http.path == "/"


@pytest.mark.any_database
@pytest.mark.parametrize("style", ["0{0}", "62{0}", "+62{0}", "+62 {1} {2} {3}", "0{1}-{2}-{3}", "(0{1}) {2}.{3}"])
def test_a_citizen_signs_in_by_phone_as_people_write_it(http: Browser, siti: Holder, style: str) -> None:
    digits = siti.phone.removeprefix("+62")
    sign_in(http, style.format(digits, digits[:3], digits[3:7], digits[7:]))
    assert is_in(http)


@pytest.mark.asvs("V6.3.8")
def test_wrong_unknown_suspended_locked_and_pending_get_one_and_the_same_answer(
    http: Browser, app: Flask, sandbox: Outside, siti: Holder, clock: MovedClock
) -> None:
    suspended, locked, pending = holder(app), holder(app), sandbox.add_person()
    with app.app_context():
        accounts.suspend(suspended.account_id, "-")
    to_the_code(http.another(), pending)
    for wait in (0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 0):
        sign_in(http.another(), locked.email, "Salah#Sekali1")
        clock.shift(wait)
    cases = {
        siti.email: "Salah#Sekali1",
        "tidak.ada@example.id": PASSWORD,
        "bukan apa-apa": PASSWORD,
        "0812 9999 9999": PASSWORD,
        suspended.email: "Salah#Sekali1",
        locked.email: PASSWORD,
        pending["email"]: "Salah#Sekali1",
        "x" * 5000: PASSWORD,
    }
    answers = {masked(sign_in(http.another(), identifier, password), identifier) for identifier, password in cases.items()}
    assert len(answers) == 1
    status, page = answers.pop()
    assert status == 400
    assert REFUSED in page


def test_the_trail_names_whose_sign_in_failed_and_which_device_is_new(http: Browser, app: Flask, siti: Holder) -> None:
    for _ in range(7):
        sign_in(http, siti.email, "Salah#Sekali1")
    sign_in(http.another(), "tidak.ada@example.id")
    other, gone = holder(app), holder(app)
    sign_in(http, other.email)
    with app.app_context(), unit_of_work() as session:  # as if it went while its password was being checked
        session.execute(db.update(accounts.Account).filter_by(id=gone.account_id).values(state=accounts.State.ERASED))
    assert REFUSED in sign_in(http.another(), gone.email).text
    with app.app_context():
        trail = db.session.query(audit.AuditEvent).all()
        session = db.session.query(sessions.StoredSession).one()
        nobody = lanes.of(accounts.identifier_fingerprint("tidak.ada@example.id"), None, known=False)
        assert redis.hget(nobody.key, "count") == b"1", "an identifier that nobody has is counted just the same"
    assert (session.acr, session.amr) == ("urn:siapkerja:acr:password", "pwd")
    failed = Counter(one.subject for one in trail if one.event == "sign_in_failed")
    assert failed == {siti.account_id: 7, None: 1, gone.account_id: 1}, "the seventh was not even tried, and is on record"
    assert [(one.subject, one.facts) for one in trail if one.event == "new_device"] == [(other.account_id, {"sid": session.id})]


@pytest.mark.any_database
def test_five_failures_are_free_then_the_right_password_has_to_wait(http: Browser, siti: Holder, clock: MovedClock) -> None:
    for _ in range(5):
        sign_in(http, siti.email, "Salah#Sekali1")
    assert is_in(sign_in(http, siti.email))
    assert is_in(sign_in(http.another(), siti.email)), "the row is broken"
    stranger = http.another()
    for _ in range(6):
        sign_in(stranger, siti.email, "Salah#Sekali1")
    assert not is_in(sign_in(stranger, siti.email))
    clock.shift(3)
    assert is_in(sign_in(stranger, siti.email))


@pytest.mark.any_database
def test_each_failure_more_doubles_the_wait_up_to_a_quarter_of_an_hour(http: Browser, siti: Holder, clock: MovedClock) -> None:
    for _ in range(5):
        sign_in(http, siti.email, "Salah#Sekali1")
    for wait in (2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        sign_in(http, siti.email, "Salah#Sekali1")
        clock.shift(wait - 1)
        assert not is_in(sign_in(http, siti.email)), wait
        clock.shift(1.5)
    assert is_in(sign_in(http, siti.email))


@pytest.mark.any_database
def test_both_identifiers_of_an_account_are_one_lane(http: Browser, siti: Holder) -> None:
    for identifier in (siti.email, siti.phone) * 3:
        sign_in(http, identifier, "Salah#Sekali1")
    assert not is_in(sign_in(http, siti.email))
    assert not is_in(sign_in(http, siti.phone))


@pytest.mark.any_database
@pytest.mark.asvs("V6.3.1")
def test_strangers_cannot_lock_the_owner_out_of_a_device_that_is_known(http: Browser, siti: Holder, clock: MovedClock) -> None:
    sign_in(http, siti.email)
    http.get("/keluar")
    http.submit()
    for number, wait in enumerate((0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 0)):
        sign_in(http.another(f"198.51.100.{number}"), siti.email, "Salah#Sekali1")
        clock.shift(wait)
    assert not is_in(sign_in(http.another("198.51.100.99"), siti.email))
    assert is_in(sign_in(http, siti.email))


@pytest.mark.any_database
def test_a_known_device_has_limits_too(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    http.get("/keluar")
    http.submit()
    for _ in range(6):
        sign_in(http, siti.email, "Salah#Sekali1")
    assert not is_in(sign_in(http, siti.email))


def test_a_device_known_for_one_account_is_a_stranger_to_others(http: Browser, app: Flask, siti: Holder) -> None:
    budi = holder(app, "Budi Santoso")
    sign_in(http, siti.email)
    http.get("/keluar")
    http.submit()
    for number in range(6):
        sign_in(http.another(f"198.51.100.{number}"), budi.email, "Salah#Sekali1")
    assert not is_in(sign_in(http, budi.email))


def fail_a_hundred_times(app: Flask, whom: Holder) -> None:
    with app.app_context():
        lane = lanes.of(whom.account_id, None, known=False)
        redis.hset(lane.key, mapping={"count": 100})


@pytest.mark.asvs("V6.3.1")
def test_after_a_hundred_failures_a_new_device_needs_a_code_as_well(
    http: Browser, siti: Holder, app: Flask, sandbox: Outside, worker: Worker
) -> None:
    fail_a_hundred_times(app, siti)
    sign_in(http, siti.email, path="/masuk?next=/profil")
    assert not is_in(http)
    assert http.path == "/masuk/kode?next=/profil"
    worker.drain()
    assert "kode masuk" in sandbox.sms(siti.phone)[-1]["text"]
    code = sandbox.sms(siti.phone)[-1]["text"].rpartition("#")[2]
    http.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    assert "Kamu bisa mencoba 4 kali lagi" in http.text
    with app.app_context():
        refused = db.session.query(audit.AuditEvent).filter_by(event=audit.Event.CODE_REFUSED).one()
    assert (refused.subject, refused.facts) == (siti.account_id, {"purpose": "sign_in", "tries_left": 4})
    answer = http.submit(code=code, follow=False)
    assert answer.location == "/profil"
    assert is_in(http)
    assert is_in(sign_in(http.another("198.51.100.1"), siti.email))


@pytest.mark.asvs("V6.3.4")
def test_the_code_page_is_no_way_in_without_the_password(http: Browser) -> None:
    http.get("/masuk/kode")
    assert http.path == "/masuk"
    token = http.forms()[0]["fields"]["csrf_token"]
    for path in ("/masuk/kode", "/masuk/kirim-ulang"):
        assert http.post(path, {"csrf_token": token, "code": "123456"}).location == "/masuk"


@pytest.mark.any_database
@pytest.mark.asvs("V2.4.1", "V6.3.1")
def test_one_address_fails_sixty_times_a_minute(http: Browser, siti: Holder, clock: MovedClock) -> None:
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    for number in range(60):
        data = {"csrf_token": token, "identifier": f"tidak.ada.{number}@example.id", "password": PASSWORD}
        assert http.post("/masuk", data).status_code == 400
    refused = sign_in(http, siti.email)
    assert refused.answer.status_code == 429
    assert 0 < int(refused.answer.headers["Retry-After"]) <= 61
    assert "Terlalu banyak percobaan" in refused.text
    assert is_in(sign_in(http.another("198.51.100.1"), siti.email))
    clock.shift(61)
    assert is_in(sign_in(http, siti.email))


@pytest.mark.any_database
def test_those_who_pass_the_limit_of_their_address_together_are_refused_like_the_rest(http: Browser, app: Flask) -> None:
    with app.app_context():
        for _ in range(59):
            throttle.hit("sign_in_failures_per_address", "127.0.0.1")
    crowd = [http.another() for _ in range(4)]
    for browser in crowd:
        browser.get("/masuk")
    answers = at_once(app, lambda number: crowd[number].submit(identifier="tidak.ada@example.id", password=PASSWORD).status_code, 4)
    assert {400} <= set(answers) <= {400, 429}


@pytest.mark.any_database
@pytest.mark.asvs("V6.1.1")
def test_while_a_crowd_has_every_place_the_owner_signs_in_and_refusals_leave_no_trace(http: Browser, app: Flask, siti: Holder) -> None:
    sign_in(http, siti.email)
    http.client.delete_cookie("sso", domain="localhost")
    stranger = http.another()
    with every_place_taken():
        assert is_in(sign_in(http, siti.email))
        assert "Terlalu banyak percobaan" in sign_in(stranger, siti.email).text
        assert stranger.answer.status_code == 429
        with app.app_context():
            redis.hset(lanes.of(siti.account_id, None, known=False).key, "until", clock.timestamp() + 60)
        assert REFUSED in sign_in(stranger, siti.email).text
    with app.app_context():
        assert db.session.query(audit.AuditEvent).filter_by(event=audit.Event.SIGN_IN_FAILED).count() == 0


@pytest.mark.any_database
@pytest.mark.asvs("V2.3.2")
def test_fifty_guesses_at_once_are_no_more_than_six(http: Browser, siti: Holder, app: Flask) -> None:
    def guess(number: int) -> int:
        return sign_in(Browser(app, f"198.51.100.{number}"), siti.email, f"Salah#Sekali{number}").answer.status_code

    assert set(at_once(app, guess)) <= {400, 429}
    with app.app_context():
        assert int(redis.hget(lanes.of(siti.account_id, None, known=False).key, "count") or 0) == 6
        assert db.session.query(audit.AuditEvent).filter_by(event="sign_in_failed").count() >= 6


@pytest.mark.any_database
@pytest.mark.asvs("V6.1.1", "V15.4.4")
def test_in_a_flood_the_owner_on_a_known_device_still_signs_in(http: Browser, siti: Holder, app: Flask) -> None:
    sign_in(http, siti.email)
    owner_waits = []

    def strangers(number: int) -> None:
        browser = Browser(app, f"203.0.113.{number}")
        browser.get("/masuk")
        fields = browser.forms()[0]["fields"]
        for turn in range(8):
            data = {"csrf_token": fields["csrf_token"], "identifier": siti.email, "password": f"Salah#{turn}"}
            assert browser.post("/masuk", data).status_code in (400, 429)

    def one(number: int) -> None:
        if number:
            strangers(number)
            return
        for _ in range(5):
            http.get("/keluar")
            http.submit()
            began = time.perf_counter()
            sign_in(http, siti.email)
            owner_waits.append(time.perf_counter() - began)
            assert is_in(http)

    results = at_once(app, one, 20)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert len(owner_waits) == 5
    assert max(owner_waits) < 15


@pytest.mark.asvs("V7.6.2", "V3.5.1")
def test_a_forged_sign_in_form_is_refused(http: Browser, siti: Holder) -> None:
    assert http.post("/masuk", {"identifier": siti.email, "password": PASSWORD}).status_code == 400
    assert not is_in(http)


def test_an_unfinished_account_is_taken_to_its_code_page(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    clock.shift(301)
    sign_in(http, person["phone"], CHOSEN)
    assert http.path == "/daftar/verifikasi"
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert is_in(http)
    assert http.cookie("device"), "it is a device of one's own"


def test_an_unfinished_account_goes_on_in_another_browser_and_no_longer_in_the_first(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock
) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    clock.shift(31)
    other = http.another()
    sign_in(other, person["email"], CHOSEN, path="/masuk?next=/profil", shared_device="y")
    assert other.path == "/daftar/verifikasi?next=/profil"
    http.get("/daftar/verifikasi")
    assert http.path == "/daftar"
    answer = other.submit(code=code_of(sandbox, worker, person["phone"]), follow=False)
    assert answer.location == "/profil"
    assert is_in(other)
    assert other.cookie("device") is None, "this device was said to be a shared one, whatever the first was"


def test_an_unfinished_account_whose_registration_was_cleaned_away_still_finds_its_page(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock, app: Flask
) -> None:
    from idp.registration import clean_up

    person = sandbox.add_person()
    to_the_code(http, person)
    clock.shift(8 * 86_400)
    with app.app_context():
        clean_up()
    sign_in(http, person["email"], CHOSEN)
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert is_in(http)


@pytest.mark.any_database
@pytest.mark.asvs("V3.7.2")
@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)", "\thttps://e"])
def test_nobody_is_sent_on_to_another_site(http: Browser, siti: Holder, elsewhere: str) -> None:
    http.request("GET", "/masuk", query_string={"next": elsewhere})
    answer = http.submit(identifier=siti.email, password=PASSWORD, follow=False)
    assert (answer.status_code, answer.location) == (303, "/")


def test_the_page_names_the_service_one_comes_from_and_knows_its_hint(http: Browser, siti: Holder, app: Flask) -> None:
    path = "/oauth/authorize?request=abc"
    with app.app_context():
        web.remember_destination(path, web.Destination("Karirhub", "karirhub", origin="https://karirhub.example", login_hint=siti.email))
    http.get("/masuk?" + urlencode({"next": path}))
    assert "Masuk untuk melanjutkan ke <strong>Karirhub</strong>" in http.text
    assert http.forms()[0]["fields"]["identifier"] == [siti.email]
    assert "form-action 'self' https://karirhub.example" in http.answer.headers["Content-Security-Policy"]
    register_link = re.search(r'href="/daftar[?]([^"]*)"', http.text)
    assert register_link is not None
    assert parse_qs(register_link[1]) == {"next": [path]}
    answer = http.submit(password=PASSWORD, follow=False)
    assert answer.location == path


def test_whoever_is_signed_in_and_comes_by_chance_goes_home(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    answer = http.get("/masuk", follow=False)
    assert (answer.status_code, answer.location) == (303, "/")


def test_whoever_is_sent_here_to_sign_in_anew_can(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    before = http.cookie("sso")
    http.get("/masuk?next=/profil")
    assert "Kamu sudah masuk sebagai Siti Aminah" in http.text
    assert '<a href="/profil">Lanjutkan</a>' in http.text
    http.submit(identifier=siti.email, password=PASSWORD, follow=False)
    assert http.cookie("sso") not in (None, before)


@pytest.mark.asvs("V6.3.5")
def test_the_owner_is_told_of_a_sign_in_on_a_new_device_and_only_then(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock
) -> None:
    person = sandbox.add_person()
    register(http, sandbox, worker, person)
    clock.shift(60)

    def told() -> tuple[int, int]:
        worker.drain()
        mails = [one for one in sandbox.mail(person["email"]) if "perangkat baru" in one["subject"]]
        return len(mails), len([one for one in sandbox.sms(person["phone"]) if "perangkat baru" in one["text"]])

    http.get("/keluar")
    http.submit()
    sign_in(http, person["email"], CHOSEN)
    assert told() == (0, 0)
    sign_in(http.another(), person["email"], CHOSEN)
    assert told() == (1, 1)


def test_a_notice_of_a_new_device_by_sms_keeps_to_the_limits_of_the_phone(
    http: Browser, app: Flask, siti: Holder, sandbox: Outside, worker: Worker
) -> None:
    with app.app_context():
        throttle.hit("sms_per_phone", siti.phone)
    sign_in(http, siti.email)
    worker.drain()
    [mail] = sandbox.mail(siti.email)
    assert "perangkat baru" in mail["subject"]
    assert siti.name in mail["text"]
    assert sandbox.sms(siti.phone) == []


@pytest.mark.any_database
def test_mail_and_sms_of_a_new_device_speak_the_owners_language_and_end_that_sign_in(
    http: Browser, app: Flask, sandbox: Outside, worker: Worker, configured: Any
) -> None:
    configured(sms_hourly_budget=1)  # of which newcomers get nothing
    emma = holder(app, "Emma Siregar", locale="en")
    sign_in(http, emma.email)
    worker.drain()
    [mail], [sms] = sandbox.mail(emma.email), sandbox.sms(emma.phone)
    assert "new device" in mail["subject"]
    assert "new device" in sms["text"]
    links = [re.findall(r"/akun/bukan-saya/\S+", text) for text in (mail["text"], sms["text"])]
    assert links[0] == links[1]
    stranger = http.another()
    stranger.get(links[0][0])
    stranger.submit()
    http.get("/akun")
    assert http.path.startswith("/masuk"), "that sign-in is over"
    with app.app_context():
        sealed_for = {row.holder for row in db.session.query(outbox.OutboxRow)}
    assert sealed_for == {emma.account_id}, "an erasure of the account takes what was still to be sent along"


def test_a_shared_device_is_not_remembered_and_its_sign_in_is_short(http: Browser, siti: Holder, clock: MovedClock) -> None:
    sign_in(http, siti.email, shared_device="y")
    assert is_in(http)
    assert http.cookie("device") is None
    clock.shift(11 * 60)
    http.get("/masuk")
    assert http.path == "/masuk"


def test_a_device_of_ones_own_is_remembered_for_a_year(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    assert http.cookie("device")


@pytest.mark.asvs("V11.2.2", "V11.4.2")
def test_a_hash_of_yesterdays_cost_is_renewed_at_sign_in(http: Browser, siti: Holder, app: Flask) -> None:
    import hashlib
    import hmac

    from argon2 import PasswordHasher

    from idp import sealed

    with app.app_context():
        peppered = hmac.digest(sealed.pepper(), PASSWORD.encode(), hashlib.sha256)
        accounts.set_password_hash(siti.account_id, PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(peppered))
    sign_in(http, siti.email)
    assert is_in(http)
    with app.app_context():
        account = accounts.find(siti.account_id)
        assert account is not None
        assert "m=19456" in account.password_hash


@pytest.mark.asvs("V2.2.1")
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"identifier": "", "password": ""},
        {"identifier": "\x00", "password": "\x00"},
        {"identifier": "🦊" * 2000, "password": "🦊" * 2000},
        {"identifier": "' OR 1=1 --", "password": "x"},
        {"identifier": ["a@example.id", "b@example.id"], "password": ["x", "y"]},
        {"identifier": "a@" + "x" * 100_000, "password": "x" * 100_000},
        {"identifier": "@", "password": "\ud800".encode("utf-8", "surrogatepass")},
    ],
)
@pytest.mark.any_database
def test_hostile_input_is_refused_and_never_an_error(http: Browser, fields: dict[str, Any]) -> None:
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    assert http.post("/masuk", {"csrf_token": token, **fields}).status_code == 400
