"""What went wrong elsewhere, tried here: steps skipped, reordered, replayed, taken to another browser; people told apart."""

from __future__ import annotations

import re
import statistics
import time

import pytest
from sqlalchemy import select

from idp import accounts, audit
from idp.extensions import db
from idp.recovery.models import Attempt
from tests.browsing import Browser
from tests.owning import PASSWORD, at_once, recovery_codes, with_app
from tests.recovery.conftest import NEW_PASSWORD, at_password, begin, code_in, events, mailed_path, password_is, sms_code

STEPS = ("email", "kode", "faktor", "password", "kontak", "dokumen")
SENT = {"code": "000000", "password": NEW_PASSWORD, "credential": "", "email": "x@example.id", "phone": "081234567890", "decision": "go"}
NOBODY = ("nobody.at.all@example.id", "+6281999999999", "9901015506900001")


def token_of(browser: Browser) -> str:
    """A CSRF token of this browser."""
    shown = browser.another()
    shown.client = browser.client
    shown.get("/pemulihan")
    return shown.forms()[0]["fields"]["csrf_token"][0]


def plain(answer) -> str:
    """A page without what differs on every page: nonces, CSRF tokens and the seconds of the countdown."""
    return re.sub(r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|data-countdown="\d+"|\d+:\d\d<', "", answer.text)


def steps_by_post(browser: Browser, **sent: str) -> set[str]:
    """Post to every step; answers where that led."""
    token = token_of(browser)
    return {browser.post(f"/pemulihan/{step}", {"csrf_token": token, **sent}).headers.get("Location", "-") for step in STEPS}


@pytest.mark.asvs("V2.3.1", "V6.4.3")
@pytest.mark.parametrize("sent", [SENT, {}])
def test_no_step_can_be_skipped_keycloak_cve_2026_18963_authentik_cve_2026_49443(app, http, rina, worker, sent):
    assert steps_by_post(http, **sent) == {"/pemulihan", "-"}
    begin(http, rina.phone)
    worker.drain()
    for step in STEPS:
        if step != "kode":
            answer = http.request("GET", f"/pemulihan/{step}")
            assert answer.headers.get("Location") == "/pemulihan/kode", step
    assert steps_by_post(http, **sent) <= {"/pemulihan/kode", "-"}
    for step in ("faktor", "password", "kontak", "dokumen"):
        assert http.post(f"/pemulihan/{step}", {"csrf_token": token_of(http), **sent}).location == "/pemulihan/kode", step
    with app.app_context():
        assert db.session.scalars(select(Attempt)).one().step == "code"
    assert password_is(app, rina, PASSWORD)


def test_no_step_can_be_entered_again_or_out_of_order_keycloak_cve_2026_18963(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    http.submit(code=code)
    assert http.path == "/pemulihan/password"
    answer = http.post("/pemulihan/kode", {"csrf_token": token_of(http), "code": code})
    assert answer.headers["Location"] == "/pemulihan/password"
    http.get("/pemulihan/password")
    http.submit(password=NEW_PASSWORD)
    for step in STEPS:
        answer = http.post(f"/pemulihan/{step}", {"csrf_token": token_of(http), "password": "Lain#Lagi-2026", "code": code})
        assert answer.headers.get("Location", "/pemulihan") == "/pemulihan"
    assert password_is(app, rina, NEW_PASSWORD)


def test_an_attempt_begun_anew_leaves_void_what_this_browser_was_at_and_nobody_elses(app, http, rina, person, worker, sandbox, clock):
    budi = person()
    elsewhere = at_password(http.another(), rina, worker, sandbox)
    clock.shift(31)
    at_password(http, rina, worker, sandbox)
    before = http.another()
    before.client.set_cookie("pemulihan", http.cookie("pemulihan"), domain="localhost")
    begin(http, budi.phone)
    for browser, led_to in ((before, "/pemulihan"), (elsewhere, "/pemulihan/password")):
        browser.get("/pemulihan/password")
        assert browser.path == led_to
    http.get("/pemulihan/password")
    assert http.path == "/pemulihan/kode"
    http.post("/pemulihan/password", {"csrf_token": token_of(http), "password": NEW_PASSWORD})
    assert password_is(app, rina, PASSWORD)
    assert password_is(app, budi, PASSWORD)


def test_a_code_is_of_no_use_in_another_browser_cve_2026_7507(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    thief = begin(http.another(), rina.phone)
    worker.drain()
    thief.get("/pemulihan/kode")
    assert thief.submit(code=code).status_code == 400
    assert thief.path == "/pemulihan/kode"


@pytest.mark.asvs("V6.6.2")
def test_a_link_does_not_end_in_another_browser_what_a_thief_began_cve_2026_7507(app, http, rina, worker, sandbox):
    thief = begin(http, rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    owner = http.another()
    assert "Lanjutkan di browser yang tadi" in owner.get(path).text
    assert owner.post(path, {"csrf_token": token_of(owner)}).status_code == 410
    thief.get("/pemulihan/password")
    assert thief.path == "/pemulihan/email"


def test_a_link_opened_elsewhere_can_be_traded_for_a_start_there_by_code(app, http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    phone = http.another()
    phone.get(path)
    phone.submit()
    assert phone.path == "/pemulihan/kode"
    assert http.get(path).status_code == 410, "the link is spent"
    phone.submit(code=sms_code(worker, sandbox, rina.phone))
    phone.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, NEW_PASSWORD)


def test_the_secret_of_a_browser_changes_at_every_proof(http, rina, worker, sandbox):
    begin(http, rina.phone)
    planted = http.cookie("pemulihan")
    http.submit(code=sms_code(worker, sandbox, rina.phone))
    assert http.cookie("pemulihan") != planted
    thief = http.another()
    thief.client.set_cookie("pemulihan", planted, domain="localhost")
    thief.get("/pemulihan/password")
    assert thief.path == "/pemulihan"


@pytest.mark.any_database
@pytest.mark.asvs("V4.1.3")
def test_links_never_follow_the_host_of_the_request(http, rina, worker, sandbox, app):
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    http.get("/pemulihan")
    data = {"csrf_token": token_of(http), "identifier": rina.email, "way": "mail"}
    assert http.post("/pemulihan", data, headers=evil).status_code == 400
    del evil["Host"]
    assert http.post("/pemulihan", data, headers=evil).status_code == 303
    worker.drain()
    (mail,) = sandbox.mail(rina.email)
    assert "evil" not in mail["text"] + mail["html"]
    assert app.extensions["test_settings"].issuer + "/pemulihan/tautan/" in mail["text"]


@pytest.mark.asvs("V6.4.3", "V6.3.6")
def test_a_reset_does_not_get_around_the_second_factor(app, http, rina, worker, sandbox):
    device = with_app(app, rina)
    begin(http, rina.phone)
    http.submit(code=sms_code(worker, sandbox, rina.phone))
    assert http.path == "/pemulihan/faktor"
    answer = http.post("/pemulihan/password", {"csrf_token": token_of(http), "password": NEW_PASSWORD})
    assert answer.headers["Location"] == "/pemulihan/faktor"
    assert http.post("/pemulihan/faktor", {"csrf_token": token_of(http)}).status_code == 400
    http.get("/pemulihan/faktor")
    assert http.submit(code="000000").status_code == 400
    assert password_is(app, rina, PASSWORD)
    http.submit(code=device.code())
    assert http.path == "/pemulihan/password"


def test_a_recovery_code_stands_in_for_the_second_factor_once(app, http, rina, worker, sandbox, clock):
    with_app(app, rina)
    code = recovery_codes(app, rina)[0]
    begin(http, rina.phone)
    http.submit(code=sms_code(worker, sandbox, rina.phone))
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert http.submit(code=wrong).status_code == 400
    assert http.path == "/pemulihan/faktor"
    http.submit(code=code)
    assert http.path == "/pemulihan/password"
    clock.shift(31)
    again = begin(http.another(), rina.phone)
    again.submit(code=sms_code(worker, sandbox, rina.phone))
    assert again.submit(code=code).status_code == 400, "a recovery code is spent once"


def test_the_challenge_of_a_passkey_is_only_for_whose_turn_it_is(http):
    assert http.post("/pemulihan/faktor/opsi", {"csrf_token": token_of(http)}).status_code == 409


@pytest.mark.asvs("V6.6.2")
def test_the_recipient_is_never_taken_from_the_request_ghsa_qgqp(http, rina, worker, sandbox):
    http.get("/pemulihan")
    thief = {"phone": "+6281299990001", "email": "thief@example.id", "to": "+6281299990001", "account_id": "x", "identifier2": "x"}
    http.post("/pemulihan", {"csrf_token": token_of(http), "identifier": rina.phone, "way": "sms", **thief})
    http.post("/pemulihan/kirim-ulang", {"csrf_token": token_of(http), **thief})
    worker.drain()
    assert sandbox.sms("+6281299990001") == []
    assert sandbox.mail("thief@example.id") == []
    assert len(sandbox.sms(rina.phone)) == 1


def test_the_identifier_of_one_account_never_opens_anothers_cve_2026_19607(app, http, rina, person, worker, sandbox):
    budi = person()
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    answer = http.post("/pemulihan/kode", {"csrf_token": token_of(http), "code": code, "identifier": budi.phone})
    assert answer.status_code == 303
    http.get("/pemulihan/password")
    http.submit(password=NEW_PASSWORD)
    assert password_is(app, rina, NEW_PASSWORD)
    assert password_is(app, budi, PASSWORD)


@pytest.mark.asvs("V6.5.1", "V2.3.4")
def test_of_fifty_who_spend_a_link_at_once_one_wins(app, http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    path = mailed_path(worker, sandbox, rina.email)
    token, secret, base = token_of(http), http.cookie("pemulihan"), http.cookie("browser")

    def spend(_: int) -> int:
        browser = Browser(app)
        browser.client.set_cookie("pemulihan", secret, domain="localhost")
        browser.client.set_cookie("browser", base, domain="localhost")
        return browser.post(path, {"csrf_token": token}).status_code

    assert sorted(at_once(app, spend)) == [303] + [410] * 49
    assert len(events(app, audit.Event.RECOVERY_PROVEN)) == 1


@pytest.mark.asvs("V6.5.1")
def test_of_fifty_who_enter_the_right_code_at_once_one_wins(app, http, rina, worker, sandbox, configured):
    configured(limits="off")
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    token, secret, base = token_of(http), http.cookie("pemulihan"), http.cookie("browser")

    def enter(_: int) -> int:
        browser = Browser(app)
        browser.client.set_cookie("pemulihan", secret, domain="localhost")
        browser.client.set_cookie("browser", base, domain="localhost")
        return browser.post("/pemulihan/kode", {"csrf_token": token, "code": code}).status_code

    assert set(at_once(app, enter)) <= {303, 400}
    assert len(events(app, audit.Event.RECOVERY_PROVEN)) == 1


def test_of_fifty_new_passwords_at_once_one_is_set(app, http, rina, worker, sandbox):
    at_password(http, rina, worker, sandbox)
    token, secret, base = token_of(http), http.cookie("pemulihan"), http.cookie("browser")

    def set_it(number: int) -> int:
        browser = Browser(app)
        browser.client.set_cookie("pemulihan", secret, domain="localhost")
        browser.client.set_cookie("browser", base, domain="localhost")
        return browser.post("/pemulihan/password", {"csrf_token": token, "password": f"Gunung!Merapi-{number:03d}"}).status_code

    answers = at_once(app, set_it, 12)
    assert set(answers) <= {303, 429}
    assert len(events(app, audit.Event.PASSWORD_RESET)) == 1
    assert sum(password_is(app, rina, f"Gunung!Merapi-{number:03d}") for number in range(12)) == 1


@pytest.mark.any_database("postgresql")  # on SQLite writers stand in line anyway
def test_of_new_passwords_from_several_browsers_at_once_one_is_set(app, http, rina, worker, sandbox, configured):
    configured(limits="off")
    browsers = [at_password(http.another(), rina, worker, sandbox) for _ in range(3)]
    fields = [browser.forms()[0]["fields"] for browser in browsers]

    def set_it(number: int) -> str:
        return browsers[number].post("/pemulihan/password", {**fields[number], "password": f"Gunung!Merapi-{number:03d}"}).location

    assert sorted(at_once(app, set_it, 3)) == ["/pemulihan", "/pemulihan", "/pemulihan/selesai"]
    assert len(events(app, audit.Event.PASSWORD_RESET)) == 1
    assert sum(password_is(app, rina, f"Gunung!Merapi-{number:03d}") for number in range(3)) == 1


def test_wrong_codes_at_once_overrun_no_limit(app, http, rina, worker, sandbox):
    begin(http, rina.phone)
    code = sms_code(worker, sandbox, rina.phone)
    token, secret, base = token_of(http), http.cookie("pemulihan"), http.cookie("browser")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    def enter(_: int) -> int:
        browser = Browser(app)
        browser.client.set_cookie("pemulihan", secret, domain="localhost")
        browser.client.set_cookie("browser", base, domain="localhost")
        return browser.post("/pemulihan/kode", {"csrf_token": token, "code": wrong}).status_code

    assert set(at_once(app, enter, 20)) <= {400, 429}
    worker.drain()
    assert len(events(app, audit.Event.CODE_REFUSED)) == 5


@pytest.mark.any_database
@pytest.mark.asvs("V6.3.8")
@pytest.mark.parametrize("way", ["sms", "mail"])
def test_registered_suspended_and_unknown_people_get_the_same_pages(app, http, rina, person, worker, way):
    stopped = person()
    with app.app_context():
        accounts.suspend(stopped.account_id, "test")
    seen = []
    for identifier in (rina.email, rina.phone, rina.nik, stopped.email, *NOBODY, "nonsense", "x" * 400):
        browser = begin(http.another(), identifier, way)
        pages = [browser.path, plain(browser.answer)]
        worker.drain()
        pages.append(plain(browser.get(browser.path)))
        if way == "sms":
            for _ in range(6):
                answer = browser.submit(code="000000")
                pages += [answer.status_code, plain(answer)]
        seen.append([str(one).replace(identifier, "") for one in pages])
    for other in seen[1:]:
        assert other == seen[0]


@pytest.mark.asvs("V6.3.8")
@pytest.mark.any_database
def test_trying_a_code_takes_the_same_time_for_known_and_unknown_people(app, http, rina, worker, configured):
    configured(limits="off")
    samples = {}
    for identifier in (rina.phone, NOBODY[1]):
        samples[identifier] = []
    browsers = {identifier: [] for identifier in samples}
    for number in range(20):
        identifier = (rina.phone, NOBODY[1])[number % 2]
        browsers[identifier].append(begin(http.another(), identifier))
    worker.drain()
    for one, other in zip(*browsers.values(), strict=True):
        for browser, identifier in ((one, rina.phone), (other, NOBODY[1])):
            token = token_of(browser)
            for _ in range(4):
                began = time.perf_counter()
                browser.post("/pemulihan/kode", {"csrf_token": token, "code": "000000"})
                samples[identifier].append(time.perf_counter() - began)
    known, unknown = samples.values()
    area = sum((a > b) + (a == b) / 2 for a in known for b in unknown) / (len(known) * len(unknown))
    assert 0.3 < area < 0.7, (area, statistics.median(known), statistics.median(unknown))


@pytest.mark.asvs("V16.2.5", "V14.2.1")
def test_personal_data_are_in_no_log_and_no_url(app, http, rina, worker, sandbox, capfd):
    at_password(http, rina, worker, sandbox).submit(password=NEW_PASSWORD)
    worker.drain()
    written = "".join(capfd.readouterr())
    for secret in (rina.phone, rina.phone[3:], rina.email, rina.nik, rina.name, NEW_PASSWORD, http.cookie("pemulihan")):
        assert secret not in written
    assert code_in({"text": sandbox.sms(rina.phone)[0]["text"]}) not in written
