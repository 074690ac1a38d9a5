"""What holds on every page, at both sizes and in both languages: axe finds nothing, nothing sticks out, fingers find the buttons."""

from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import signing_in
from tests.journeys import walking
from tests.oidc.party import Party

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
NARROWEST = {"width": 320, "height": 640}  # and what is left of a desk at 400 % (WCAG 1.4.10)
pytestmark = pytest.mark.any_database
OPEN_TO_ALL = ("/masuk", "/daftar", "/pemulihan", "/bantuan", "/kebijakan-privasi", "/syarat-ketentuan", "/pengembang", "/nothing-here")

STICKS_OUT = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll("button, .btn, summary, select, textarea, .choice, .tile, footer a, \
input:not([type=hidden]):not([type=checkbox]):not([type=radio])")]
    .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.closest(".visually-hidden, [aria-hidden=true]"))
    .filter((e) => e.getBoundingClientRect().height < 47.5).map((e) => e.outerHTML.slice(0, 120))"""
TOO_FINE = """() => [...new Set([...document.body.querySelectorAll("*")]
    .filter((e) => e.checkVisibility() && !e.closest("svg, .brand"))
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.outerHTML.slice(0, 120)))]"""


@pytest.fixture(autouse=True)
def complaints(page):
    """What the browser itself complained of: errors of scripts, breaches of the content security policy."""
    heard = []
    page.on("console", lambda said: heard.append(said.text) if said.type == "error" and "status of 4" not in said.text else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


def faults(page, axe_at=(PHONE, DESK)):
    """What is wrong with the page that the tab shows, on a phone and on a desk."""
    found = []
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        if size in axe_at:
            found += [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in Axe().run(page).response["violations"]]
        if (beyond := page.evaluate(STICKS_OUT)) > 0:
            found.append(f"{size['width']}: wider than the screen by {beyond} px")
        found += [f"{size['width']}: too small for a finger: {one}" for one in page.evaluate(TOO_SMALL)]
        found += [f"{size['width']}: text under 16 px: {one}" for one in page.evaluate(TOO_FINE)]
    page.set_viewport_size(NARROWEST)
    if (beyond := page.evaluate(STICKS_OUT)) > 0:
        found.append(f"{NARROWEST['width']}: wider than the screen by {beyond} px")
    page.set_viewport_size(PHONE)
    return found


def look_at(page, path):
    """Open a page in both languages, and collect what is wrong. Axe, which takes its time, sees each language and each size once."""
    found = []
    for language, size in (("id", PHONE), ("en", DESK)):
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        found += faults(page, axe_at=(size,))
    return found


def what_is_wrong(page, paths):
    """The faults of those among several pages that have some."""
    found = {path: look_at(page, path) for path in paths}
    return {path: wrong for path, wrong in found.items() if wrong}


def test_pages_that_are_open_to_all_are_fit_for_everybody(page):
    assert what_is_wrong(page, OPEN_TO_ALL) == {}


STEPS = ("foto", "biodata", "pendidikan", "pengalaman", "pelatihan", "sertifikasi", "keahlian")
SIGNED_IN = {
    "portal": ("/", "/layanan", "/profil"),
    "wizard": tuple(f"/profil/lengkapi/{step}" for step in STEPS),
    "entries": tuple(f"/profil/lengkapi/{step}/baru" for step in STEPS[2:6]),
}


@pytest.mark.parametrize("paths", SIGNED_IN.values(), ids=SIGNED_IN)
def test_pages_behind_the_sign_in_are_fit_for_everybody(page, app, paths):
    signing_in.signed_in_page(page, app, signing_in.new_account(app))
    assert what_is_wrong(page, paths) == {}


def test_every_state_of_registration_is_fit_for_everybody(page, sandbox):
    person = sandbox.add_person()
    found = {}

    def state(name):
        found[name] = faults(page)

    page.goto("/daftar")
    walking.say_who(page, person, nik="123", name="")
    page.wait_for_selector("[aria-invalid=true]")
    state("identity with faults")
    walking.say_who(page, person, mother_name="Bukan Ibunya")
    page.wait_for_selector("[role=alert]")
    state("not recognised")
    walking.say_who(page, person)
    page.wait_for_url("**/daftar/kontak*")
    state("contacts")
    page.fill("input[name=password]", "pendek")
    page.get_by_role("button", name="Daftar Sekarang").click()
    page.wait_for_selector("[aria-invalid=true]")
    state("contacts with faults")
    walking.give_contacts(page, person)
    page.wait_for_selector("input[name=code]")
    state("code")
    page.goto("/daftar")
    state("an unfinished one is found again")
    page.goto("/daftar/verifikasi")
    page.get_by_role("link", name="Ubah no HP").click()
    page.wait_for_selector("input[name=phone]")
    state("another phone")
    page.go_back()
    walking.enter(page, "000000")
    page.wait_for_selector("[role=alert]")
    state("wrong code")
    walking.enter(page, walking.code_in(sandbox, person["phone"]))
    page.wait_for_selector(".portal")

    page.context.clear_cookies()
    page.goto("/daftar")
    walking.say_who(page, person)
    newcomer = sandbox.add_person()
    walking.give_contacts(page, newcomer)
    page.wait_for_selector("input[name=code]")
    walking.enter(page, walking.code_in(sandbox, newcomer["phone"]))
    page.get_by_role("heading", name="NIK ini sudah punya akun").wait_for()
    state("the NIK has an account")
    sandbox.fault(dukcapil="http_500")
    page.context.clear_cookies()
    page.goto("/daftar")
    walking.say_who(page, sandbox.add_person())
    page.get_by_role("heading", name="Menunggu jawaban Dukcapil").wait_for()
    state("the registry does not answer")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_refused_sign_in_is_fit_for_everybody(page):
    page.goto("/masuk")
    page.fill("#identifier", "siapa@example.id")
    page.fill("#password", "Rahasia#1")
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_selector("[role=alert]")
    assert faults(page) == []


def test_an_open_menu_is_fit_for_everybody(page, app):
    signing_in.signed_in_page(page, app, signing_in.new_account(app))
    page.goto("/")
    page.get_by_text("Menu", exact=True).click()
    assert page.get_by_role("button", name="Keluar").is_visible()
    assert faults(page) == []


def test_the_pages_between_a_service_and_its_person_are_fit_for_everybody(page, app):
    party = Party.register(app, purpose="mencocokkan lowongan dengan keahlianmu")
    request = f"/oauth/authorize?{urlencode(party.parameters())}"
    found = {}

    def state(name, path, sign):
        page.goto(path)
        page.wait_for_selector(sign)
        found[name] = faults(page)

    state("sign-in on the way to a service", request, ".destination")
    state("a request that must not be answered", request.replace("redirect_uri=", "redirect_uri=x"), "h1")
    signing_in.signed_in_page(page, app, signing_in.new_account(app))
    state("consent", request, "[name=decision]")
    page.locator(".asks-more summary").click()
    found["consent, all of it"] = faults(page)
    state("a step that is over", "/oauth/authorize/no-such-request", "h1")
    state("which account", f"{request}&prompt=select_account", "[name=account]")
    state("leave everything?", "/oauth/logout", "[name=decision]")
    state("leave?", "/keluar", "h1")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
