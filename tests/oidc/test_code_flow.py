"""The code flow from end to end, as a relying party and a citizen see it."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask

from idp import clock, oidc
from idp.oidc.jose import b64
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Party, values_of


@pytest.mark.asvs("V10.7.2", "V10.3.2", "V8.2.3")
def test_a_signed_in_citizen_consents_once_and_the_service_reads_the_claims(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser)
    assert browser.follow().status_code == 200
    assert "Karirhub meminta data kamu" in browser.answer.text
    assert "Siti Aminah" in browser.answer.text
    assert "karirhub.example" in browser.answer.text
    browser.decide("allow")
    answer = values_of(browser.answer)
    assert browser.at.startswith("https://karirhub.example/kembali?")
    assert answer["state"] == "st4te"
    assert answer["iss"] == ISSUER
    tokens = party.redeem(answer["code"]).json
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    assert "refresh_token" not in tokens
    claims = party.verified(tokens["id_token"])
    assert claims["iss"] == ISSUER
    assert claims["aud"] == party.client_id
    assert claims["nonce"] == "n0nce"
    assert claims["acr"] == "urn:siapkerja:acr:password"
    assert claims["amr"] == ["pwd"]
    assert claims["at_hash"] == b64(hashlib.sha256(tokens["access_token"].encode()).digest()[:16])
    assert "email" not in claims
    told = party.userinfo(tokens["access_token"]).json
    assert told["sub"] == claims["sub"] != "siti"
    assert told["name"] == "Siti Aminah"
    assert told["email_verified"] is True
    assert "phone_number" not in told
    party.ask(browser)
    assert "code" in values_of(browser.answer), "consent is remembered"


def test_a_citizen_who_is_not_signed_in_signs_in_and_comes_back(party: Party, house: House) -> None:
    browser = party.browser()
    party.ask(browser)
    assert browser.at.startswith("/masuk?next=/oauth/authorize/")
    assert house.hints[0].client_name == "Karirhub"
    assert house.hints[0].return_origin == "https://karirhub.example"
    browser.post(browser.at)
    browser.follow()
    browser.decide("allow")
    assert "code" in values_of(browser.answer)


@pytest.mark.asvs("V3.7.3", "V10.7.1")
def test_a_declined_consent_is_told_to_the_service(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser)
    browser.follow()
    browser.decide("deny")
    assert values_of(browser.answer)["error"] == "access_denied"
    assert values_of(browser.answer)["iss"] == ISSUER


@pytest.mark.asvs("V10.7.3")
def test_a_voluntary_claim_can_be_declined_by_itself(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser, scope="openid profile email phone")
    browser.follow()
    browser.decide("allow", without=("phone_number",))
    tokens = party.redeem(values_of(browser.answer)["code"]).json
    told = party.userinfo(tokens["access_token"]).json
    assert "phone_number" not in told
    assert "phone_number_verified" not in told
    assert told["email"]
    party.ask(browser, scope="openid profile email phone")
    assert "code" in values_of(browser.answer), "what was declined is not asked again"
    party.ask(browser, scope="openid profile email phone", claims='{"userinfo": {"phone_number": {"essential": true}}}')
    assert browser.follow().status_code == 200, "but it is when the service cannot do without"
    assert "wajib" in browser.answer.text


@pytest.mark.asvs("V10.7.1")
def test_a_citizen_is_asked_again_when_more_is_asked_and_after_a_year(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.code(browser)
    party.ask(browser, scope="openid profile email keahlian")
    assert browser.follow().status_code == 200
    clock.shift(366 * 86400)
    browser.sign_in(house)
    party.ask(browser)
    assert browser.follow().status_code == 200


def test_a_first_party_service_skips_the_consent_page(register: object, house: House) -> None:
    party: Party = register(first_party=True)  # type: ignore[operator]
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser)
    assert "code" in values_of(browser.answer)


@pytest.mark.asvs("V10.7.1", "V2.3.1")
def test_a_request_belongs_to_the_browser_that_began_it(party: Party, house: House) -> None:
    browser, stranger = party.browser(), party.browser()
    party.ask(browser)
    stranger.sign_in(house, "budi")
    stranger.get(browser.at.removeprefix("/masuk?next="))
    assert stranger.answer.status_code == 400
    assert "Location" not in stranger.answer.headers


@pytest.mark.asvs("V3.5.1")
def test_a_consent_form_without_its_token_changes_nothing(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser)
    browser.follow()
    assert browser.post(browser.answer.request.path, {"decision": "allow"}).status_code == 400


def test_a_request_by_post_is_answered_too(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    browser.post("/oauth/authorize", party.parameters())
    assert browser.at.startswith("/oauth/authorize/")
    browser.follow()
    browser.decide("allow")
    assert "code" in values_of(browser.answer)


@pytest.mark.asvs("V11.2.2")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_id_tokens_are_signed_with_the_algorithm_that_the_client_registered(register: object, house: House, alg: str) -> None:
    party: Party = register(id_token_signed_response_alg=alg, first_party=True)  # type: ignore[operator]
    browser = party.browser()
    browser.sign_in(house)
    assert party.verified(party.tokens(browser)["id_token"], alg)["sub"]


@pytest.mark.asvs("V10.3.3", "V8.4.1")
def test_partners_see_other_subjects_and_the_ministrys_services_the_same(register: object, house: House) -> None:
    def subject(**metadata: object) -> str:
        party: Party = register(first_party=True, **metadata)  # type: ignore[operator]
        browser = party.browser()
        browser.sign_in(house)
        return str(party.verified(party.tokens(browser)["id_token"])["sub"])

    assert subject() == subject()
    assert subject(sector="mitra.example") not in (subject(), subject(sector="lain.example"))


@pytest.mark.asvs("V8.3.2", "V7.4.2")
def test_a_suspended_account_gets_nothing_more(party: Party, house: House, provider: Flask) -> None:
    browser = party.browser()
    browser.sign_in(house)
    code, tokens = party.code(browser), party.tokens(browser, scope="openid offline_access")
    house.suspended.add("siti")
    assert party.redeem(code).json["error"] == "invalid_grant"
    assert party.userinfo(tokens["access_token"]).status_code == 401
    refused = party.refresh(tokens["refresh_token"], resource="https://other.example").json
    assert refused == {
        "error": "invalid_grant",
        "error_description": "The refresh token is unknown, used, expired, revoked, or not this client's.",
    }, "whatever else is wrong with it"
    party.ask(browser)
    assert values_of(browser.answer)["error"] == "access_denied"
    house.suspended.clear()
    assert party.userinfo(tokens["access_token"]).status_code == 401, "who tried meanwhile has lost what they held"
    assert party.post("/oauth/introspect", {"token": tokens["refresh_token"]}).json == {"active": False}


@pytest.mark.asvs("V10.7.1")
def test_a_service_that_asks_for_nothing_but_the_sign_in_is_let_in_once_by_its_person(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser, scope="openid")
    assert "hanya ingin tahu bahwa kamu sudah masuk" in browser.follow().text
    browser.decide("allow")
    assert "code" in values_of(browser.answer)
    assert "code" in values_of(party.ask(browser, scope="openid"))


@pytest.mark.asvs("V10.7.3", "V10.4.9", "V8.3.2")
def test_a_withdrawn_consent_ends_tokens_and_is_asked_for_again(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    tokens = party.tokens(browser, scope="openid profile offline_access")
    with party.app.app_context():
        assert [one.client_id for one in oidc.connections("siti")] == [party.client_id]
        oidc.withdraw(party.client_id, "siti")
        assert oidc.connections("siti") == []
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.refresh(tokens["refresh_token"]).status_code == 400
    party.ask(browser)
    assert browser.follow().status_code == 200
