"""What both services do with the real provider: walking from one to the other, claims that follow the profile, leaving."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.journeys.conftest import RATNA

pytestmark = pytest.mark.any_database  # what a browser shows; the rules are tried on both stores beside it


def enter_with_consent(page: Any, service: str) -> None:
    """From the service's front page through the provider, signing in only where it asks."""
    page.goto(service)
    page.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    if page.locator("input[name=identifier]").count():
        page.fill("input[name=identifier]", RATNA["email"])
        page.fill("input[name=password]", RATNA["password"])
        page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_selector("button[value=allow]")
    page.click("button[value=allow]")
    page.wait_for_url(f"{service}/**")


def until_signed_out(page: Any, service: str, seconds: float = 30) -> bool:
    """Whether the service has forgotten the citizen within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page.goto(service)
        if page.get_by_role("link", name="Masuk dengan SIAPkerja").count():
            return True
        time.sleep(0.2)
    return False


def test_a_vacancys_missing_skill_leads_to_training_without_typing(page, services, ratna):
    enter_with_consent(page, services.karirhub)
    page.goto(f"{services.karirhub}/lowongan/staf-administrasi-depok")
    assert "3 dari 4 keahlian cocok" in page.inner_text("main")
    page.get_by_role("link", name="Cari pelatihan Microsoft Office").click()
    assert page.locator("input[name=password]").count() == 0
    page.click("button[value=allow]")
    page.wait_for_url(f"{services.skillhub}/program?keahlian=microsoft-office")
    assert "Administrasi Perkantoran Modern" in page.inner_text("main")
    page.goto(services.skillhub)
    assert "Ratna Wulandari" in page.inner_text("#data")


@pytest.mark.asvs("V10.3.3")
def test_both_services_know_the_citizen_by_one_subject(page, services, ratna, idp):
    enter_with_consent(page, services.karirhub)
    enter_with_consent(page, services.skillhub)
    for service in (services.karirhub, services.skillhub):
        page.goto(service)
        assert "Halo, Ratna" in page.inner_text("main")


def test_a_tile_of_the_portal_signs_in_with_one_click(page, live, services, ratna):
    enter_with_consent(page, services.karirhub)
    page.get_by_role("button", name="Keluar dari Karirhub saja").click()
    page.goto(live.url)
    page.locator("main").get_by_role("link", name="Karirhub").first.click()
    page.wait_for_url(f"{services.karirhub}/**")
    assert "Halo, Ratna" in page.inner_text("main")


def test_what_was_not_consented_to_is_shown_as_not_shared(page, services, ratna):
    page.goto(services.karirhub)
    page.get_by_role("link", name="Masuk dengan SIAPkerja").first.click()
    page.fill("input[name=identifier]", ratna["email"])
    page.fill("input[name=password]", ratna["password"])
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.wait_for_selector("button[value=allow]")
    page.get_by_label("Keahlian").uncheck()
    page.click("button[value=allow]")
    page.wait_for_url(f"{services.karirhub}/**")
    assert "Kami belum melihat keahlianmu" in page.inner_text("main")
    assert "Keahlian" in page.inner_text("#data .withheld")


def test_the_services_follow_the_profile(page, services, ratna, live):
    enter_with_consent(page, services.karirhub)
    assert "Juru Las Galangan" not in page.inner_text("main")
    page.goto(f"{live.url}/profil/lengkapi/keahlian")
    page.get_by_role("combobox", name="Cari Keahlian").fill("SMAW")
    page.get_by_role("button", name="Tambah", exact=True).click()
    page.get_by_role("button", name="Simpan dan Kirim").click()
    page.wait_for_url(lambda address: "keahlian" not in address)
    page.goto(services.karirhub)
    page.get_by_role("button", name="Perbarui dari SIAPkerja").click()
    assert "sudah diperbarui" in page.inner_text("[role=status]")
    assert "SMAW" in page.inner_text("#data")
    assert "Juru Las Galangan" in page.inner_text(".jobs")


def test_an_expired_access_token_is_refreshed_behind_the_scenes(page, services, ratna, configured):
    configured(access_token_lifetime=1)  # really waited for: the service's own clock judges the ID tokens that come along
    enter_with_consent(page, services.karirhub)
    for _round in range(2):
        time.sleep(1.2)
        page.get_by_role("button", name="Perbarui dari SIAPkerja").click()
        assert "sudah diperbarui" in page.inner_text("[role=status]")


def test_signing_out_at_one_service_ends_all(page, live, services, ratna):
    enter_with_consent(page, services.karirhub)
    enter_with_consent(page, services.skillhub)
    page.goto(services.karirhub)
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.wait_for_url(f"{services.karirhub}/signed-out**")
    assert "dan dari SIAPkerja" in page.inner_text("main")
    assert until_signed_out(page, services.karirhub)
    assert until_signed_out(page, services.skillhub)
    page.goto(live.url)
    page.wait_for_selector("input[name=identifier]")


def test_signing_out_at_the_provider_ends_both_services(page, live, services, ratna):
    enter_with_consent(page, services.karirhub)
    enter_with_consent(page, services.skillhub)
    page.goto(f"{live.url}/keluar")
    page.locator("main").get_by_role("button", name="Keluar").click()
    assert until_signed_out(page, services.karirhub)
    assert until_signed_out(page, services.skillhub)
