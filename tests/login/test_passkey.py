"""Signing in by passkey, alone and as the second step; what a real browser does with one is tried in tests/selfservice."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from idp import accounts, sessions
from idp.extensions import db
from tests.browsing import Browser
from tests.owning import Holder, holder
from tests.passkeys import Device, options_at, with_passkey

pytestmark = pytest.mark.any_database


@pytest.fixture
def rina(app: Flask) -> Holder:
    return holder(app)


@pytest.fixture
def device(app: Flask, rina: Holder) -> Device:
    return with_passkey(app, rina)


def show(browser: Browser, device: Device, path: str = "/masuk", **fields: str) -> Browser:
    """Answer the challenge of the sign-in page with this passkey."""
    browser.get(path)
    answer = device.signed(options_at(browser, "/masuk/passkey/opsi"))
    browser.submit(form=_form(browser, "/masuk/passkey"), follow=False, credential=answer, **fields)
    return browser


def _form(browser: Browser, action: str) -> int:
    return next(number for number, form in enumerate(browser.forms()) if form["action"].startswith(action))


def the_session(app: Flask) -> sessions.StoredSession:
    with app.app_context():
        return db.session.scalars(select(sessions.StoredSession)).one()


def test_a_passkey_alone_is_a_whole_sign_in(app, http, rina, device):
    http.get("/masuk")
    http.submit(identifier=rina.email, password=rina.password)
    assert http.path == "/masuk/langkah-kedua"
    show(http, device, "/masuk?next=/profil")
    assert http.answer.location == "/profil"
    session = the_session(app)
    assert (session.account_id, session.acr, session.amr) == (rina.account_id, "phr", "hwk user mfa")
    assert http.cookie("device"), "the device is remembered"
    http.client.delete_cookie("sso", domain="localhost")
    http.get("/masuk/langkah-kedua")
    assert http.path == "/masuk", "what the password had opened is closed"


def test_on_a_shared_device_a_passkey_leaves_nothing_behind(http, rina, device):
    show(http, device, shared_device="y")
    assert http.cookie("sso")
    assert http.cookie("device") is None


@pytest.mark.asvs("V6.3.4")
def test_a_passkey_of_a_suspended_account_opens_nothing(app, http, rina, device):
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    show(http, device, "/masuk?next=/profil")
    assert (http.answer.status_code, http.answer.location) == (303, "/masuk?next=/profil")
    assert "Passkey ini tidak bisa dipakai" in http.get("/masuk").text
    assert 'class="note note-bad"' in http.text
    assert http.cookie("sso") is None


@pytest.mark.asvs("V6.3.1")
def test_passkeys_that_fail_count_for_their_address_like_passwords(app, http, rina, device):
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/passkey/opsi", {"csrf_token": token})
    for answer in [{}, *[{"credential": "nothing"}] * 59]:
        assert http.post("/masuk/passkey", {"csrf_token": token, **answer}).location == "/masuk"
    assert show(http, device).answer.status_code == 429
    assert show(http.another("198.51.100.7"), device).cookie("sso")


def test_a_passkey_is_the_second_step_of_its_own_account_only(app, http, rina, device):
    budi = holder(app, "Budi Santoso")
    budis = with_passkey(app, budi)
    http.get("/masuk?next=/profil")
    http.submit(identifier=rina.email, password=rina.password)
    assert http.path.startswith("/masuk/langkah-kedua")
    assert "Sekarang buktikan dengan passkey kamu." in http.text
    options = options_at(http, "/masuk/langkah-kedua/opsi?next=/profil")
    http.submit(form=_form(http, "/masuk/langkah-kedua"), credential=budis.signed(options))
    assert http.answer.status_code == 400
    options = options_at(http, "/masuk/langkah-kedua/opsi?next=/profil")
    http.submit(form=_form(http, "/masuk/langkah-kedua"), follow=False, credential=device.signed(options))
    assert http.answer.location == "/profil"
    assert (the_session(app).acr, the_session(app).amr) == ("phr", "pwd hwk user mfa")
