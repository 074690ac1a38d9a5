"""What a person does on the pages, in a real browser: by the names that fields bear and the words on the buttons."""

from __future__ import annotations

import re
from typing import Any

from tests.outside import Outside

PASSWORD = "Rahasia#Kerja7"


def say_who(page: Any, person: dict[str, Any], **instead: str) -> None:
    """Step 1 of registration."""
    for name in ("nik", "name", "mother_name"):
        page.fill(f"input[name={name}]", instead.get(name, person[name]))
    page.get_by_role("button", name="Berikutnya").click()


def give_contacts(page: Any, person: dict[str, Any], **instead: str) -> None:
    """Step 2 of registration."""
    for name in ("email", "phone"):
        page.fill(f"input[name={name}]", instead.get(name, person[name]))
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="Daftar Sekarang").click()


def code_in(outside: Outside, phone: str, after: int = 0) -> str:
    """The code in the newest SMS of a phone."""
    found = re.search(r"#(\d{6})\s*$", outside.wait_for_sms(phone, after=after)["text"])
    assert found
    return found[1]


def enter(page: Any, code: str) -> None:
    """Type a code and confirm it."""
    page.fill("input[name=code]", code)
    page.get_by_role("button", name="Konfirmasi").click()


def register(page: Any, outside: Outside, person: dict[str, Any], start: str = "/daftar") -> None:
    """The whole registration."""
    page.goto(start)
    say_who(page, person)
    give_contacts(page, person)
    page.wait_for_selector("input[name=code]")
    enter(page, code_in(outside, person["phone"]))


def sign_in(page: Any, person: dict[str, Any], password: str = PASSWORD) -> None:
    """The sign-in page."""
    page.fill("input[name=identifier]", person["phone"])
    page.fill("input[name=password]", password)
    page.get_by_role("button", name="Masuk", exact=True).click()
