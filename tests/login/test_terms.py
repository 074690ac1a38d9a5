"""A new version of the terms is agreed to at the next sign-in, before the way goes on."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from sqlalchemy import update

import idp
from idp import accounts
from idp.accounts import TERMS_VERSION, Account
from idp.extensions import unit_of_work
from tests.owning import holder, with_app
from tests.web.test_accessibility import look_at

pytestmark = pytest.mark.any_database

PAGES = Path(idp.__file__).parent / "templates" / "pages"
# What people agreed to, by version. Whoever changes a word gives the texts a new version and a new line here; then everybody is asked.
AGREED = {"2026-01": "cec4024be100e44d4f5b8ef6e848258bdff647cae81408a9ed358700e9128bde"}


@pytest.fixture
def rina(app):
    """Rina, who agreed to the terms of an earlier year."""
    rina = holder(app)
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Account).values(terms_version="2020-01"))
    return rina


def sign_in(http, whom):
    http.get("/masuk?next=/akun/riwayat")
    return http.submit(identifier=whom.email, password=whom.password)


def test_a_new_version_is_agreed_to_before_the_way_goes_on(app, http, rina):
    sign_in(http, rina)
    assert (http.answer.status_code, http.path) == (200, "/masuk/persetujuan?next=/akun/riwayat")
    for words in ("versi 2020-01", f"versi {TERMS_VERSION}", "/syarat-ketentuan", "/kebijakan-privasi", "/akun/data"):
        assert words in http.text
    http.submit()
    assert http.path == "/akun/riwayat"
    assert "Syarat & Ketentuan disetujui" in http.text
    with app.app_context():
        assert accounts.find(rina.account_id).terms_version == TERMS_VERSION
    sign_in(http.another(), rina)
    http.get("/masuk/persetujuan?next=/akun")
    assert http.path == "/akun"


def test_who_does_not_agree_is_asked_again_at_the_next_sign_in_and_may_still_download_and_leave(http, rina):
    sign_in(http, rina)
    http.get("/akun/data")
    assert "Unduh datamu" in http.text
    sign_in(http, rina)
    assert http.path.startswith("/masuk/persetujuan")


def test_the_second_step_is_no_way_around_it(app, http, rina):
    code = with_app(app, rina).code()
    sign_in(http, rina)
    http.submit(code=code)
    assert http.path.startswith("/masuk/persetujuan")


def test_nobody_agrees_without_being_signed_in(app, http, rina):
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/persetujuan", {"csrf_token": token})
    assert http.answer.location == "/masuk"
    with app.app_context():
        assert accounts.find(rina.account_id).terms_version == "2020-01"


def test_in_a_browser_it_is_one_button_and_fit_for_everybody(page, live, rina):
    page.base = live.url
    page.goto("/masuk?next=/akun")
    page.get_by_label("Email atau nomor handphone").fill(rina.email)
    page.get_by_label("Password", exact=True).fill(rina.password)
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.get_by_role("heading", name="Syarat & Ketentuan berubah").wait_for()
    assert look_at(page, "/masuk/persetujuan?next=/akun") == []
    page.goto("/masuk/persetujuan?next=/akun")
    page.get_by_role("button", name="Saya setuju, lanjutkan").click()
    page.get_by_role("heading", name="Akun saya").wait_for()


def test_the_words_of_a_version_never_change():
    texts = [(PAGES / language / f"{name}.html").read_text() for language in ("id", "en") for name in ("ketentuan", "privasi")]
    words = " ".join(" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in texts)
    assert AGREED[TERMS_VERSION] == hashlib.sha256(words.encode()).hexdigest(), "another text needs another TERMS_VERSION"
