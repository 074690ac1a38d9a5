"""The limits of registration: said in words, with the time, and nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.browsing import Browser
from tests.outside import Outside
from tests.owning import at_once
from tests.registration.walking import leave_contacts, say_who, to_the_code
from tests.timing import MovedClock
from tests.working import Worker

pytestmark = pytest.mark.any_database  # what is counted lies in Valkey

TOO_OFTEN = "Terlalu banyak percobaan"


@pytest.mark.asvs("V2.3.2", "V2.4.1")
def test_a_nik_is_put_to_the_registry_five_times_a_day_and_ten_in_a_month(http: Browser, sandbox: Outside, clock: MovedClock) -> None:
    person = sandbox.add_person()

    def tried(number: int) -> Browser:
        browser = http.another(f"198.51.100.{number}")
        say_who(browser, person, name=f"Nama Salah {'I' * (number + 1)}")
        return browser

    for number in range(5):
        assert tried(number).answer.status_code == 400
    refused = tried(5)
    assert refused.answer.status_code == 429
    assert int(refused.answer.headers["Retry-After"]) > 3600
    assert TOO_OFTEN in refused.text
    assert refused.forms()[0]["fields"]["nik"] == [person["nik"]]
    assert len(sandbox.calls(person["nik"])) == 5
    clock.shift(86_401)
    for number in range(5):
        assert tried(10 + number).answer.status_code == 400
    clock.shift(86_401)
    assert tried(20).answer.status_code == 429
    clock.shift(30 * 86_400)
    assert tried(21).answer.status_code == 400


@pytest.mark.asvs("V2.4.1")
def test_an_address_puts_twenty_people_to_the_registry_in_an_hour(http: Browser, sandbox: Outside, clock: MovedClock) -> None:
    for _ in range(20):
        say_who(http.another("203.0.113.7"), sandbox.add_person())
    late = http.another("203.0.113.7")
    say_who(late, sandbox.add_person())
    assert late.answer.status_code == 429
    elsewhere = http.another("203.0.113.8")
    say_who(elsewhere, sandbox.add_person())
    assert elsewhere.path == "/daftar/kontak"
    clock.shift(3601)
    say_who(late, sandbox.add_person())
    assert late.path == "/daftar/kontak"


def test_a_device_puts_ten_people_to_the_registry_in_a_day(http: Browser, sandbox: Outside) -> None:
    for _ in range(10):
        http.get("/daftar")
        say_who(http, sandbox.add_person(outcome="unknown"))
        assert http.answer.status_code == 400
    say_who(http, sandbox.add_person(outcome="unknown"))
    assert http.answer.status_code == 429


def test_fifty_tries_at_once_are_no_way_around(http: Browser, sandbox: Outside) -> None:
    person = sandbox.add_person()

    def tried(number: int) -> int:
        browser = Browser(http.app, f"198.51.100.{number}")
        say_who(browser, person, name=f"Nama {'Salah ' * (number % 5)}{'I' * (number % 30 + 1)}")
        return browser.answer.status_code

    statuses = at_once(http.app, tried)
    assert set(statuses) == {400, 429}
    assert len(sandbox.calls(person["nik"])) <= 5


@pytest.mark.asvs("V2.4.1")
def test_a_phone_is_not_flooded_by_many_registrations(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    victim = sandbox.add_person()["phone"]
    for number in range(8):
        browser = http.another(f"198.51.100.{number}")
        say_who(browser, sandbox.add_person())
        leave_contacts(browser, sandbox.add_person(), phone=victim)
        clock.shift(31)
    assert browser.answer.status_code == 429
    assert "Kode belum bisa dikirim" in browser.text
    worker.drain()
    assert len(sandbox.sms(victim)) == 3


def test_one_registration_sends_five_codes_in_all(http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock) -> None:
    to_the_code(http, sandbox.add_person())
    phones = [sandbox.add_person()["phone"] for _ in range(6)]
    for phone in phones:
        clock.shift(901)
        http.get("/daftar/nomor")
        http.submit(phone=phone)
        worker.drain()
    assert http.answer.status_code == 429
    assert [len(sandbox.sms(phone)) for phone in phones] == [1, 1, 1, 1, 0, 0]
