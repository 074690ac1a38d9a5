"""The pages in a browser: good to read for everybody at both widths, and an inbox that shows what arrives."""

from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.outside import Outside

PHONE = "+6281200000077"


def send(client: httpx.Client, text: str) -> None:
    client.post("/sms/api/sendsms/", data={"userkey": "sandbox", "passkey": "sandbox", "to": PHONE, "message": text})


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_sticks_out(outside: Outside, client: httpx.Client, chromium: Any, width: int) -> None:
    send(client, "Kode 123456")
    outside.fault(sms="slow")
    page = chromium.new_context(base_url=outside.url, viewport={"width": width, "height": 800}).new_page()
    for path in ("/", f"/sms/{PHONE}", "/sms/+6281200000078", "/mail/siti@example.id", "/nowhere"):
        page.goto(path)
        assert [violation["id"] for violation in Axe().run(page).response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.context.close()


def test_an_open_inbox_shows_what_arrives(outside: Outside, client: httpx.Client, chromium: Any) -> None:
    page = chromium.new_context(base_url=outside.url).new_page()
    page.goto(f"/sms/{PHONE}")
    page.get_by_text("Belum ada pesan").wait_for()
    send(client, "Kode 654321")
    page.get_by_text("Kode 654321").wait_for()
    assert page.get_by_text("Belum ada pesan").count() == 0
    page.context.close()


def test_a_switch_is_turned_by_hand(outside: Outside, client: httpx.Client, chromium: Any) -> None:
    page = chromium.new_context(base_url=outside.url, java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_label("Server email").select_option("refuse")
    page.get_by_role("button", name="Terapkan").click()
    page.get_by_text("mail = refuse").wait_for()
    assert client.get("/faults.json").json()["mail"] == "refuse"
    page.get_by_role("button", name="Pulihkan semua").click()
    page.get_by_role("heading", name="Dunia di luar").wait_for()
    assert client.get("/faults.json").json()["mail"] == "ok"
    page.context.close()
