"""The story from end to end in a real browser: a citizen registers, is recognised, activates, signs in at Karirhub, walks into
Skillhub without typing, and both show claims from the profile. With and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import PATIENCE_MS
from tests.journeys.walking import PASSWORD, code_in, enter, give_contacts, register, say_who, sign_in


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def tab(request, chromium, live) -> Any:
    """A tab on the live provider, 360 px wide."""
    scripts = request.param == "with JavaScript"
    context = chromium.new_context(base_url=live.url, locale="id-ID", viewport={"width": 360, "height": 740}, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def test_a_citizen_registers_and_is_known_to_every_service(tab, live, services, sandbox):
    person = sandbox.add_person(name="Rina Kartikasari")
    register(tab, sandbox, person)
    tab.wait_for_url(f"{live.url}/")
    assert "Rina Kartikasari" in tab.inner_text("main")

    tab.goto(services.karirhub)
    tab.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    tab.wait_for_selector("button[value=allow]")
    assert "Karirhub" in tab.inner_text("main")
    assert "Rina Kartikasari" in tab.inner_text("main")
    tab.click("button[value=allow]")
    tab.wait_for_url(f"{services.karirhub}/**")
    assert "Rina Kartikasari" in tab.inner_text("body")

    tab.goto(services.skillhub)
    tab.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    tab.wait_for_selector("button[value=allow]")
    assert tab.locator("input[name=password]").count() == 0
    tab.click("button[value=allow]")
    tab.wait_for_url(f"{services.skillhub}/**")
    assert "Rina Kartikasari" in tab.inner_text("body")


@pytest.mark.any_database
def test_a_stranger_at_a_service_registers_and_arrives_there_signed_in(tab, live, services, sandbox):
    person = sandbox.add_person()
    tab.goto(services.karirhub)
    tab.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    assert "Masuk untuk melanjutkan ke" in tab.inner_text("main")
    assert "Karirhub" in tab.inner_text("main")
    tab.get_by_role("link", name="Daftar Sekarang").click()
    say_who(tab, person)
    give_contacts(tab, person)
    tab.wait_for_selector("input[name=code]")
    enter(tab, code_in(sandbox, person["phone"]))
    tab.click("button[value=allow]")
    tab.wait_for_url(f"{services.karirhub}/**")
    assert person["name"] in tab.inner_text("body")


@pytest.mark.any_database
def test_refusing_leaves_the_service_empty_handed_and_says_so_kindly(tab, live, services, sandbox):
    person = sandbox.add_person()
    register(tab, sandbox, person)
    tab.goto(services.karirhub)
    tab.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    tab.click("button[value=deny]")
    tab.wait_for_url(f"{services.karirhub}/**")
    assert person["name"] not in tab.inner_text("body")


@pytest.mark.any_database
def test_signing_out_everywhere_ends_the_sign_in_at_the_provider(tab, live, services, sandbox):
    person = sandbox.add_person()
    register(tab, sandbox, person)
    tab.goto("/keluar")
    tab.locator("main").get_by_role("button", name="Keluar").click()
    tab.goto("/")
    tab.wait_for_selector("input[name=identifier]")
    sign_in(tab, person, "Salah#Salah1")
    assert tab.locator("[role=alert]").count()
    sign_in(tab, person)
    tab.wait_for_url(f"{live.url}/")


@pytest.mark.any_database
def test_a_wrong_code_is_told_and_the_right_one_still_works(tab, live, sandbox):
    person = sandbox.add_person()
    tab.goto("/daftar")
    say_who(tab, person)
    give_contacts(tab, person)
    tab.wait_for_selector("input[name=code]")
    code = code_in(sandbox, person["phone"])
    enter(tab, f"{(int(code) + 1) % 1_000_000:06d}")
    assert tab.locator("[role=alert]").count()
    enter(tab, code)
    tab.wait_for_url(f"{live.url}/")


@pytest.mark.any_database
def test_a_late_code_is_refused_and_a_new_one_works(tab, live, sandbox, clock):
    person = sandbox.add_person()
    tab.goto("/daftar")
    say_who(tab, person)
    give_contacts(tab, person)
    tab.wait_for_selector("input[name=code]")
    late = code_in(sandbox, person["phone"])
    clock.shift(301)
    enter(tab, late)
    assert tab.locator("[role=alert]").count()
    tab.goto("/daftar/verifikasi")
    tab.get_by_role("button", name="Kirim Ulang").click()
    enter(tab, code_in(sandbox, person["phone"], after=1))
    tab.wait_for_url(f"{live.url}/")


@pytest.mark.any_database
def test_a_changed_phone_gets_the_code_and_the_old_one_does_not(tab, live, sandbox, clock):
    person, other = sandbox.add_person(), sandbox.add_person()
    tab.goto("/daftar")
    say_who(tab, person)
    give_contacts(tab, person)
    tab.wait_for_selector("input[name=code]")
    code_in(sandbox, person["phone"])
    tab.get_by_role("link", name="Ubah no HP Kamu").click()
    tab.fill("input[name=phone]", other["phone"])
    clock.shift(31)
    tab.locator("main form button.btn-primary").click()
    enter(tab, code_in(sandbox, other["phone"]))
    tab.wait_for_url(f"{live.url}/")
    assert len(sandbox.sms(person["phone"])) == 1


@pytest.mark.any_database
@pytest.mark.parametrize("outcome", ["unknown", "mother_differs", "deceased", "duplicate", "inactive"])
def test_whom_the_registry_does_not_recognise_is_told_one_and_the_same(page, sandbox, outcome):
    person = sandbox.add_person(outcome=outcome)
    page.goto("/daftar")
    say_who(page, person)
    alert = page.inner_text("[role=alert]")
    assert "Dukcapil setempat" in alert
    assert page.input_value("input[name=name]") == person["name"]


@pytest.mark.any_database
def test_an_application_survives_an_outage_and_goes_on_without_typing(page, live, sandbox, clock, worker):
    person = sandbox.add_person()
    sandbox.fault(dukcapil="http_500")
    page.goto("/daftar")
    say_who(page, person)
    page.get_by_role("heading", name="Menunggu jawaban Dukcapil").wait_for()
    sandbox.clear_faults()
    clock.shift(120)
    worker.drain()  # asks the registry again
    page.goto("/daftar")
    page.get_by_role("button", name="Lanjutkan").click()
    give_contacts(page, person)
    enter(page, code_in(sandbox, person["phone"]))
    page.wait_for_url(f"{live.url}/")
    assert person["name"] in page.inner_text("main")


@pytest.mark.any_database
def test_the_password_is_the_one_that_was_chosen(page, live, sandbox):
    person = sandbox.add_person()
    register(page, sandbox, person)
    page.context.clear_cookies()
    page.goto("/masuk")
    sign_in(page, {"phone": person["phone"].replace("+62", "0")}, PASSWORD)
    page.wait_for_url(f"{live.url}/")
    assert person["name"] in page.inner_text("main")
