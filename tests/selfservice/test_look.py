"""Every page of /akun and of the second step: fit for everybody, at both sizes and in both languages."""

from __future__ import annotations

import re

import pytest

from idp import factors, oidc
from idp.selfservice import contacts
from idp.sessions import disowning
from tests.owning import Holder, holder, press, recovery_codes, sign_in, with_app
from tests.selfservice.test_records import karirhub, let_in  # noqa: F401 - a fixture
from tests.web.test_accessibility import complaints, look_at  # noqa: F401 - a fixture

pytestmark = pytest.mark.any_database  # what a browser shows; the rules are tried on both stores beside it

PAGES = [
    "/akun", "/akun/password", "/akun/kontak", "/akun/kontak/email", "/akun/kontak/hp", "/akun/kontak/hp/kode",
    "/akun/kontak/email/x", "/akun/dua-langkah", "/akun/dua-langkah/aplikasi", "/akun/dua-langkah/passkey", "/akun/perangkat",
    "/akun/layanan", "/akun/riwayat", "/akun/data", "/akun/hapus", "/akun/pembaca", "/akun/data/koreksi", "/akun/bahasa",
    "/akun/organisasi",
]  # fmt: skip


@pytest.fixture
def rina(app) -> Holder:
    return holder(app)


def cookies_to(page, browser) -> None:
    """Let the tab go on where the browser without JavaScript is."""
    for name in ("sso", "device", "browser"):
        if value := browser.cookie(name):
            page.context.add_cookies([{"name": name, "value": value, "url": page.base}])


@pytest.fixture
def tab(app, http, page, live, rina, karirhub):  # noqa: F811
    """A tab of somebody who has something on every page."""
    sign_in(http, rina)
    sign_in(http.another(), rina)
    page.base = live.url
    http.get("/akun/kontak/hp")
    http.submit(phone="+6285712345678")
    with_app(app, rina)
    recovery_codes(app, rina)
    let_in(app, karirhub, rina)
    with app.app_context():
        [row] = factors.enrolled(rina.account_id).authenticators
        factors.removal.ask(rina.account_id, "authenticator", row.id)
        assert oidc.connections(rina.account_id)
    sign_in(http, rina, ("pwd", "otp", "mfa"), "urn:siapkerja:acr:mfa")
    cookies_to(page, http)
    return page


def test_every_page_is_fit_for_everybody(app, tab, rina, clock, complaints):  # noqa: F811
    with app.app_context():
        [row] = factors.enrolled(rina.account_id).authenticators
    found = {}
    for path in (*PAGES, f"/akun/dua-langkah/authenticator/{row.id}", "/akun/konfirmasi"):
        if path == "/akun/konfirmasi":
            clock.shift(301)
        found[path] = look_at(tab, path)
        assert tab.locator("h1").count() == 1, path
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_the_second_step_is_fit_for_everybody(app, http, page, live, rina):
    page.base = live.url
    with_app(app, rina)
    http.get("/masuk?next=/akun")
    http.submit(identifier=rina.email, password=rina.password)
    cookies_to(page, http)
    assert look_at(page, "/masuk/langkah-kedua?next=/akun") == []


def test_the_pages_behind_links_are_fit_for_everybody(app, http, page, live, rina, texts):
    page.base = live.url
    sid = sign_in(http, rina)
    http.get("/akun/kontak/hp")
    http.submit(phone="+6285712345679")
    http.submit(code=re.findall(r"#(\d{6})", texts("+6285712345679"))[-1])
    link = re.findall(r"/akun/urungkan/[\w-]{22}", texts(rina.phone))[-1]
    with app.app_context():
        disown = f"/akun/bukan-saya/{disowning.link_token(sid)}"
        assert contacts.behind_undo_link(link.rpartition("/")[2])
    for path in (link, disown, "/akun/urungkan/x", "/akun/bukan-saya/x"):
        assert [one for one in look_at(page, path) if "404" not in one] == []


@pytest.mark.asvs("V7.4.4")
@pytest.mark.parametrize("path", ["/akun", "/akun/password", "/akun/perangkat", "/akun/data"])
def test_signing_out_is_in_sight_on_every_page(http, rina, path):
    sign_in(http, rina)
    http.get(path)
    press(http, "/keluar")
    assert http.request("GET", "/akun").status_code == 303
