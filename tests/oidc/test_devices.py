"""A kiosk without a keyboard of its own: a person types its code elsewhere (RFC 8628)."""

from __future__ import annotations

from typing import Any

import pytest

from idp import clock
from idp.oidc.metadata import DEVICE
from tests.oidc.house import House
from tests.oidc.party import Browser, Party


@pytest.fixture
def kiosk(register: Any) -> Party:
    return register(
        client_name="Kios", token_endpoint_auth_method="none", grant_types=[DEVICE, "refresh_token"], redirect_uris=[], sector="siapkerja"
    )


def begin(kiosk: Party) -> dict[str, Any]:
    answer = kiosk.post("/oauth/device", {"scope": "openid profile offline_access"})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def poll(kiosk: Party, asked: dict[str, Any]) -> dict[str, Any]:
    return dict(kiosk.post("/oauth/token", {"grant_type": DEVICE, "device_code": asked["device_code"]}).json)


def type_code(browser: Browser, code: str) -> None:
    browser.get("/oauth/device")
    browser.post("/oauth/device/kode", {"csrf_token": browser.csrf(), "user_code": code})
    if browser.answer.status_code == 303:
        browser.follow()


def test_a_person_lets_a_kiosk_in(kiosk: Party, house: House) -> None:
    asked = begin(kiosk)
    assert poll(kiosk, asked)["error"] == "authorization_pending"
    assert poll(kiosk, asked)["error"] == "slow_down"
    browser = kiosk.browser()
    browser.sign_in(house)
    type_code(browser, asked["user_code"].lower().replace("-", " "))
    assert asked["user_code"] in browser.answer.text
    browser.decide("allow")
    assert "Perangkat terhubung" in browser.answer.text
    tokens = poll(kiosk, asked)
    assert kiosk.userinfo(tokens["access_token"]).json["name"] == "Siti Aminah"
    assert kiosk.refresh(tokens["refresh_token"]).status_code == 200
    assert poll(kiosk, asked)["error"] == "invalid_grant", "once"


def test_a_person_refuses_a_kiosk(kiosk: Party, house: House) -> None:
    asked, browser = begin(kiosk), kiosk.browser()
    browser.sign_in(house)
    type_code(browser, asked["user_code"])
    browser.decide("deny")
    assert "tidak dihubungkan" in browser.answer.text
    assert poll(kiosk, asked)["error"] == "access_denied"


def test_codes_end_and_belong_to_their_client(kiosk: Party, register: Any) -> None:
    asked = begin(kiosk)
    other: Party = register(grant_types=[DEVICE], redirect_uris=[], sector="x")
    assert poll(other, asked)["error"] == "invalid_grant"
    clock.shift(601)
    assert poll(kiosk, asked)["error"] == "expired_token"


@pytest.mark.asvs("V2.4.1")
def test_guesses_at_codes_are_counted(kiosk: Party) -> None:
    browser = kiosk.browser()
    for _ in range(10):
        type_code(browser, "BBBB-BBBB")
        assert "tidak dikenal" in browser.answer.text
    type_code(browser, begin(kiosk)["user_code"])
    assert browser.answer.status_code == 429


def test_a_client_that_is_not_registered_so_gets_no_code(party: Party) -> None:
    assert party.post("/oauth/device", {"scope": "openid"}).json["error"] == "unauthorized_client"
