"""Registering with what somebody has already: nothing is told before the phone is proven, and the owner is told at once."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browsing import Browser
from tests.outside import Outside
from tests.owning import Holder, holder
from tests.registration.test_steps import masked
from tests.registration.walking import Person, code_of, leave_contacts, register, say_who, to_the_code
from tests.timing import MovedClock
from tests.working import Worker


@pytest.fixture
def owner(http: Browser, sandbox: Outside, worker: Worker) -> Person:
    """Somebody who registered long ago."""
    person = sandbox.add_person()
    register(http.another("192.0.2.200"), sandbox, worker, person)
    worker.drain()
    return person


@pytest.fixture
def newcomer(sandbox: Outside, owner: Person, clock: MovedClock) -> Person:
    """The same person as the registry sees it, with other contacts."""
    clock.shift(60)
    contacts = sandbox.add_person()
    return owner | {"email": contacts["email"], "phone": contacts["phone"]}


def test_up_to_the_code_a_taken_nik_looks_like_any_other(http: Browser, sandbox: Outside, newcomer: Person) -> None:
    stranger, fresh = http.another(), sandbox.add_person()
    for browser, person in ((http, newcomer), (stranger, fresh)):
        say_who(browser, person)
    assert (http.path, masked(http.text)) == (stranger.path, masked(stranger.text))
    leave_contacts(http, newcomer)
    leave_contacts(stranger, fresh)
    phones = [f"0{person['phone'][3:6]}****{person['phone'][-2:]}" for person in (newcomer, fresh)]
    assert http.path == stranger.path == "/daftar/verifikasi"
    assert masked(http.text).replace(phones[0], "") == masked(stranger.text).replace(phones[1], "")


def test_a_taken_nik_with_wrong_names_is_refused_like_any_other(http: Browser, owner: Person) -> None:
    say_who(http, owner, mother_name="Ibu Lain")
    assert "hubungi Dukcapil setempat" in http.text


def test_once_the_phone_is_proven_the_old_contacts_are_shown_masked_with_the_way_to_recovery(
    http: Browser, sandbox: Outside, worker: Worker, newcomer: Person, owner: Person
) -> None:
    register(http, sandbox, worker, newcomer)
    assert http.cookie("sso") is None
    assert "NIK ini sudah punya akun" in http.text
    assert f"0{owner['phone'][3:6]}****{owner['phone'][-2:]}" in http.text
    assert "r***@e***" in http.text
    assert owner["email"] not in http.text
    assert 'href="/pemulihan"' in http.text
    http.get("/daftar/verifikasi")
    assert "NIK ini sudah punya akun" in http.text


def test_the_owner_is_told_at_once_by_phone_and_mail(
    http: Browser, sandbox: Outside, worker: Worker, newcomer: Person, owner: Person
) -> None:
    sms, mail = len(sandbox.sms(owner["phone"])), len(sandbox.mail(owner["email"]))
    say_who(http, newcomer)
    worker.drain()
    assert "mencoba mendaftar dengan NIK kamu" in sandbox.sms(owner["phone"])[sms]["text"]
    assert sandbox.mail(owner["email"])[mail]["subject"] == "Ada yang mencoba mendaftar dengan NIK kamu"


def test_the_owner_is_not_told_over_and_over(http: Browser, sandbox: Outside, worker: Worker, newcomer: Person, owner: Person) -> None:
    for number in range(4):
        say_who(http.another(f"192.0.2.{number}"), newcomer)
    worker.drain()
    told = [one for one in sandbox.mail(owner["email"]) if "NIK kamu" in one["subject"]]
    assert len(told) == 1


def test_nobody_is_told_of_their_own_registration(sandbox: Outside, owner: Person) -> None:
    assert len(sandbox.sms(owner["phone"])) == 1
    assert [one["subject"] for one in sandbox.mail(owner["email"])] == ["Akun SIAPkerja kamu sudah aktif"]


def test_the_account_is_as_it_was_and_the_attempt_left_none(
    http: Browser, sandbox: Outside, worker: Worker, newcomer: Person, owner: Person, app: Flask
) -> None:
    from idp import accounts
    from idp.extensions import db

    register(http, sandbox, worker, newcomer)
    with app.app_context():
        account = db.session.query(accounts.Account).one()
        assert (account.phone.e164, account.email.value) == (owner["phone"], owner["email"])


def test_a_taken_email_is_told_after_the_phone_was_proven_and_its_owner_hears_of_it(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask, clock: MovedClock
) -> None:
    whom: Holder = holder(app)
    clock.shift(60)
    person = sandbox.add_person()
    to_the_code(http, person, email=whom.email.upper())
    assert "sudah dipakai" not in http.text
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.path == "/daftar/kontak"
    assert "Email ini sudah dipakai akun lain" in http.text
    assert http.cookie("sso") is None
    worker.drain()
    assert sandbox.mail(whom.email)[-1]["subject"] == "Ada yang mencoba mendaftar dengan kontakmu"
    clock.shift(61)
    leave_contacts(http, person)
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


def test_a_taken_phone_is_told_after_it_was_proven(http: Browser, sandbox: Outside, worker: Worker, app: Flask, clock: MovedClock) -> None:
    whom: Holder = holder(app)
    clock.shift(60)
    person = sandbox.add_person()
    to_the_code(http, person, phone=whom.phone)
    assert "sudah dipakai" not in http.text
    http.submit(code=code_of(sandbox, worker, whom.phone))
    assert "Nomor HP ini sudah dipakai akun lain" in http.text
    assert "p***@e***" in http.text
    leave_contacts(http, person)
    http.submit(code=code_of(sandbox, worker, person["phone"]))
    assert http.cookie("sso")


@pytest.mark.asvs("V6.3.8")
def test_the_page_does_the_same_work_for_a_taken_nik_as_for_a_free_one(
    http: Browser, sandbox: Outside, newcomer: Person, app: Flask
) -> None:
    from sqlalchemy import event

    from idp.extensions import db

    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    done = []
    for person in (sandbox.add_person(), newcomer, sandbox.add_person(), newcomer | {"phone": sandbox.add_person()["phone"]}):
        browser = http.another()
        browser.get("/daftar")
        statements.clear()
        browser.submit(**{name: person[name] for name in ("nik", "name", "mother_name")})
        leave_contacts(browser, person)
        done.append(list(statements))
    assert done[0] == done[1] == done[2] == done[3]
