"""One walk through /akun in Chromium: a person takes the account into their own hands, page by page, on a cheap phone."""

from __future__ import annotations

import json
import re

import pytest

from idp import oidc
from tests.owning import App, holder, sign_in
from tests.selfservice.test_look import cookies_to
from tests.selfservice.test_records import karirhub, let_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.any_database  # what a browser shows; the rules are tried on both stores beside it

NEW_PASSWORD = "Gunung!Merapi-88"


@pytest.fixture
def rina(app):
    return holder(app)


@pytest.fixture
def tab(app, http, page, live, rina, karirhub):  # noqa: F811
    """Rina's phone, signed in just now; she is signed in on another device, and has let Karirhub in."""
    page.base = live.url
    let_in(app, karirhub, rina)
    sign_in(http.another(), rina)
    sign_in(http, rina)
    cookies_to(page, http)
    return page


def open_from_overview(tab, name):
    tab.goto("/akun")
    tab.get_by_role("link", name=name, exact=True).first.click()


def press(tab, name):
    tab.get_by_role("button", name=name).click()


def test_a_person_takes_the_account_into_their_own_hands(app, tab, rina, texts, mails, karirhub):  # noqa: F811
    faults = []
    tab.on("pageerror", lambda fault: faults.append(str(fault)))

    open_from_overview(tab, "Email dan nomor HP")
    tab.get_by_role("link", name="Ganti nomor HP").click()
    tab.get_by_label("Nomor HP baru").fill("0857 3344 5566")
    press(tab, "Kirim kode")
    tab.get_by_role("heading", name="Tulis kode dari HP kamu").wait_for()
    tab.get_by_label("Kode 6 angka").fill(re.findall(r"#(\d{6})", texts("+6285733445566"))[-1])
    press(tab, "Konfirmasi")
    tab.get_by_text("Nomor HP kamu sudah dikonfirmasi.").wait_for()
    assert "/akun/urungkan/" in texts(rina.phone)
    press(tab, "Kirim tautan konfirmasi")
    tab.get_by_text("Tautan konfirmasi sudah dikirim").wait_for()
    tab.goto(re.findall(r"/akun/kontak/email/[\w-]{43}", mails(rina.email))[-1])
    tab.locator("main form button").last.click()
    tab.get_by_text("Emailmu sudah dikonfirmasi.").wait_for()

    open_from_overview(tab, "Perangkat dan sesi")
    tab.get_by_role("button", name=re.compile("Keluarkan semua")).click()
    tab.get_by_text("Semua perangkat lain sudah dikeluarkan.").wait_for()

    open_from_overview(tab, "Layanan terhubung")
    press(tab, "Cabut izin Karirhub")
    tab.get_by_text("Izin Karirhub sudah dicabut").wait_for()
    with app.app_context():
        assert not oidc.connections(rina.account_id)

    open_from_overview(tab, "Data saya")
    with tab.expect_download() as download:
        press(tab, "Unduh")
    found = json.loads(download.value.path().read_text())
    assert found["account"]["phone"] == "+6285733445566"
    tab.get_by_role("link", name="Minta koreksi data").click()
    tab.get_by_label("Nama lengkap").check()
    tab.get_by_label("Apa yang salah, dan apa yang benar?").fill("Nama saya kurang satu huruf.")
    press(tab, "Kirim ke petugas")
    tab.get_by_text("Permintaanmu sudah dikirim").wait_for()
    open_from_overview(tab, "Siapa membaca data saya")
    tab.get_by_text("Belum ada layanan yang membaca datamu.").wait_for()

    open_from_overview(tab, "Password")
    tab.get_by_label("Password sekarang", exact=True).fill(rina.password)
    tab.get_by_label("Password baru", exact=True).fill(NEW_PASSWORD)
    press(tab, "Ganti password")
    tab.get_by_text("Password kamu sudah diganti.").wait_for()

    open_from_overview(tab, "Masuk dua langkah")
    tab.get_by_role("link", name="Tambah aplikasi").click()
    assert tab.locator("svg.qr").is_visible()
    secret = tab.locator("code.key").inner_text().replace(" ", "")
    tab.get_by_label("Nama perangkat").fill("HP Rina")
    tab.get_by_label("Kode 6 angka dari aplikasi").fill(App(secret).code())
    press(tab, "Pasang")
    tab.get_by_role("heading", name="Kode pemulihan kamu").wait_for()
    assert tab.locator(".recovery-codes li").count() == 10
    assert tab.get_by_role("button", name="Cetak").is_visible()

    tab.goto("/akun/hapus")
    press(tab, "Hapus akun saya")
    tab.get_by_text("Akunmu akan dihapus untuk selamanya").wait_for()
    press(tab, "Batalkan, saya tetap memakai akun ini")
    tab.get_by_text("Penghapusan dibatalkan.").wait_for()

    open_from_overview(tab, "Riwayat")
    told = tab.locator("main").inner_text()
    for words in ("Nomor HP diganti", "Email dikonfirmasi", "Izin membaca data dicabut", "Data diunduh", "Koreksi data diminta",
                  "Password diganti", "Aplikasi autentikator ditambahkan", "Penghapusan akun dibatalkan"):  # fmt: skip
        assert words in told
    assert faults == []
