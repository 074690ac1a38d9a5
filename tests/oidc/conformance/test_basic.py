"""Plans oidcc-basic and oidcc-formpost-basic: the modules twice, once with each response mode."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp import clock
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party, values_of
from tests.oidc.signer import unsigned

pytestmark = pytest.mark.any_database

PLAIN: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}


@pytest.fixture(params=[None, "form_post"])
def mode(request: pytest.FixtureRequest) -> str | None:
    return request.param


@pytest.fixture
def party(register: Any) -> Party:
    """The suite's static client: confidential, without PKCE, second to none in its scopes."""
    return register(pkce="optional", first_party=True)


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


@pytest.fixture
def authorize(party: Party, browser: Browser, mode: str | None) -> Any:
    def ask(*, at: Browser = browser, **changes: Any) -> dict[str, str]:
        party.ask(at, **{**PLAIN, "scope": "openid", "response_mode": mode, **changes})
        if at.answer.status_code == 303 and at.at.startswith("/"):
            at.follow()
        return values_of(at.answer)

    return ask


@pytest.fixture
def tokens(party: Party, authorize: Any) -> Any:
    def exchange(**changes: Any) -> dict[str, Any]:
        answer = party.redeem(authorize(**changes)["code"], code_verifier=None)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        return dict(answer.json)

    return exchange


def sign_in_again(browser: Browser) -> None:
    browser.post(browser.answer.request.full_path)
    browser.follow()


def claims(party: Party, told: dict[str, Any]) -> dict[str, Any]:
    return dict(party.userinfo(told["access_token"]).json)


def test_server(party: Party, tokens: Any) -> None:
    told = tokens(nonce="n", state="s")
    claim = party.verified(told["id_token"])
    assert told["token_type"] == "Bearer"
    assert (claim["iss"], claim["aud"], claim["nonce"]) == (ISSUER, party.client_id, "n")
    assert claim["iat"] <= clock.timestamp() + 5
    assert claim["exp"] > clock.timestamp()
    assert len(claim["sub"]) <= 255


def test_response_type_missing(authorize: Any) -> None:
    assert authorize(response_type=None)["error"] == "invalid_request"


def test_idtoken_signature(party: Party, tokens: Any) -> None:
    assert party.verified(tokens()["id_token"], "RS256")["sub"]


def test_idtoken_unsigned(party: Party) -> None:
    told = party.app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert "none" not in told["id_token_signing_alg_values_supported"]


def test_userinfo_get(party: Party, tokens: Any) -> None:
    told = tokens()
    assert claims(party, told)["sub"] == party.verified(told["id_token"])["sub"]


def test_userinfo_post_header(party: Party, tokens: Any) -> None:
    headers = {"Authorization": f"Bearer {tokens()['access_token']}"}
    assert party.app.test_client().post("/oauth/userinfo", headers=headers, base_url=ISSUER).json["sub"]


def test_userinfo_post_body(party: Party, tokens: Any) -> None:
    data = {"access_token": tokens()["access_token"]}
    assert party.app.test_client().post("/oauth/userinfo", data=data, base_url=ISSUER).json["sub"]


def test_ensure_request_without_nonce_succeeds_for_code_flow(party: Party, tokens: Any) -> None:
    assert "nonce" not in party.verified(tokens(nonce=None)["id_token"])


def test_scope_profile(party: Party, tokens: Any) -> None:
    told = claims(party, tokens(scope="openid profile"))
    assert {"name", "birthdate", "gender", "locale", "updated_at"} <= set(told)
    assert isinstance(told["updated_at"], int)


def test_scope_email(party: Party, tokens: Any) -> None:
    told = claims(party, tokens(scope="openid email"))
    assert told["email"]
    assert told["email_verified"] is True


def test_scope_address(party: Party, tokens: Any) -> None:
    assert isinstance(claims(party, tokens(scope="openid address"))["address"], dict)


def test_scope_phone(party: Party, tokens: Any) -> None:
    told = claims(party, tokens(scope="openid phone"))
    assert told["phone_number"]
    assert told["phone_number_verified"] is True


def test_scope_all(party: Party, tokens: Any) -> None:
    told = claims(party, tokens(scope="openid profile email phone address"))
    assert {"name", "email", "phone_number", "address"} <= set(told)


def test_alternate_happy_flow(party: Party, tokens: Any) -> None:
    first, second = tokens(state="a"), tokens(state="b", nonce="other")
    assert claims(party, first)["sub"] == claims(party, second)["sub"]


@pytest.mark.parametrize("display", ["page", "popup", "touch", "wap"])
def test_display_page(tokens: Any, display: str) -> None:
    assert tokens(display=display)


test_display_popup = test_display_page


def test_prompt_login(party: Party, browser: Browser, authorize: Any, tokens: Any) -> None:
    first = party.verified(tokens()["id_token"])["auth_time"]
    clock.shift(2)
    assert "code" not in authorize(prompt="login")
    sign_in_again(browser)
    second = party.redeem(values_of(browser.answer)["code"], code_verifier=None).json
    assert party.verified(second["id_token"])["auth_time"] > first


def test_prompt_none_not_logged_in(party: Party, authorize: Any) -> None:
    assert authorize(at=party.browser(), prompt="none")["error"] == "login_required"


