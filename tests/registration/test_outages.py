"""Registration while the registry is slow or down: kept, told, gone on with later, never passed without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from idp.extensions import db
from idp.registration import clean_up
from idp.registration.models import Application
from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.walking import code_of, leave_contacts, say_who, to_the_code
from tests.timing import MovedClock
from tests.working import Worker

WAITING = "Dukcapil belum menjawab"
UNAVAILABLE = [
    "login_failed", "wrong_ip", "quota_used_up", "outside_hours", "incomplete", "credentials_missing", "ip_unregistered",
    "agency_inactive", "user_inactive", "slow", "dropped", "http_500", "broken_json", "empty_content", "empty_body",
]  # fmt: skip


@pytest.mark.any_database
@pytest.mark.asvs("V16.5.2", "V16.5.3")
@pytest.mark.parametrize("outcome", UNAVAILABLE)
def test_whatever_is_wrong_with_the_registry_the_application_is_kept_and_the_citizen_told(
    http: Browser, sandbox: Outside, app: Flask, outcome: str
) -> None:
    person = sandbox.add_person(outcome=outcome)
    say_who(http, person)
    assert (http.path, http.answer.status_code) == ("/daftar", 200)
    assert WAITING in http.text
    assert "bukan berarti datamu salah" in http.text
    with app.app_context():
        kept = db.session.query(Application).one()
        assert kept.answers["nik"] == person["nik"]
    for step in ("/daftar/kontak", "/daftar/verifikasi"):
        http.get(step)
        assert http.path == "/daftar"


def test_the_worker_asks_again_and_the_citizen_goes_on_without_typing(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock
) -> None:
    person = sandbox.add_person()
    sandbox.fault(dukcapil="http_500")
    say_who(http, person)
    sandbox.clear_faults()
    clock.shift(60)
    worker.drain()
    http.get("/daftar")
    assert "Lanjutkan pendaftaran" in http.text
    assert person["nik"] not in http.text
    http.submit()
    leave_contacts(http, person)
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


def test_the_citizen_can_ask_for_another_look_and_no_second_row_is_queued(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock
) -> None:
    person = sandbox.add_person()
    sandbox.fault(dukcapil="http_500")
    say_who(http, person)
    http.submit(form=0)
    assert WAITING in http.text
    sandbox.clear_faults()
    http.submit(form=0)
    assert http.path == "/daftar/kontak"
    asked = len(sandbox.calls(person["nik"]))
    clock.shift(120)
    worker.drain()
    assert len(sandbox.calls(person["nik"])) == asked


def test_a_late_no_match_is_told_like_an_early_one(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    person = sandbox.add_person(outcome="unknown")
    sandbox.fault(dukcapil="http_500")
    say_who(http, person)
    sandbox.clear_faults()
    clock.shift(60)
    worker.drain()
    http.get("/daftar")
    assert "Pendaftaran Akun" in http.text
    http.get("/daftar/kontak")
    assert http.path == "/daftar"


def test_a_late_answer_about_earlier_data_changes_nothing(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    first, second = sandbox.add_person(), sandbox.add_person()
    sandbox.fault(dukcapil="http_500")
    say_who(http, first)
    token = http.forms()[0]["fields"]["csrf_token"]
    for _ in range(2):
        http.post("/daftar", {"csrf_token": token, **{name: second[name] for name in ("nik", "name", "mother_name")}})
    sandbox.clear_faults()
    sandbox.clear_inboxes()
    clock.shift(60)
    worker.drain()
    assert sandbox.calls(first["nik"]) == []
    assert len(sandbox.calls(second["nik"])) == 1


def test_an_outage_uses_up_no_try(http: Browser, sandbox: Outside, clock: MovedClock) -> None:
    person = sandbox.add_person()
    sandbox.fault(dukcapil="http_500")
    say_who(http, person)
    for _ in range(12):
        http.submit(form=0)
        assert WAITING in http.text
    sandbox.clear_faults()
    clock.shift(130)
    http.submit(form=0)
    assert http.path == "/daftar/kontak"


@pytest.mark.any_database
@pytest.mark.asvs("V13.1.2", "V15.4.4")
def test_after_three_failures_pages_answer_without_asking(http: Browser, sandbox: Outside) -> None:
    sandbox.fault(dukcapil="slow", slow_seconds=6)
    for _ in range(3):
        person = sandbox.add_person()
        say_who(http.another(), person)
        assert len(sandbox.calls(person["nik"])) == 1
    for _ in range(5):
        browser, person = http.another(), sandbox.add_person()
        say_who(browser, person)
        assert WAITING in browser.text
        assert sandbox.calls(person["nik"]) == []


def test_a_fault_about_some_people_holds_nobody_else_up(http: Browser, sandbox: Outside) -> None:
    for outcome in ("login_failed", "quota_used_up", "dropped"):
        browser = http.another()
        say_who(browser, sandbox.add_person(outcome=outcome))
        assert WAITING in browser.text
    say_who(http, sandbox.add_person())
    assert http.path == "/daftar/kontak"


def test_after_the_return_all_are_processed_once_and_none_passes_without_a_match(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock, app: Flask
) -> None:
    sandbox.clear_inboxes()
    people: list[tuple[Browser, dict[str, Any]]] = []
    sandbox.fault(dukcapil="http_500")
    for number in range(16):
        browser = http.another(f"192.0.2.{number}")
        person = sandbox.add_person(outcome="unknown" if number % 4 == 0 else "match")
        say_who(browser, person)
        assert WAITING in browser.text
        people.append((browser, person))
    clock.shift(600)
    worker.drain()
    with app.app_context():
        assert {one.step for one in db.session.query(Application)} == {"waiting"}
    sandbox.clear_faults()
    sandbox.clear_inboxes()
    for _ in range(5):
        clock.shift(60)
        worker.drain()
    for browser, person in people:
        browser.get("/daftar/kontak")
        assert (browser.path == "/daftar/kontak") == (person["outcome"] == "match")
    answered = [len(sandbox.calls(person["nik"])) for _, person in people]
    assert answered == [1] * 16


def test_when_the_registrys_quota_is_used_up_nobody_is_refused(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock, configured: Any
) -> None:
    configured(dukcapil_quota=1)
    say_who(http, sandbox.add_person())
    assert http.path == "/daftar/kontak"
    late, person = http.another(), sandbox.add_person()
    say_who(late, person)
    assert WAITING in late.text
    clock.shift(86_400)
    worker.drain()
    late.get("/daftar/kontak")
    assert late.path == "/daftar/kontak"


def test_an_unfinished_registration_is_found_again_after_the_browser_was_closed(http: Browser, sandbox: Outside, worker: Worker) -> None:
    person = sandbox.add_person()
    to_the_code(http, person)
    http.client.delete_cookie("browser", domain="localhost")
    http.get("/daftar")
    assert "Lanjutkan pendaftaran" in http.text
    http.submit()
    assert http.path == "/daftar/verifikasi"
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


def test_it_is_not_found_in_another_browser(http: Browser, sandbox: Outside) -> None:
    to_the_code(http, sandbox.add_person())
    stranger = http.another()
    stranger.get("/daftar/verifikasi")
    assert stranger.path == "/daftar"


@pytest.mark.asvs("V14.3.1")
def test_after_half_an_hour_nothing_typed_is_shown_to_whoever_sits_there(http: Browser, sandbox: Outside, clock: MovedClock) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    clock.shift(31 * 60)
    for path in ("/daftar", "/daftar?ubah=1", "/daftar/kontak"):
        http.get(path)
        for secret in (person["nik"], person["name"], person["mother_name"], person["phone"]):
            assert secret not in http.text


def test_somebody_else_can_start_over(http: Browser, sandbox: Outside, app: Flask) -> None:
    from idp import accounts

    to_the_code(http, sandbox.add_person())
    http.get("/daftar")
    http.submit(form=1)
    assert http.forms()[0]["fields"]["nik"] == [""]
    with app.app_context():
        assert db.session.query(Application).count() == 0
        assert db.session.query(accounts.Account).count() == 0


def test_a_match_holds_for_a_day_then_the_registry_is_asked_again(http: Browser, sandbox: Outside, clock: MovedClock) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    clock.shift(23 * 3600)
    http.get("/daftar/kontak")
    assert http.path == "/daftar/kontak"
    assert len(sandbox.calls(person["nik"])) == 1
    clock.shift(2 * 3600)
    http.get("/daftar/kontak")
    assert http.path == "/daftar"
    http.submit(form=0)
    assert http.path == "/daftar/kontak"
    assert len(sandbox.calls(person["nik"])) == 2


def test_sending_step_one_again_asks_the_registry_only_for_other_data(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    http.get("/daftar?ubah=1")
    http.submit()
    assert len(sandbox.calls(person["nik"])) == 1
    http.get("/daftar?ubah=1")
    http.submit(mother_name="Ibu Lain")
    assert http.answer.status_code == 400
    http.get("/daftar/kontak")
    assert http.path == "/daftar"


@pytest.mark.asvs("V14.2.7")
def test_what_nobody_came_back_to_is_removed(http: Browser, sandbox: Outside, app: Flask, clock: MovedClock) -> None:
    from idp import accounts, sealed

    to_the_code(http, sandbox.add_person())
    clock.shift(15 * 86_400)
    http.get("/daftar/verifikasi")
    assert http.path == "/daftar"
    with app.app_context():
        assert clean_up() == 1
        assert db.session.query(Application).count() == 0
        assert db.session.query(accounts.Account).count() == 0
        assert db.session.query(sealed.DataKey).filter(~sealed.DataKey.id.startswith("system:")).count() == 0
