"""The parameters that say how a person is to be met: prompt, max_age, hints, acr, locales."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp import clock
from tests.oidc.house import ACRS, House
from tests.oidc.party import Browser, Party, values_of

MFA = ACRS[2]


@pytest.fixture
def trusted(register: Any) -> Party:
    return register(first_party=True)


@pytest.fixture
def browser(trusted: Party, house: House) -> Browser:
    found = trusted.browser()
    found.sign_in(house)
    return found


def sign_in_again(browser: Browser, **how: str) -> None:
    """Use the sign-in page that the browser was sent to, then go on."""
    assert browser.at.startswith("/masuk"), browser.at
    browser.post(browser.at, query_string=None) if not how else browser.post(browser.at + "".join(f"&{k}={v}" for k, v in how.items()))
    browser.follow()


@pytest.mark.asvs("V7.6.2")
def test_prompt_none_is_answered_without_a_page(trusted: Party, browser: Browser, party: Party) -> None:
    assert "code" in values_of(trusted.ask(browser, prompt="none"))
    assert values_of(trusted.ask(trusted.browser(), prompt="none"))["error"] == "login_required"
    assert values_of(party.ask(browser, prompt="none"))["error"] == "consent_required"


def test_prompt_none_by_post_is_answered_too(trusted: Party, browser: Browser) -> None:
    browser.post("/oauth/authorize", trusted.parameters(prompt="none"))
    browser.follow()
    assert "code" in values_of(browser.answer)
    stranger = trusted.browser()
    stranger.post("/oauth/authorize", trusted.parameters(prompt="none"))
    assert values_of(stranger.follow())["error"] == "login_required"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}, {"prompt": "login consent"}])
def test_a_fresh_sign_in_is_asked_for_and_cannot_be_skipped(
    trusted: Party, browser: Browser, house: House, changes: dict[str, str]
) -> None:
    first = trusted.verified(trusted.tokens(browser)["id_token"])["auth_time"]
    clock.shift(5)
    trusted.ask(browser, **changes)
    assert house.hints[-1].fresh
    path = browser.at.partition("next=")[2]
    browser.get(path)
    assert browser.at.startswith("/masuk"), "coming back without signing in leads to the sign-in page again"
    sign_in_again(browser)
    if browser.answer.status_code == 200:
        browser.decide("allow")
    tokens = trusted.redeem(values_of(browser.answer)["code"]).json
    assert trusted.verified(tokens["id_token"])["auth_time"] >= first + 5


@pytest.mark.asvs("V7.6.1")
def test_an_old_sign_in_is_renewed_when_max_age_says_so(trusted: Party, browser: Browser) -> None:
    clock.shift(100)
    assert "code" in values_of(trusted.ask(browser, max_age="10000"))
    trusted.ask(browser, max_age="50")
    sign_in_again(browser)
    assert "code" in values_of(browser.answer)
    assert values_of(trusted.ask(browser, max_age="50", prompt="none")).get("code")
    clock.shift(100)
    assert values_of(trusted.ask(browser, max_age="50", prompt="none"))["error"] == "login_required"


def test_the_id_token_hint_names_who_has_to_be_signed_in(trusted: Party, browser: Browser, house: House) -> None:
    hint = trusted.tokens(browser)["id_token"]
    assert "code" in values_of(trusted.ask(browser, id_token_hint=hint, prompt="none"))
    other = trusted.browser()
    other.sign_in(house, "budi")
    assert values_of(trusted.ask(other, id_token_hint=hint, prompt="none"))["error"] == "login_required"
    trusted.ask(other, id_token_hint=hint)
    sign_in_again(other, who="budi")
    assert values_of(other.answer)["error"] == "login_required", "signing in as the wrong person again ends it"
    trusted.ask(other, id_token_hint=hint)
    sign_in_again(other, who="siti")
    assert "code" in values_of(other.answer)


@pytest.mark.asvs("V9.2.3", "V9.1.1")
def test_a_hint_of_another_client_or_changed_is_refused(trusted: Party, browser: Browser, register: Any) -> None:
    other: Party = register(first_party=True)
    hint = other.tokens(browser)["id_token"]
    assert values_of(trusted.ask(browser, id_token_hint=hint))["error"] == "invalid_request"
    own = trusted.tokens(browser)["id_token"]
    assert values_of(trusted.ask(browser, id_token_hint=own[:-4] + "AAAA"))["error"] == "invalid_request"


def test_a_subject_that_claims_ask_for_has_to_be_the_one(trusted: Party, browser: Browser, house: House) -> None:
    subject = trusted.verified(trusted.tokens(browser)["id_token"])["sub"]
    claims = json.dumps({"id_token": {"sub": {"value": subject}}})
    assert "code" in values_of(trusted.ask(browser, claims=claims, prompt="none"))
    other = trusted.browser()
    other.sign_in(house, "budi")
    assert values_of(trusted.ask(other, claims=claims, prompt="none"))["error"] == "login_required"


def test_select_account_asks_with_which_account_to_go_on(trusted: Party, browser: Browser) -> None:
    trusted.ask(browser, prompt="select_account")
    assert "Siti Aminah" in browser.follow().text
    path = browser.answer.request.path
    browser.post(path, {"csrf_token": browser.csrf(), "account": "same"})
    browser.follow()
    assert "code" in values_of(browser.answer)
    trusted.ask(browser, prompt="select_account")
    browser.follow()
    browser.post(browser.answer.request.path, {"csrf_token": browser.csrf(), "account": "other"})
    sign_in_again(browser, who="budi")
    assert "code" in values_of(browser.answer)


def test_prompt_create_leads_to_registration_and_back(trusted: Party, browser: Browser) -> None:
    trusted.ask(browser, prompt="create")
    assert browser.at.startswith("/daftar?next=/oauth/authorize/")
    browser.post(browser.at)
    browser.follow()
    assert "code" in values_of(browser.answer)


def test_prompt_consent_asks_even_at_a_first_party_service(trusted: Party, browser: Browser) -> None:
    trusted.ask(browser, prompt="consent")
    assert browser.follow().status_code == 200
    browser.decide("allow")
    assert "code" in values_of(browser.answer)


class TestStrength:
    def test_a_wished_acr_is_reached_by_a_second_factor(self, trusted: Party, browser: Browser, house: House) -> None:
        house.second_factor.add("siti")
        trusted.ask(browser, acr_values=ACRS[2])
        assert house.hints[-1].acr_values == (ACRS[2],)
        sign_in_again(browser, acr=ACRS[2])
        tokens = trusted.redeem(values_of(browser.answer)["code"]).json
        claims = trusted.verified(tokens["id_token"])
        assert claims["acr"] == ACRS[2]
        assert claims["amr"] == ["pwd", "otp"]

    def test_a_wished_acr_that_cannot_be_reached_is_no_obstacle(self, trusted: Party, browser: Browser) -> None:
        tokens = trusted.redeem(values_of(trusted.ask(browser, acr_values=ACRS[2]))["code"]).json
        assert trusted.verified(tokens["id_token"])["acr"] == ACRS[0]

    def test_a_wish_that_is_not_met_after_all_is_no_obstacle_either(self, trusted: Party, browser: Browser, house: House) -> None:
        house.second_factor.add("siti")
        trusted.ask(browser, acr_values=ACRS[2])
        sign_in_again(browser)
        assert "code" in values_of(browser.answer)

    @pytest.mark.asvs("V6.3.3")
    def test_an_essential_acr_is_reached_or_refused(self, trusted: Party, browser: Browser, house: House) -> None:
        claims = json.dumps({"id_token": {"acr": {"essential": True, "values": [ACRS[2]]}}})
        assert values_of(trusted.ask(browser, claims=claims))["error"] == "unmet_authentication_requirements"
        house.second_factor.add("siti")
        trusted.ask(browser, claims=claims)
        sign_in_again(browser)
        assert values_of(browser.answer)["error"] == "unmet_authentication_requirements"

    def test_a_stronger_sign_in_satisfies_a_weaker_wish(self, trusted: Party, house: House) -> None:
        browser = trusted.browser()
        browser.sign_in(house, acr=ACRS[2])
        tokens = trusted.redeem(values_of(trusted.ask(browser, acr_values=ACRS[0]))["code"]).json
        assert trusted.verified(tokens["id_token"])["acr"] == ACRS[0]


def test_claims_asked_for_one_by_one_go_where_they_were_asked(trusted: Party, browser: Browser) -> None:
    claims = json.dumps({"id_token": {"email": None, "nothing": None}, "userinfo": {"name": {"essential": True}, "iss": None}})
    tokens = trusted.tokens(browser, scope="openid", claims=claims)
    told = trusted.verified(tokens["id_token"])
    assert told["email"] == "siti.aminah@example.id"
    assert "name" not in told
    assert set(trusted.userinfo(tokens["access_token"]).json) == {"sub", "name"}


def test_a_claim_of_another_value_than_asked_for_is_left_out(trusted: Party, browser: Browser) -> None:
    claims = json.dumps({"userinfo": {"name": {"value": "Orang Lain"}, "email": {"values": ["siti.aminah@example.id", "x"]}}})
    told = trusted.userinfo(trusted.tokens(browser, scope="openid", claims=claims)["access_token"]).json
    assert set(told) == {"sub", "email"}


def test_hints_reach_the_sign_in_page(trusted: Party, house: House) -> None:
    trusted.ask(trusted.browser(), login_hint="siti@example.id", ui_locales="en id", display="popup")
    assert house.hints[-1].login_hint == "siti@example.id"
    assert house.hints[-1].ui_locales == ("en", "id")


class TestChallenges:
    """RFC 9470: a token from too weak or too old a sign-in opens nothing, and the challenge says what would."""

    def test_a_stronger_sign_in_is_asked_for_and_does(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True, userinfo_acr_values=[MFA])
        house.second_factor = {"siti"}
        browser = party.browser()
        browser.sign_in(house)
        answer = party.userinfo(party.tokens(browser)["access_token"])
        assert answer.status_code == 401
        assert answer.json["error"] == "insufficient_user_authentication"
        assert f'acr_values="{MFA}"' in answer.headers["WWW-Authenticate"]
        party.ask(browser, acr_values=MFA)
        browser.follow()
        browser.post(f"{browser.answer.request.full_path}&acr={MFA}")
        browser.follow()
        told = party.redeem(values_of(browser.answer)["code"]).json
        assert party.userinfo(told["access_token"]).status_code == 200

    def test_a_more_recent_sign_in_is_asked_for_and_does(self, register: Any, house: House) -> None:
        party: Party = register(first_party=True, userinfo_max_age=300)
        browser = party.browser()
        browser.sign_in(house)
        token = party.tokens(browser)["access_token"]
        assert party.userinfo(token).status_code == 200
        clock.shift(301)
        answer = party.userinfo(token)
        assert (answer.status_code, answer.json["error"]) == (401, "insufficient_user_authentication")
        assert 'max_age="300"' in answer.headers["WWW-Authenticate"]
        browser.sign_in(house)
        assert party.userinfo(party.tokens(browser)["access_token"]).status_code == 200
