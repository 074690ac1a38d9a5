"""Fifty at once: one winner each, no error."""

from __future__ import annotations

import pytest
from flask import Flask

from idp import accounts
from idp.extensions import db
from tests.browsing import Browser
from tests.outside import Outside
from tests.owning import at_once
from tests.registration.walking import Person, code_of, leave_contacts, say_who, to_the_code
from tests.working import Worker

CROWD = 50


def ready(http: Browser, sandbox: Outside, worker: Worker, person: Person, **instead: str) -> tuple[Browser, str]:
    """A browser at the code page, and its code."""
    to_the_code(http, person, **instead)
    return http, code_of(sandbox, worker, instead.get("phone", person["phone"]))


@pytest.mark.asvs("V2.3.4")
def test_of_fifty_with_the_same_nik_one_gets_the_account(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask, configured: object
) -> None:
    configured(limits="off")  # type: ignore[operator]
    person = sandbox.add_person()
    crowd = []
    for number in range(CROWD):
        contacts = sandbox.add_person()
        browser = http.another(f"198.51.100.{number}")
        crowd.append(ready(browser, sandbox, worker, person, email=contacts["email"], phone=contacts["phone"]))

    def confirmed(number: int) -> Browser:
        browser, code = crowd[number]
        browser.submit(code=code)
        return browser

    browsers = at_once(app, confirmed, CROWD)
    assert all(browser.answer.status_code == 200 for browser in browsers), browsers
    assert sum(browser.cookie("sso") is not None for browser in browsers) == 1
    assert sum("NIK ini sudah punya akun" in browser.text for browser in browsers) == CROWD - 1
    with app.app_context():
        assert db.session.query(accounts.Account).count() == 1


@pytest.mark.any_database("postgresql")  # whose writers do not wait for each other
@pytest.mark.asvs("V2.3.4")
def test_of_fifty_with_the_same_email_one_gets_the_account(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask, configured: object
) -> None:
    configured(limits="off")  # type: ignore[operator]
    email = sandbox.add_person()["email"]
    crowd = [ready(http.another(f"198.51.100.{n}"), sandbox, worker, sandbox.add_person(), email=email) for n in range(CROWD)]

    def confirmed(number: int) -> Browser:
        browser, code = crowd[number]
        browser.submit(code=code)
        return browser

    browsers = at_once(app, confirmed, CROWD)
    assert all(browser.answer.status_code == 200 for browser in browsers), browsers
    assert sum(browser.cookie("sso") is not None for browser in browsers) == 1
    assert sum("Email ini sudah dipakai" in browser.text for browser in browsers) == CROWD - 1


@pytest.mark.asvs("V2.3.4", "V6.5.1")
def test_of_fifty_windows_of_one_browser_that_send_the_same_code_one_signs_in(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask
) -> None:
    browser, code = ready(http, sandbox, worker, sandbox.add_person())
    form = browser.forms()[0]
    cookies = {name: browser.cookie(name) for name in ("browser", "daftar")}

    def window(number: int) -> Browser:
        one = Browser(app)
        for name, value in cookies.items():
            one.client.set_cookie(name, value or "", domain="localhost")
        one.post("/daftar/verifikasi", {"csrf_token": form["fields"]["csrf_token"], "code": code})
        return one

    windows = at_once(app, window, CROWD)
    assert {one.answer.status_code for one in windows} <= {303, 400}
    assert sum(one.cookie("sso") is not None for one in windows) == 1


def test_a_form_sent_fifty_times_at_once_opens_one_account_and_sends_one_code(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask
) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    cookies = {name: http.cookie(name) for name in ("browser", "daftar")}
    token = http.forms()[0]["fields"]["csrf_token"]
    data = {"csrf_token": token, "email": person["email"], "phone": person["phone"], "password": "Kuda#Lari77"}

    def window(number: int) -> int:
        one = Browser(app)
        for name, value in cookies.items():
            one.client.set_cookie(name, value or "", domain="localhost")
        return one.post("/daftar/kontak", data).status_code

    statuses = at_once(app, window, CROWD)
    assert set(statuses) <= {303, 429}
    assert 303 in statuses
    worker.drain()
    assert len(sandbox.sms(person["phone"])) == 1
    with app.app_context():
        assert db.session.query(accounts.Account).count() == 1
    http.get("/daftar/verifikasi")
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


def test_step_one_sent_fifty_times_at_once_is_no_error(http: Browser, sandbox: Outside, app: Flask) -> None:
    person, other = sandbox.add_person(), sandbox.add_person(outcome="unknown")
    say_who(http, other)
    cookies = {name: http.cookie(name) for name in ("browser", "daftar")}
    token = http.forms()[0]["fields"]["csrf_token"]

    def window(number: int) -> int:
        one = Browser(app)
        for name, value in cookies.items():
            one.client.set_cookie(name, value or "", domain="localhost")
        who = person if number % 2 else other
        data = {"csrf_token": token, **{name: who[name] for name in ("nik", "name", "mother_name")}}
        return one.post("/daftar", data).status_code

    assert set(at_once(app, window, CROWD)) <= {303, 400, 429}


def test_contacts_are_not_left_for_a_registration_that_was_given_up(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    say_who(http, person)
    other_window = Browser(http.app)
    other_window.client = http.client
    other_window.get("/daftar")
    other_window.submit(form=1)
    leave_contacts(http, person)
    assert http.path == "/daftar"
