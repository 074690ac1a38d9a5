"""A number to which no code can be sent any more: the person is told and led to where another can be given."""

from __future__ import annotations

import pytest
from flask import Flask

from idp import accounts
from idp.extensions import db, unit_of_work
from idp.registration.models import Application
from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.test_guardians import born
from tests.registration.walking import PASSWORD, register, to_the_code
from tests.working import Worker

pytestmark = pytest.mark.any_database

LANDLINE = "+62215550123"
SAYS = "Kode tidak bisa dikirim ke nomor tadi. Tulis nomor lain."


def resend(browser: Browser, path: str) -> None:
    browser.post(path, {"csrf_token": browser.forms()[0]["fields"]["csrf_token"]})
    browser.get(str(browser.answer.location))


def became_a_landline(app: Flask) -> None:
    with app.app_context(), unit_of_work() as session:
        session.query(accounts.Account).one().phone_text = LANDLINE


def test_whoever_waits_for_the_code_gives_another_number(app: Flask, http: Browser, sandbox: Outside) -> None:
    to_the_code(http, sandbox.add_person())
    became_a_landline(app)
    resend(http, "/daftar/kirim-ulang")
    assert (http.path, SAYS in http.text) == ("/daftar/nomor", True)


def test_whoever_comes_back_by_signing_in_gives_another_number(app: Flask, http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()
    to_the_code(http.another(), person)
    became_a_landline(app)
    http.get("/masuk")
    http.submit(identifier=person["email"], password=PASSWORD)
    assert (http.path, SAYS in http.text) == ("/daftar/nomor", True)


def test_of_a_guardian_another_number_is_asked(app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> None:
    register(http, sandbox, worker, sandbox.add_person(birthdate=born(10)))
    http.submit(phone="+6281388877702")
    with app.app_context(), unit_of_work():
        db.session.query(Application).one().remember(guardian=LANDLINE)
    resend(http, "/daftar/wali/kirim-ulang")
    assert (http.path, SAYS in http.text) == ("/daftar/wali", True)
