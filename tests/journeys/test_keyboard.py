"""Who uses no mouse: every step of the door and the way into the wizard by Tab, typing and Enter, with the focus in sight."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.walking import PASSWORD, code_in
from tests.profile.conftest import citizen, rina, tab
from tests.profile.filling import fill

__all__ = ["citizen", "rina", "tab"]

pytestmark = pytest.mark.any_database

MOST_TABS = 40
RING = "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3; }"


def reach(page: Any, selector: str) -> None:
    """Press Tab until the focus is on what `selector` names; everything on the way shows its focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if not page.evaluate("() => document.activeElement === document.body"):
            assert page.evaluate(RING), page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


def write(page: Any, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.type(text)


def press(page: Any, selector: str) -> None:
    reach(page, selector)
    page.keyboard.press("Enter")


def test_registration_sign_in_and_the_wizard_need_no_mouse(page: Any, live: Any, sandbox: Any) -> None:
    person = sandbox.add_person()
    page.goto("/masuk")
    reach(page, ".skip")
    press(page, "a[href^='/daftar']")
    page.wait_for_url("**/daftar")
    for field in ("nik", "name", "mother_name"):
        write(page, f"[name={field}]", person[field])
    page.keyboard.press("Enter")
    page.wait_for_url("**/daftar/kontak")
    for field in ("email", "phone"):
        write(page, f"[name={field}]", person[field])
    write(page, "[name=password]", PASSWORD)
    press(page, "[data-show-password]")
    assert page.get_attribute("[name=password]", "type") == "text"
    press(page, ".btn-primary")
    page.wait_for_url("**/daftar/verifikasi")
    write(page, "[name=code]", code_in(sandbox, person["phone"]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/")

    page.goto("/keluar")
    press(page, "main button")
    page.get_by_role("heading", name="Kamu sudah keluar").wait_for()
    page.goto("/masuk?next=/profil/lengkapi/biodata")
    write(page, "[name=identifier]", person["email"])
    write(page, "[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live.url}/profil/lengkapi/biodata")
    write(page, "[name=birthplace]", "Bandung")
    reach(page, "[name=sex]")
    page.keyboard.press("Space")
    reach(page, "[name=location]")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("() => document.activeElement.value") == "abroad"
    press(page, ".walk .btn-primary, .actions .btn-primary")
    page.wait_for_selector("[role=alert]")
    assert page.input_value("[name=birthplace]") == "Bandung"


def test_all_seven_steps_of_the_wizard_need_no_mouse(tab: Any, app: Any, rina: Any) -> None:
    with app.app_context():
        fill(rina.account_id)
    tab.goto("/profil/lengkapi/foto")
    for step in ("foto", "biodata"):
        tab.wait_for_url(f"**/profil/lengkapi/{step}")
        press(tab, "button[value=next]")
    tab.wait_for_url("**/profil/lengkapi/pendidikan")
    press(tab, "button[value=add]")
    tab.wait_for_url("**/profil/lengkapi/pendidikan/baru")
    reach(tab, "[name=level]")
    tab.keyboard.type("SMA")
    write(tab, "[name=institution]", "SMA Negeri 3 Bandung")
    write(tab, "[name=start_year]", "2007")
    write(tab, "[name=end_year]", "2010")
    tab.keyboard.press("Enter")
    tab.get_by_role("link", name="Ubah SMA Negeri 3 Bandung").wait_for()
    for step in ("pendidikan", "pengalaman", "pelatihan", "sertifikasi"):
        tab.wait_for_url(f"**/profil/lengkapi/{step}")
        press(tab, "button[value=next]")
    tab.wait_for_url("**/profil/lengkapi/keahlian")
    press(tab, "button[value=next]")
    tab.wait_for_url("**/profil")
    assert "SMA Negeri 3 Bandung" in tab.inner_text("main")
