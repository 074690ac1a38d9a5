"""Signing out: asked for, done once, for good."""

from __future__ import annotations

import pytest
from flask import Flask

from idp import sessions
from idp.extensions import db
from tests.browsing import Browser
from tests.login.test_sign_in import is_in, sign_in
from tests.owning import Holder, holder
from tests.timing import MovedClock


@pytest.fixture
def siti(app: Flask) -> Holder:
    return holder(app, "Siti Aminah")


@pytest.mark.asvs("V3.5.3")
def test_a_link_only_asks(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    http.get("/keluar")
    assert "Keluar dari SIAPkerja?" in http.text
    assert is_in(http)
    http.get("/")
    assert is_in(http)


@pytest.mark.asvs("V7.4.1")
def test_afterwards_the_cookie_opens_nothing(http: Browser, app: Flask, siti: Holder) -> None:
    sign_in(http, siti.email)
    kept = http.cookie("sso") or ""
    http.get("/keluar")
    http.submit()
    assert "Kamu sudah keluar" in http.text
    assert not is_in(http)
    http.client.set_cookie("sso", kept, domain="localhost")
    http.get("/keluar")
    assert "Kamu sudah keluar" in http.text
    with app.app_context():
        assert db.session.query(sessions.StoredSession).one().ended_cause == "signed_out"


@pytest.mark.asvs("V3.5.1", "V10.6.2")
def test_a_forged_form_signs_nobody_out(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    assert http.post("/keluar").status_code == 400
    http.get("/keluar")
    assert "Keluar dari SIAPkerja?" in http.text


@pytest.mark.asvs("V14.3.1")
def test_the_browser_is_told_to_forget_and_on_a_shared_device_everything(http: Browser, siti: Holder) -> None:
    sign_in(http, siti.email)
    http.get("/keluar")
    http.submit(follow=False)
    assert http.answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert http.cookie("device")
    shared = sign_in(http.another(), siti.email, shared_device="y")
    shared.get("/keluar")
    shared.submit(follow=False)
    assert shared.answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_a_shared_device_is_wiped_in_whatever_way_its_sign_in_ends(http: Browser, siti: Holder, clock: MovedClock) -> None:
    sign_in(http, siti.email, shared_device="y")
    http.get("/akun")
    assert http.answer.headers["Refresh"] == "601; url=/masuk"  # what stands on the screen goes as well
    http.get("/oauth/logout")
    http.submit(decision="logout")
    assert http.answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    idle = sign_in(http.another(), siti.email, shared_device="y")
    clock.shift(11 * 60)
    idle.request("GET", "/akun")
    assert idle.answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert idle.cookie("sso") is None
    own = sign_in(http.another(), siti.email)
    own.get("/akun")
    assert "Refresh" not in own.answer.headers


def test_signing_out_twice_is_no_error(http: Browser) -> None:
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    assert http.post("/keluar", {"csrf_token": token}).status_code == 303


@pytest.mark.asvs("V14.3.2")
@pytest.mark.parametrize("path", ["/masuk", "/keluar", "/daftar"])
def test_no_page_of_the_door_is_cached(http: Browser, path: str) -> None:
    http.get(path)
    assert http.answer.headers["Cache-Control"] == "no-store"
