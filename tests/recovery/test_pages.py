"""Every page of recovery in a browser: axe finds nothing at both sizes, and the way works with and without JavaScript."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.conftest import PATIENCE_MS
from tests.owning import with_app
from tests.recovery.conftest import NEW_PASSWORD, code_in, password_is
from tests.recovery.test_lost import NEW_EMAIL, NEW_PHONE, photo
from tests.web.test_accessibility import DESK, PHONE, faults

# What a browser shows; the rules are tried on both stores beside it.
pytestmark = [pytest.mark.any_database, pytest.mark.browser]

PICTURES = os.environ.get("PICTURES")  # a folder to look at what the pages look like


class Album:
    """Looks at each page at both sizes, and collects what is wrong."""

    def __init__(self, page, name: str, *, axe: bool = True) -> None:
        self.page, self.name, self.axe, self.wrong = page, name, axe, {}

    def look(self, what: str) -> None:
        if self.axe and (found := faults(self.page)):
            self.wrong[what] = found
        for size in (DESK, PHONE) if PICTURES else ():
            self.page.set_viewport_size(size)
            self.page.screenshot(path=Path(PICTURES) / f"{self.name}-{what}-{size['width']}.png", full_page=True)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def enter(page, code: str) -> None:
    page.fill("input[name=code]", code)
    press(page, "Konfirmasi")


def forget(page, whom, way: str) -> None:
    page.goto("/pemulihan")
    page.fill("input[name=identifier]", whom.email)
    page.locator(f"input[name=way][value={way}]").check(force=True)
    press(page, "Kirim")


@pytest.fixture
def plain_page(chromium, live):
    """A tab of a browser in which no script runs."""
    context = chromium.new_context(base_url=live.url, locale="id-ID", viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def walk_forgotten(page, album: Album, whom, app, sandbox, device) -> None:
    page.goto("/pemulihan")
    album.look("start")
    press(page, "Kirim")
    album.look("start-empty")
    forget(page, whom, "sms")
    page.wait_for_url("**/pemulihan/kode")
    album.look("code")
    enter(page, "000000")
    page.wait_for_selector("[role=alert]")
    album.look("code-wrong")
    enter(page, code_in(sandbox.wait_for_sms(whom.phone)))
    page.wait_for_url("**/pemulihan/faktor")
    album.look("factor")
    page.fill("input[name=code]", device.code())
    press(page, "Lanjutkan")
    page.wait_for_url("**/pemulihan/password")
    album.look("password")
    page.fill("input[name=password]", "pendek")
    press(page, "Simpan password baru")
    page.wait_for_selector("[aria-invalid=true]")
    album.look("password-refused")
    page.fill("input[name=password]", NEW_PASSWORD)
    press(page, "Simpan password baru")
    page.wait_for_url("**/pemulihan/selesai")
    album.look("done")
    assert password_is(app, whom, NEW_PASSWORD)


def walk_link(page, other, album: Album, whom, sandbox) -> None:
    forget(page, whom, "mail")
    page.wait_for_url("**/pemulihan/email")
    album.look("mailed")
    path = re.search(r"/pemulihan/tautan/[\w-]+", sandbox.wait_for_mail(whom.email)["text"])[0]
    other.goto(path)
    elsewhere = Album(other, album.name, axe=album.axe)
    elsewhere.look("link-elsewhere")
    album.wrong |= elsewhere.wrong
    page.goto(path)
    album.look("link-here")
    press(page, "Lanjutkan")
    page.wait_for_url("**/pemulihan/password")
    page.goto(path)
    album.look("link-gone")


def walk_lost(page, album: Album, whom, sandbox, tmp_path) -> None:
    page.goto("/pemulihan/kehilangan")
    album.look("lost")
    page.fill("input[name=nik]", whom.nik)
    page.fill("input[name=mother_name]", whom.mother_name)
    press(page, "Berikutnya")
    page.wait_for_url("**/pemulihan/kontak")
    album.look("contacts")
    page.fill("input[name=email]", NEW_EMAIL)
    page.fill("input[name=phone]", NEW_PHONE)
    press(page, "Kirim kode")
    page.wait_for_url("**/pemulihan/kode")
    album.look("new-email")
    enter(page, code_in(sandbox.wait_for_mail(NEW_EMAIL)))
    page.get_by_role("heading", name="Buktikan nomor HP barumu").wait_for()
    enter(page, code_in(sandbox.wait_for_sms(NEW_PHONE)))
    page.wait_for_url("**/pemulihan/dokumen")
    album.look("document")
    press(page, "Kirim permohonan")
    page.wait_for_selector("[aria-invalid=true]")
    album.look("document-refused")
    card = tmp_path / "ktp.jpg"
    card.write_bytes(photo())
    page.set_input_files("input[name=photo]", card)
    press(page, "Kirim permohonan")
    page.wait_for_url("**/pemulihan/terkirim")
    album.look("submitted")
    page.goto(re.search(r"/pemulihan/henti/[\w-]+", sandbox.wait_for_mail(whom.email)["text"])[0])
    album.look("stop")
    press(page, "Itu bukan saya, hentikan")
    page.get_by_role("heading", name="Sudah dihentikan").wait_for()
    album.look("stopped")
    page.goto("/pemulihan/henti/nonsense")
    album.look("stop-gone")
    page.goto("/pemulihan/permohonan/nonsense")
    album.look("granted-gone")


@pytest.fixture(params=["script", "plain"])
def album(request):
    """Looks over a tab with JavaScript and over one without, where axe cannot run."""
    scripted = request.param == "script"
    page = request.getfixturevalue("page" if scripted else "plain_page")
    return Album(page, request.param, axe=scripted)


def test_a_forgotten_password_in_a_browser(album, app, sandbox, rina, configured):
    configured(limits="off")
    walk_forgotten(album.page, album, rina, app, sandbox, with_app(app, rina))
    assert album.wrong == {}


def test_a_mailed_link_in_a_browser(album, chromium, live, sandbox, rina):
    other = chromium.new_context(base_url=live.url, viewport=PHONE)
    walk_link(album.page, other.new_page(), album, rina, sandbox)
    other.close()
    assert album.wrong == {}


def test_everything_lost_in_a_browser(album, sandbox, rina, tmp_path, configured):
    configured(limits="off")
    sandbox.clear_inboxes()
    walk_lost(album.page, album, rina, sandbox, tmp_path)
    assert album.wrong == {}
