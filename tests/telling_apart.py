"""Telling two kinds of people apart by how long the provider takes, and by what it answers."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask

from tests.browsing import Browser
from tests.outside import Outside
from tests.owning import holder
from tests.working import Worker

WRONG = "Salah#Sekali1"
Deed = Callable[[], Any]


@dataclass(frozen=True)
class Pair:
    """The same deed, done about somebody who is registered and about somebody who is not; each answers what was shown."""

    registered: Deed
    unregistered: Deed
    beforehand: tuple[Deed, Deed] | None = None  # what brings each back to where it was, untimed


class Samples:
    """Seconds taken, for both, in an order that nobody can foresee."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self.seconds: tuple[list[float], list[float]] = ([], [])

    def take(self, times: int) -> None:
        for _ in range(times):
            for which in random.sample((0, 1), 2):
                deed = (self._pair.registered, self._pair.unregistered)[which]
                if self._pair.beforehand:
                    self._pair.beforehand[which]()
                began = time.perf_counter()
                deed()
                self.seconds[which].append(time.perf_counter() - began)

    def area(self) -> float:
        """How often a registered person takes longer: 0.5 tells nothing (the area under the ROC curve)."""
        ranked = sorted((value, which) for which in (0, 1) for value in self.seconds[which])
        ranks = sum(rank for rank, (_value, which) in enumerate(ranked, 1) if which == 0)
        count, other = map(len, self.seconds)
        return (ranks - count * (count + 1) / 2) / (count * other)

    def interval(self) -> tuple[float, float]:
        """The area's interval of 95 %."""
        count, other = map(len, self.seconds)
        half = 1.96 * math.sqrt((count + other + 1) / (12 * count * other))
        return self.area() - half, self.area() + half


def plain(browser: Browser) -> tuple[int, str | None, str]:
    """An answer without what is different every time."""
    text = re.sub(r'(nonce|name="csrf_token" value)="[^"]*"', "", browser.answer.text)
    return browser.answer.status_code, browser.answer.headers.get("Location"), text


def pair(place: str, app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> Pair:
    """What is compared at "sign_in", "registration", "reset" or "resend"."""
    made: Callable[..., Pair] = {"sign_in": _sign_in, "registration": _registration, "reset": _reset, "resend": _resend}[place]
    return made(app, http, sandbox, worker)


def _posts(browser: Browser, path: str, to: str = "", **fields: str) -> Deed:
    browser.get(path)
    token = browser.forms()[0]["fields"]["csrf_token"]

    def deed() -> Any:
        browser.post(to or path, {"csrf_token": token, **fields})
        return plain(browser)

    return deed


def _sign_in(app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> Pair:
    known, unknown = holder(app).email, "tidak.ada@example.id"
    deeds = [_posts(http.another(), "/masuk", identifier=one, password=WRONG) for one in (known, unknown)]
    return Pair(lambda: _without(deeds[0](), known), lambda: _without(deeds[1](), unknown))


def _registration(app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> Pair:
    owner, stranger = sandbox.add_person(), sandbox.add_person()
    _give_account(app, owner)

    browsers = [http.another(), http.another()]
    fields = [{name: person[name] for name in ("nik", "name", "mother_name")} for person in (owner, stranger)]
    deeds = [_posts(browser, "/daftar", **who) for browser, who in zip(browsers, fields, strict=True)]
    back = [_posts(browser, "/daftar", to="/daftar/baru") for browser in browsers]  # the registry is asked anew only by whoever starts over
    return Pair(deeds[0], deeds[1], (back[0], back[1]))


def _reset(app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> Pair:
    known, unknown = holder(app).email, "tidak.ada@example.id"
    return Pair(*(_posts(http.another(), "/pemulihan", identifier=one, way="mail") for one in (known, unknown)))


def _resend(app: Flask, http: Browser, sandbox: Outside, worker: Worker) -> Pair:
    deeds = []
    for identifier in (holder(app).phone, "081299999999"):
        browser = http.another()
        browser.get("/pemulihan")
        browser.submit(identifier=identifier, way="sms")
        worker.drain()
        token = browser.forms()[0]["fields"]["csrf_token"]

        def deed(browser: Browser = browser, token: str = token) -> Any:
            browser.post("/pemulihan/kirim-ulang", {"csrf_token": token})
            return plain(browser)

        deeds.append(deed)
    return Pair(*deeds)


def _give_account(app: Flask, person: dict[str, Any]) -> None:
    holder(app, person["name"], nik=person["nik"])


def _without(shown: tuple[int, str | None, str], typed: str) -> tuple[int, str | None, str]:
    return shown[0], shown[1], shown[2].replace(typed, "")
