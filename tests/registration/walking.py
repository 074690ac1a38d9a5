"""Registering, step by step, in the browser of tests/browsing.py."""

from __future__ import annotations

from typing import Any

from tests.browsing import Browser
from tests.outside import Outside
from tests.working import Worker

PASSWORD = "Kuda#Lari77"
Person = dict[str, Any]


def say_who(browser: Browser, person: Person, **instead: str) -> None:
    """Step 1."""
    browser.get("/daftar")
    fields = {name: person[name] for name in ("nik", "name", "mother_name")}
    browser.submit(**(fields | instead))


def leave_contacts(browser: Browser, person: Person, **instead: str) -> None:
    """Step 2."""
    assert browser.path.startswith("/daftar/kontak"), browser.text
    browser.submit(**({"email": person["email"], "phone": person["phone"], "password": PASSWORD} | instead))


def code_of(sandbox: Outside, worker: Worker, phone: str) -> str:
    """The code in the latest SMS to a phone."""
    worker.drain()
    return sandbox.sms(phone)[-1]["text"].rpartition("#")[2]


def to_the_code(browser: Browser, person: Person, **instead: str) -> None:
    """Steps 1 and 2."""
    say_who(browser, person)
    leave_contacts(browser, person, **instead)
    assert browser.path.startswith("/daftar/verifikasi"), browser.text


def register(browser: Browser, sandbox: Outside, worker: Worker, person: Person, **instead: str) -> None:
    """All three steps."""
    to_the_code(browser, person, **instead)
    browser.submit(code=code_of(sandbox, worker, instead.get("phone", person["phone"])))


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
