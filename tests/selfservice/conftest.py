"""Rina, who has an account, and her browser."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.browsing import Browser
from tests.owning import Holder, holder, sign_in

STALE_SECONDS = 301


@pytest.fixture
def rina(app: Flask) -> Holder:
    return holder(app)


@pytest.fixture
def budi(app: Flask) -> Holder:
    return holder(app, "Budi Santoso")


@pytest.fixture
def browser(http: Browser, rina: Holder) -> Browser:
    """Rina's browser, signed in by password just now."""
    sign_in(http, rina)
    return http


@pytest.fixture
def stale(browser: Browser, clock: Any) -> Browser:
    """Rina's browser, signed in by password six minutes ago."""
    clock.shift(STALE_SECONDS)
    return browser


@pytest.fixture
def mails(worker: Any, sandbox: Any) -> Any:
    """Everything that an address got, as one text."""

    def read(address: str) -> str:
        worker.drain()
        return "\n".join(f"{mail['subject']}\n{mail['text']}" for mail in sandbox.mail(address))

    return read


@pytest.fixture
def texts(worker: Any, sandbox: Any) -> Any:
    """Everything that a phone got, as one text."""

    def read(phone: str) -> str:
        worker.drain()
        return "\n".join(sms["text"] for sms in sandbox.sms(phone))

    return read