def test_prompt_none_logged_in(party: Party, tokens: Any) -> None:
    first, second = (party.verified(tokens(**how)["id_token"]) for how in ({}, {"prompt": "none"}))
    assert first["auth_time"] == second["auth_time"]
    assert first["sub"] == second["sub"]


def test_max_age_1(party: Party, browser: Browser, authorize: Any, tokens: Any) -> None:
    first = party.verified(tokens()["id_token"])["auth_time"]
    clock.shift(3)
    assert "code" not in authorize(max_age="1")
    sign_in_again(browser)
    second = party.redeem(values_of(browser.answer)["code"], code_verifier=None).json
    assert party.verified(second["id_token"])["auth_time"] > first


def test_max_age_10000(party: Party, tokens: Any) -> None:
    first, second = (party.verified(tokens(**how)["id_token"]) for how in ({}, {"max_age": "10000"}))
    assert first["auth_time"] == second["auth_time"]


def test_ensure_request_with_unknown_parameter_succeeds(tokens: Any) -> None:
    assert tokens(extra="foobar")


def test_id_token_hint(party: Party, tokens: Any) -> None:
    hint = tokens()["id_token"]
    clock.shift(900)
    assert party.verified(tokens(id_token_hint=hint, prompt="none")["id_token"])["sub"] == party.verified(hint)["sub"]


def test_login_hint(house: House, party: Party, authorize: Any) -> None:
    authorize(at=party.browser(), login_hint="siti@example.id")
    assert house.hints[-1].login_hint == "siti@example.id"


@pytest.mark.parametrize("locales", ["se", "en id", "fr-CA fr en"])
def test_ui_locales(tokens: Any, locales: str) -> None:
    assert tokens(ui_locales=locales)


@pytest.mark.parametrize("locales", ["se", "id"])
def test_claims_locales(tokens: Any, locales: str) -> None:
    assert tokens(claims_locales=locales)


def test_ensure_request_with_acr_values_succeeds(party: Party, tokens: Any) -> None:
    assert party.verified(tokens(acr_values="urn:siapkerja:acr:password 1 2")["id_token"])["acr"] == "urn:siapkerja:acr:password"


@pytest.mark.parametrize("pause", [0, 30])
def test_codereuse(party: Party, authorize: Any, pause: int) -> None:
    code = authorize()["code"]
    told = party.redeem(code, code_verifier=None).json
    clock.shift(pause)
    assert party.redeem(code, code_verifier=None).json["error"] == "invalid_grant"
    assert party.userinfo(told["access_token"]).status_code == 401


test_codereuse_30seconds = test_codereuse


def test_ensure_registered_redirect_uri(party: Party, browser: Browser) -> None:
    answer = party.ask(browser, redirect_uri="https://karirhub.example/kembali/abc")
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_ensure_post_request_succeeds(party: Party, browser: Browser, mode: str | None) -> None:
    browser.post("/oauth/authorize", party.parameters(**PLAIN, **({"response_mode": mode} if mode else {})))
    browser.follow()
    assert party.redeem(values_of(browser.answer)["code"], code_verifier=None).status_code == 200


def test_server_client_secret_post(register: Any, house: House, mode: str | None) -> None:
    party: Party = register(pkce="optional", first_party=True, token_endpoint_auth_method="client_secret_post")
    browser, secret = party.browser(), party.secret
    browser.sign_in(house)
    code = values_of(party.ask(browser, **PLAIN, response_mode=mode))["code"]
    party.secret = None
    assert party.redeem(code, code_verifier=None, client_secret=secret).status_code == 200


def test_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(authorize: Any) -> None:
    assert authorize(request_uri="https://suite.example/object")["error"] in ("request_uri_not_supported", "invalid_request_uri")


def test_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(party: Party, authorize: Any, mode: str | None) -> None:
    inside = party.parameters(**PLAIN, state="inside", **({"response_mode": mode} if mode else {}))
    assert authorize(request=unsigned(inside))["state"] == "inside"


def test_claims_essential(party: Party, tokens: Any) -> None:
    asked = json.dumps({"userinfo": {"name": {"essential": True}}})
    assert claims(party, tokens(claims=asked))["name"] == "Siti Aminah"


def test_ensure_request_object_with_redirect_uri(party: Party, authorize: Any, mode: str | None) -> None:
    inside = party.parameters(**PLAIN, **({"response_mode": mode} if mode else {}))
    assert "code" in authorize(request=unsigned(inside), redirect_uri="https://other.example/")


def test_refresh_token(party: Party, tokens: Any) -> None:
    told = tokens(scope="openid offline_access")
    again = party.refresh(told["refresh_token"]).json
    before, after = party.verified(told["id_token"]), party.verified(again["id_token"])
    assert {name: before[name] for name in ("iss", "sub", "aud", "auth_time")} == {
        name: after[name] for name in ("iss", "sub", "aud", "auth_time")
    }
    assert after["iat"] >= before["iat"]
    assert claims(party, again)["sub"] == before["sub"]


def test_ensure_request_with_valid_pkce_succeeds(party: Party, authorize: Any) -> None:
    code = authorize(code_challenge=party.challenge, code_challenge_method="S256")["code"]
    assert party.redeem(code).status_code == 200
