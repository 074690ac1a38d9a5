"""What holds on every page, at both sizes and in both languages: axe finds nothing, nothing sticks out, fingers find the buttons."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import signing_in

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
LANGUAGES = ("id", "en")
OPEN_TO_ALL = ("/masuk", "/daftar", "/bantuan", "/kebijakan-privasi", "/syarat-ketentuan", "/nothing-here")

STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll("button, .btn, summary, select, textarea, .choice, .tile, footer a, \
input:not([type=hidden]):not([type=checkbox]):not([type=radio])")]
    .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".visually-hidden, [aria-hidden=true]"))
    .filter((e) => e.getBoundingClientRect().height < 47.5).map((e) => e.outerHTML.slice(0, 120))"""
TOO_FINE = """() => [...new Set([...document.body.querySelectorAll("*")]
    .filter((e) => e.checkVisibility() && !e.closest("svg, .brand"))
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.outerHTML.slice(0, 120)))]"""


def faults(page):
    """What is wrong with the page that the tab shows."""
    found = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in Axe().run(page).response["violations"]]
    if (beyond := page.evaluate(STICKS_OUT)) > 0:
        found.append(f"wider than the screen by {beyond} px")
    found += [f"too small for a finger: {one}" for one in page.evaluate(TOO_SMALL)]
    found += [f"text under 16 px: {one}" for one in page.evaluate(TOO_FINE)]
    return found


def look_at(page, path):
    """Open a page at both sizes and in both languages, and collect what is wrong and what the browser complained of."""
    found, complaints = [], []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" and "404" not in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for language in LANGUAGES:
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            found += [f"{language} {size['width']}: {one}" for one in faults(page)]
    return found + complaints


@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_a_page_that_is_open_to_all_is_fit_for_everybody(page, path):
    assert look_at(page, path) == []


SIGNED_IN = (
    "/",
    "/layanan",
    "/profil",
    *(f"/profil/lengkapi/{step}" for step in ("foto", "biodata", "pendidikan", "pengalaman", "pelatihan", "sertifikasi", "keahlian")),
    *(f"/profil/lengkapi/{step}/baru" for step in ("pendidikan", "pengalaman", "pelatihan", "sertifikasi")),
)


@pytest.mark.parametrize("path", SIGNED_IN)
def test_a_page_behind_the_sign_in_is_fit_for_everybody(page, app, path):
    signing_in.signed_in_page(page, app, signing_in.new_account(app))
    assert look_at(page, path) == []
