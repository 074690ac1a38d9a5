"""Passkeys, with Chromium's virtual authenticator: added, signed in with, asked for, shown and removed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text, update

from idp import factors, sessions
from idp.extensions import db, unit_of_work
from idp.factors import Passkey
from tests.owning import PASSWORD, Holder, holder, with_app
from tests.web.test_accessibility import faults

pytestmark = pytest.mark.any_database  # what a browser shows; the rules are tried on both stores beside it


@pytest.fixture
def rina(app) -> Holder:
    return holder(app)


@pytest.fixture
def device(page) -> Any:
    """A device in this browser that verifies its user."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    added = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    class Device:
        def verifies(self, yes: bool) -> None:
            cdp.send("WebAuthn.setUserVerified", {"authenticatorId": added["authenticatorId"], "isUserVerified": yes})

        def keys(self) -> list[dict[str, Any]]:
            return cdp.send("WebAuthn.getCredentials", {"authenticatorId": added["authenticatorId"]})["credentials"]

    return Device()


def arrive(page, path: str) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == path)


def sign_in(page, whom: Holder) -> None:
    page.goto("/masuk?next=/akun")
    page.get_by_label("Email atau nomor handphone").fill(whom.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


def add_passkey(page, whom: Holder, name: str = "HP Rina") -> None:
    sign_in(page, whom)
    arrive(page, "/akun")
    page.goto("/akun/dua-langkah/passkey")
    page.get_by_label("Nama passkey").fill(name)
    page.get_by_role("button", name="Buat passkey").click()
    page.get_by_role("heading", name="Kode pemulihan kamu").wait_for()


def sign_out(page) -> None:
    page.context.clear_cookies()


def latest_session(app) -> sessions.StoredSession:
    with app.app_context():
        return db.session.scalars(select(sessions.StoredSession).order_by(sessions.StoredSession.auth_time.desc())).first()


def assert_nobody_is_signed_in(page):
    page.goto("/akun")
    assert page.url.endswith("/masuk?next=/akun")


def test_a_passkey_is_added_and_signs_in_without_a_password(app, page, device, rina):
    add_passkey(page, rina)
    assert page.locator(".recovery-codes li").count() == 10
    assert faults(page) == []
    assert len(device.keys()) == 1
    sign_out(page)
    page.goto("/masuk?next=/akun/dua-langkah")
    page.get_by_role("button", name="Masuk dengan passkey").click()
    arrive(page, "/akun/dua-langkah")
    assert page.get_by_role("link", name="HP Rina").is_visible()
    session = latest_session(app)
    assert session.acr == "phr"
    assert set(session.amr.split()) in ({"hwk", "user", "mfa"}, {"swk", "user", "mfa"})
    assert not session.shared_device
    sign_out(page)
    page.goto("/masuk?next=/akun/dua-langkah")
    page.get_by_label("Ini HP atau komputer bersama").check()
    page.get_by_role("button", name="Masuk dengan passkey").click()
    arrive(page, "/akun/dua-langkah")
    assert latest_session(app).shared_device


def test_a_passkey_is_the_second_step_after_the_password(app, page, device, rina):
    add_passkey(page, rina)
    sign_out(page)
    sign_in(page, rina)
    page.get_by_role("heading", name="Langkah kedua").wait_for()
    assert faults(page) == []
    page.get_by_role("button", name="Pakai passkey").click()
    arrive(page, "/akun")
    assert latest_session(app).amr.split()[0] == "pwd"


def test_a_passkey_is_the_fresh_proof(app, page, device, rina, clock):
    add_passkey(page, rina)
    clock.shift(301)
    page.goto("/akun/dua-langkah/aplikasi")
    page.get_by_role("heading", name="Pastikan ini kamu").wait_for()
    page.get_by_role("button", name="Pakai passkey").click()
    arrive(page, "/akun/dua-langkah/aplikasi")
    assert page.locator("svg.qr").is_visible()


def test_showing_a_passkey_removes_it(app, page, device, rina):
    add_passkey(page, rina)
    page.goto("/akun/dua-langkah")
    page.get_by_role("link", name="HP Rina").click()
    page.get_by_role("button", name="Tunjukkan dan hapus").click()
    arrive(page, "/akun/dua-langkah")
    with app.app_context():
        assert not factors.enrolled(rina.account_id)


def test_a_device_that_does_not_verify_its_user_signs_nobody_in(app, page, device, rina):
    add_passkey(page, rina)
    sign_out(page)
    device.verifies(False)
    page.goto("/masuk?next=/akun")
    page.get_by_role("button", name="Masuk dengan passkey").click()
    page.get_by_text("Passkey tidak jadi dipakai").wait_for()
    assert_nobody_is_signed_in(page)


@pytest.mark.asvs("V6.7.1")
def test_a_passkey_altered_outside_the_application_is_refused(app, page, device, rina):
    add_passkey(page, rina)
    sign_out(page)
    budi = holder(app, "Budi Santoso")
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Passkey).values(account_id=budi.account_id))
    page.goto("/masuk?next=/akun")
    page.get_by_role("button", name="Masuk dengan passkey").click()
    page.get_by_text("Passkey ini tidak bisa dipakai di sini").wait_for()
    assert_nobody_is_signed_in(page)


@pytest.mark.asvs("V6.7.2")
def test_an_answer_works_once(app, page, device, rina):
    add_passkey(page, rina)
    sign_out(page)
    page.goto("/masuk?next=/akun")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.url.split("?")[0].endswith("/masuk/passkey") else None)
    page.get_by_role("button", name="Masuk dengan passkey").click()
    arrive(page, "/akun")
    sign_out(page)
    page.goto("/masuk?next=/akun")
    page.evaluate(
        """(body) => { const form = document.querySelector('form[data-passkey]');
        form.elements.credential.value = new URLSearchParams(body).get('credential'); form.submit(); }""",
        sent[0],
    )
    page.get_by_text("Passkey ini tidak bisa dipakai di sini").wait_for()
    assert_nobody_is_signed_in(page)


def test_a_suspended_account_is_not_let_in_by_its_passkey_cve_2025_53942(app, page, device, rina):
    add_passkey(page, rina)
    sign_out(page)
    with app.app_context(), unit_of_work() as session:
        session.execute(text("UPDATE accounts SET state = 'suspended'"))
    page.goto("/masuk?next=/akun")
    page.get_by_role("button", name="Masuk dengan passkey").click()
    page.get_by_text("Passkey ini tidak bisa dipakai di sini").wait_for()
    assert_nobody_is_signed_in(page)


@pytest.mark.asvs("V15.3.5")
@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"id": 1}', json.dumps({"id": "x", "response": {}}), "[" * 30_000, "x" * 30_000])
def test_nonsense_in_place_of_an_answer_is_refused(app, http, rina, answer):
    with_app(app, rina)
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/passkey/opsi", {"csrf_token": token})
    assert http.answer.status_code == 200
    assert http.post("/masuk/passkey", {"csrf_token": token, "credential": answer}).status_code == 303
    assert http.cookie("sso") is None


def test_options_tell_nothing_of_who_is_registered(app, http, rina):
    with_app(app, rina)
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    options = http.post("/masuk/passkey/opsi", {"csrf_token": token}).json
    assert options["allowCredentials"] == []
    assert len(options["challenge"]) >= 43
