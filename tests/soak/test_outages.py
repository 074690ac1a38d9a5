"""An hour without Dukcapil, ten minutes without the SMS gateway, on a moved clock: nothing lost, nothing twice, nothing unproven."""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from idp import clock as the_clock
from idp import notices
from idp.extensions import db, unit_of_work
from idp.identity import PhoneNumber
from idp.outbox import OutboxRow
from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.walking import Person
from tests.timing import MovedClock
from tests.working import Worker

APPLICANTS = int(os.environ.get("SOAK_APPLICANTS", "200"))
MESSAGES = int(os.environ.get("SOAK_MESSAGES", "500"))
FIRST_WAITS = 3  # until the house knows that the registry is down
MINUTE = timedelta(seconds=60)
WAITING = "Dukcapil belum menjawab"


def test_after_an_hour_without_dukcapil_all_are_processed_once_and_none_passes_without_a_match(
    http: Browser, sandbox: Outside, worker: Worker, clock: MovedClock, app: Flask, configured: Any
) -> None:
    configured(dukcapil_quota=10 * APPLICANTS)
    sandbox.fault(dukcapil="http_500")
    took, people = [], []
    for number in range(APPLICANTS):
        browser, person = http.another(f"198.51.{number // 250}.{number % 250}"), sandbox.add_person(outcome=outcome(number))
        browser.get("/daftar")
        began = time.perf_counter()
        browser.submit(**{name: person[name] for name in ("nik", "name", "mother_name")})
        took.append(time.perf_counter() - began)
        assert WAITING in browser.text
        people.append((browser, person))
        clock.shift(3600 / APPLICANTS)
        worker.drain()
    sandbox.clear_faults()
    sandbox.clear_inboxes()
    seconds = until_nobody_waits(app, worker, clock)
    passed = [arrives(browser, person) for browser, person in people]
    asked = Counter(call["nik"] for call in sandbox.calls())
    slowest = sorted(took[FIRST_WAITS:])[-1]
    print(f"\n{APPLICANTS} applications in an hour, slowest page {slowest:.2f} s; all processed {seconds:.0f} s after the return")
    assert passed == [person["outcome"] == "match" for _, person in people]
    assert {asked[person["nik"]] for _, person in people} == {1}
    assert seconds <= 300
    assert slowest < 0.5


def outcome(number: int) -> str:
    return ("match", "match", "match", "unknown", "mother_differs")[number % 5]


def until_nobody_waits(app: Flask, worker: Worker, clock: MovedClock) -> float:
    """Moves on until every application has its answer; how many seconds that took."""
    since = clock.timestamp()
    while True:
        worker.drain()
        with app.app_context():
            if not db.session.query(OutboxRow).filter_by(kind="registry_check", state="waiting").count():
                return float(clock.timestamp() - since)
        assert clock.timestamp() - since < 3600
        clock.shift(5)


def arrives(browser: Browser, person: Person) -> bool:
    browser.get("/daftar/kontak")
    return browser.path == "/daftar/kontak"


@pytest.mark.any_database
def test_after_ten_minutes_without_a_gateway_everything_is_sent_once_and_no_expired_code(
    app: Flask, sandbox: Outside, worker: Worker, clock: MovedClock, configured: Any
) -> None:
    configured(limits="off")
    sandbox.fault(sms="down")
    people, ends = [sandbox.add_person() for _ in range(MESSAGES)], dict[int, datetime]()
    for number, person in enumerate(people):
        with app.app_context(), unit_of_work():
            if number % 2:
                notices.sms(PhoneNumber(person["phone"]), "new_device", "id")
            else:
                ends[number] = until = the_clock.now() + timedelta(minutes=5)
                notices.sms(PhoneNumber(person["phone"]), "activation_code", "id", expires_at=until, code=f"{number:06d}")
        clock.shift(600 / MESSAGES)
        if number % 10 == 0:
            worker.drain()
    sandbox.clear_faults()
    back = clock.now()
    due = [number for number in range(MESSAGES) if number not in ends or ends[number] > back + MINUTE]
    expired = [number for number, end in ends.items() if end <= back]
    arrived_after = {0: 0}
    for second in range(0, 121, 5):
        worker.drain()
        arrived_after[second] = sum(len(sandbox.sms(people[number]["phone"])) for number in due)
        clock.shift(5)
    got = [len(sandbox.sms(person["phone"])) for person in people]
    within = next(second for second, count in arrived_after.items() if count >= 0.99 * len(due))
    print(f"\n{MESSAGES} messages in ten minutes without a gateway: {len(due)} due, {len(expired)} expired, 99 % sent {within} s after")
    assert [number for number in due if got[number] != 1] == []
    assert [number for number in expired if got[number]] == []
    assert max(got) == 1
    assert within <= 60
