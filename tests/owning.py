"""Account holders for tests: activated accounts without the journey that leads there, and deeds done by fifty at once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyotp
from flask import Flask

from idp import accounts, clock, factors, sessions
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from tests.browsing import Browser
from tests.outside import nik_of
from tests.signing_in import PASSWORD, password_hash

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Holder:
    """Somebody with an activated account."""

    account_id: str
    email: str
    phone: str
    nik: str
    name: str
    password: str = PASSWORD


def holder(app: Flask, name: str = "Rina Kartikasari", locale: str = "id", nik: str | None = None) -> Holder:
    """A new account holder of whom there is no other."""
    number = next(_numbers)
    nik = nik or nik_of(date(1992, 6, 15), "Perempuan", number)
    email, phone = f"pemilik.{number}@example.id", f"+62813{number:08d}"
    with app.app_context():
        with unit_of_work():
            newcomer = accounts.Newcomer(
                Nik.parse(nik), PersonName.parse(name), EmailAddress.parse(email), PhoneNumber.parse(phone), password_hash(),
                locale, "2026-01", clock.now(), clock.now(),
            )  # fmt: skip
            account = accounts.open_pending(newcomer)
            accounts.activate(account.id)
        return Holder(account.id, email, phone, nik, name)


def sign_in(browser: Browser, whom: Holder, amr: tuple[str, ...] = ("pwd",), acr: str = "urn:siapkerja:acr:password") -> str:
    """Sign somebody in in this browser past the sign-in page; answers the `sid`."""
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 13) Chrome/120.0 Mobile Safari/537.36"}
    with browser.app.test_request_context(environ_overrides=environ):
        begun = sessions.begin(whom.account_id, amr=amr, acr=acr)
        answer = browser.app.process_response(browser.app.make_response(""))
    for header in answer.headers.getlist("Set-Cookie"):
        name, _, rest = header.partition("=")
        if name in ("sso", "device"):
            browser.client.set_cookie(name, rest.partition(";")[0], domain="localhost")
    return begun.sid


def at_once(app: Flask, deed: Callable[[int], Any], times: int = 50) -> list[Any]:
    """Do something so many times at once, each in a context of its own; answers results and exceptions alike."""
    gate = threading.Barrier(times)

    def one(number: int) -> Any:
        with app.app_context():
            gate.wait()
            try:
                return deed(number)
            except Exception as fault:
                return fault

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


class App:
    """An authenticator app, as it lies in somebody's pocket."""

    def __init__(self, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many steps away from now."""
        return self._totp.generate_otp(clock.timestamp() // 30 + steps)


def with_app(flask_app: Flask, whom: Holder, name: str = "HP") -> App:
    """Give somebody an authenticator app; its first code is spent, and the next step has begun."""
    with flask_app.app_context():
        app = App(factors.authenticators.offer(whom.account_id, "x").text.replace(" ", ""))
        factors.authenticators.confirm(whom.account_id, app.code(), name)
    clock.shift(30)
    return app


def recovery_codes(flask_app: Flask, whom: Holder) -> tuple[str, ...]:
    """Ten fresh ones."""
    with flask_app.app_context():
        return factors.recovery_codes.make(whom.account_id)


def press(browser: Browser, part: str, *, follow: bool = True, **fields: Any) -> Any:
    """Send the first form of the page whose action holds this part of an address."""
    number = next(number for number, form in enumerate(browser.forms()) if part in form["action"])
    return browser.submit(form=number, follow=follow, **fields)
