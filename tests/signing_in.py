"""Putting a browser into the state after sign-in, for tests of pages behind it; signing in itself is tested in tests/login."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

from flask import Flask, make_response
from werkzeug.http import parse_cookie

from idp import accounts, clock, sealed, sessions, settings
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber

PASSWORD = "Siap#Kerja2026"
_numbers = itertools.count(1)


def password_hash() -> str:
    """The hash of PASSWORD, made once for each installation: it takes its time, as it should."""
    return _hash_with(sealed.pepper())


@lru_cache
def _hash_with(pepper: bytes) -> str:
    return accounts.passwords.hash_password(PASSWORD)


def new_account(app: Flask, name: str = "Siti Aminah") -> str:
    """The id of an activated account whose profile is empty."""
    number = next(_numbers)
    with app.app_context():
        account = accounts.open_pending(
            accounts.Newcomer(
                nik=Nik.parse(f"990101490490{number:04d}"),
                name=PersonName.parse(name),
                email=EmailAddress.parse(f"citizen.{number}@example.id"),
                phone=PhoneNumber.parse(f"0812{number:08d}"),
                password_hash=password_hash(),
                locale="id",
                terms_version=accounts.TERMS_VERSION,
                terms_accepted_at=clock.now(),
                registry_matched_at=clock.now(),
            )
        )
        return accounts.activate(account.id).id


def cookies_of(app: Flask, account_id: str) -> dict[str, str]:
    """The cookies of a browser in which this account has signed in."""
    with app.test_request_context("/", base_url=settings.current().issuer):
        sessions.begin(account_id, amr=("pwd",), acr="urn:siapkerja:acr:password")
        answer = app.process_response(make_response(""))
    found: dict[str, str] = {}
    for line in answer.headers.getlist("Set-Cookie"):
        found |= {name: value for name, value in parse_cookie(line.partition(";")[0]).items() if value}
    return found


def signed_in(browser: Any, account_id: str) -> Any:
    """A browser of tests/browsing.py with this sign-in."""
    for name, value in cookies_of(browser.app, account_id).items():
        browser.client.set_cookie(name, value, domain="localhost")
    return browser


def signed_in_page(page: Any, app: Flask, account_id: str) -> Any:
    """A tab of Chromium with this sign-in."""
    page.context.add_cookies(
        [{"name": name, "value": value, "url": settings.current().issuer} for name, value in cookies_of(app, account_id).items()]
    )
    return page
