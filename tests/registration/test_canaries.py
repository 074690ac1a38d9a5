"""What a citizen types stays sealed: not in Redis, queues or tables in clear, not in logs, addresses, metrics or files."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from sqlalchemy import text

from idp import accounts, petitions, settings
from idp.database import Model
from idp.extensions import db, redis
from idp.identity import Nik
from idp.metrics import House
from idp.web import request_log
from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.walking import PASSWORD, code_of, leave_contacts, register, say_who, to_the_code, wrong
from tests.timing import MovedClock
from tests.working import Worker

MARK = "Kanarivogel"
LOOK_INTO_INBOX = re.compile(r"/(sms|mail)/\S+[.]json")  # the test's own client, which logs where it looks


@pytest.fixture(autouse=True)
def log_elsewhere_afterwards() -> Iterator[None]:
    """What a test reads of the log is closed after it; the next one logs as before."""
    yield
    request_log.configure()


def canary(sandbox: Outside, number: int, outcome: str = "match") -> dict[str, Any]:
    """A person whose every value would be found again."""
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}")
    name, mother = f"{MARK}{letters} Satu", f"Ibu {MARK}{letters}"
    person = sandbox.add_person(name=name, mother_name=mother, outcome=outcome)
    return person | {"email": f"{MARK.lower()}.{number}.{person['phone'][-6:]}@example.id"}


def secrets_of(person: dict[str, Any]) -> set[str]:
    digits = person["phone"].removeprefix("+62")
    names = {person["name"].lower(), person["mother_name"].lower(), MARK.lower()}
    return names | {person["nik"], digits, person["email"], PASSWORD.lower()}


def everything_in_redis() -> str:
    readers = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"set": redis.smembers,
    }
    return repr([(key, readers[redis.type(key)](key)) for key in redis.keys("*")])  # type: ignore[union-attr, index]


def everything_in_sql() -> str:
    return repr([db.session.execute(text(f"SELECT * FROM {table.name}")).all() for table in Model.metadata.sorted_tables])


def everything_in_metrics(app: Flask) -> str:
    """Both halves of the page: what is measured of requests, and the state of the house."""
    house = CollectorRegistry()
    house.register(House(app))
    return (generate_latest(REGISTRY) + generate_latest(house)).decode()


def everything_in_files() -> bytes:
    """Whatever lies in the folder of state, uploads and metrics among it; not the database, which `everything_in_sql` reads."""
    folder = settings.current().var_dir
    return b"\n".join(str(path).encode() + path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.any_database
@pytest.mark.asvs("V16.2.5", "V14.2.1", "V14.2.4", "V14.1.2")
def test_fifty_canaries_are_found_nowhere(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask, configured: Any, clock: MovedClock, capsys: Any
) -> None:
    configured(log_level="DEBUG", limits="off", metrics_addr="127.0.0.1:9")
    look_for_canaries(50, http, sandbox, worker, app, capsys)


def look_for_canaries(how_many: int, http: Browser, sandbox: Outside, worker: Worker, app: Flask, capsys: Any) -> None:
    """Lead so many people through every flow at DEBUG, then look for them in all that was written."""
    request_log.configure()  # to the stream that this test reads
    logging.getLogger().setLevel(logging.DEBUG)
    people = [canary(sandbox, number) for number in range(6)] + [canary(sandbox, 6, "unknown"), canary(sandbox, 7, "http_500")]
    crowd = [canary(sandbox, number) for number in range(8, how_many)]
    addresses = []

    def browser() -> Browser:
        return http.another()

    for person in people[:3]:
        one = browser()
        register(one, sandbox, worker, person)
        addresses.append(one.path)
    stuck = browser()
    to_the_code(stuck, people[3])
    stuck.submit(code=wrong(code_of(sandbox, worker, people[3]["phone"])))
    half = browser()
    say_who(half, people[4])
    leave_contacts(half, people[4], password="pendek")
    taken = browser()
    register(taken, sandbox, worker, people[0] | {"email": people[5]["email"], "phone": people[5]["phone"]})
    for number, person in enumerate(crowd):
        addresses += walk_on(browser(), sandbox, worker, person, number)
    for person in people[6:]:
        last = browser()
        say_who(last, person)
        addresses.append(last.path)
    for identifier in (people[0]["email"], people[1]["phone"]):
        wrong_one = browser()
        wrong_one.get("/masuk")
        wrong_one.submit(identifier=identifier, password=f"{PASSWORD}x")
        wrong_one.submit(identifier=identifier, password=PASSWORD)
    ask_officers(app, people[0])
    worker.drain()
    logging.getLogger().setLevel(logging.WARNING)
    with app.app_context():
        held = {"redis": everything_in_redis(), "sql": everything_in_sql(), "addresses": repr(addresses)}
        held |= {"files": everything_in_files().decode("latin-1"), "metrics": everything_in_metrics(app)}
    out, err = capsys.readouterr()
    lines = (out + err).splitlines()
    held["logs"] = "\n".join(line for line in lines if not LOOK_INTO_INBOX.search(line))
    lowered = {place: content.lower() for place, content in held.items()}
    found = {
        (place, secret)
        for place, content in lowered.items()
        for person in (*people, *crowd)
        for secret in secrets_of(person)
        if secret in content
    }
    assert found == set()
    assert "account_activated" in held["logs"]
    assert len(held["sql"]) > 5000
    assert 'route="/daftar"' in held["metrics"]
    assert "idp_outbox_waiting" in held["metrics"]


def walk_on(browser: Browser, sandbox: Outside, worker: Worker, person: dict[str, Any], number: int) -> list[str]:
    """One of the crowd, each as far as another flow leads; answers where it ended."""
    if number % 6 == 0:
        register(browser, sandbox, worker, person)
    elif number % 6 == 1:
        to_the_code(browser, person)
    elif number % 6 == 2:
        say_who(browser, person)
    elif number % 6 == 3:
        browser.get("/pemulihan")
        browser.submit(identifier=person["nik"], way="sms")
        browser.submit(code="000000")
    elif number % 6 == 4:
        browser.get("/pemulihan/kehilangan")
        browser.submit(nik=person["nik"], mother_name=person["mother_name"])
        browser.submit(email=person["email"], phone=person["phone"])
    else:
        browser.get("/masuk")
        browser.submit(identifier=person["email"], password=PASSWORD)
    return [browser.path]


def ask_officers(app: Flask, person: dict[str, Any]) -> None:
    """Somebody's own words to officers, which are full of personal data."""
    with app.app_context():
        account = accounts.find_active_by_nik(Nik(person["nik"]))
        assert account is not None
        petition = petitions.ask(account, petitions.Kind.CORRECTION, f"{person['name']}, NIK {person['nik']}", "name")
        petitions.answer(petition.id, "Petugas", f"NIK {person['nik']} benar", granted=True)
