"""Grave changes ask for a fresh proof: all that signing in asks for, five minutes ago at most."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp import accounts, sessions
from idp.extensions import db
from tests.owning import PASSWORD, recovery_codes, sign_in, with_app

pytestmark = pytest.mark.any_database

GUARDED_PAGES = ["/akun/dua-langkah/aplikasi"]
GUARDED_DEEDS = ["/akun/dua-langkah/aplikasi/konfirmasi", "/akun/dua-langkah/kode-pemulihan", "/akun/perangkat/keluarkan-lainnya"]


def token_of(browser) -> str:
    browser.get("/akun/password")
    return browser.forms()[-1]["fields"]["csrf_token"]


@pytest.mark.asvs("V8.2.1")
@pytest.mark.parametrize(
    "path", ["/akun", "/akun/password", "/akun/dua-langkah", "/akun/perangkat", "/akun/konfirmasi", "/akun/dua-langkah/aplikasi"]
)
def test_strangers_are_led_to_the_sign_in_page(http, path):
    answer = http.request("GET", path)
    assert answer.status_code == 303
    assert answer.location.startswith("/masuk?next=/akun")


@pytest.mark.asvs("V7.5.1")
@pytest.mark.parametrize("path", GUARDED_PAGES)
def test_a_grave_page_asks_for_the_password_again_and_leads_back(stale, path):
    stale.get(path)
    assert stale.path.startswith("/akun/konfirmasi")
    stale.submit(password=PASSWORD)
    assert stale.path == path


@pytest.mark.asvs("V7.5.1")
@pytest.mark.parametrize("path", GUARDED_DEEDS)
def test_a_grave_deed_is_not_done_without_a_fresh_proof(stale, path):
    token = token_of(stale)
    answer = stale.post(path, {"csrf_token": token})
    assert answer.status_code == 303
    assert answer.location.startswith("/akun/konfirmasi")


def test_a_proof_that_is_fresh_is_not_asked_for_twice(browser):
    browser.get("/akun/dua-langkah/aplikasi")
    assert browser.path == "/akun/dua-langkah/aplikasi"


def test_a_wrong_password_proves_nothing(stale):
    stale.get("/akun/dua-langkah/aplikasi")
    assert stale.submit(password="Salah#Besar2026").status_code == 400
    stale.get("/akun/dua-langkah/aplikasi")
    assert stale.path.startswith("/akun/konfirmasi")


def test_an_empty_post_proves_nothing_cve_2026_49443(stale):
    stale.get("/akun/dua-langkah/aplikasi")
    assert stale.submit(password=None).status_code == 400
    stale.get("/akun/dua-langkah/aplikasi")
    assert stale.path.startswith("/akun/konfirmasi")


@pytest.mark.asvs("V6.3.1")
def test_guesses_of_the_password_are_limited_here_too_cve_2026_9798(stale):
    stale.get("/akun/dua-langkah/aplikasi")
    for _ in range(5):
        stale.submit(password="Salah#Besar2026")
    assert stale.submit(password=PASSWORD).status_code == 429


@pytest.mark.asvs("V7.2.4")
def test_the_secret_of_the_session_changes_with_the_proof(stale):
    before = stale.cookie("sso")
    stale.get("/akun/dua-langkah/aplikasi")
    stale.submit(password=PASSWORD)
    assert stale.cookie("sso") != before
    late = stale.another()
    late.client.set_cookie("sso", before, domain="localhost")
    assert late.request("GET", "/akun").status_code == 303


class TestWithASecondFactor:
    """A password alone proves half of it."""

    def test_password_and_code_are_asked_for(self, app, rina, stale):
        phone = with_app(app, rina)
        stale.get("/akun/dua-langkah/aplikasi")
        assert stale.submit(password=PASSWORD).status_code == 400
        stale.submit(password=PASSWORD, code=phone.code())
        assert stale.path == "/akun/dua-langkah/aplikasi"

    def test_a_recovery_code_will_do(self, app, rina, stale):
        with_app(app, rina)
        code = recovery_codes(app, rina)[0]
        stale.get("/akun/dua-langkah/aplikasi")
        stale.submit(password=PASSWORD, code=code)
        assert stale.path == "/akun/dua-langkah/aplikasi"

    def test_a_wrong_password_spends_no_code(self, app, rina, stale):
        phone = with_app(app, rina)
        stale.get("/akun/dua-langkah/aplikasi")
        stale.submit(password="Salah#Besar2026", code=phone.code())
        stale.submit(password=PASSWORD, code=phone.code())
        assert stale.path == "/akun/dua-langkah/aplikasi"

    @pytest.mark.asvs("V6.3.3")
    def test_a_session_begun_by_password_alone_is_too_weak_however_fresh_cve_2026_3429(self, app, rina, browser):
        with_app(app, rina)
        browser.get("/akun/dua-langkah/aplikasi")
        assert browser.path.startswith("/akun/konfirmasi")

    def test_the_session_is_called_stronger_afterwards(self, app, rina, browser):
        phone = with_app(app, rina)
        browser.get("/akun/dua-langkah/aplikasi")
        browser.submit(password=PASSWORD, code=phone.code())
        with app.app_context():
            session = db.session.scalar(select(sessions.StoredSession))
            assert (session.acr, session.amr) == ("urn:siapkerja:acr:mfa", "pwd otp mfa")


@pytest.mark.asvs("V8.3.2")
def test_a_suspended_account_sees_nothing_cve_2025_53942(app, rina, browser, clock):
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    assert browser.request("GET", "/akun").status_code == 303


def test_whoever_signs_in_afterwards_has_to_prove_it_for_themselves(app, rina, budi, browser, clock):
    clock.shift(301)
    sign_in(browser, budi)
    clock.shift(301)
    browser.get("/akun/dua-langkah/aplikasi")
    browser.submit(password=PASSWORD)
    assert browser.path == "/akun/dua-langkah/aplikasi"
    assert budi.email.replace("@", "%40") in browser.text
