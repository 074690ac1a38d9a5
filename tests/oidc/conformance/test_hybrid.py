"""Plans oidcc-hybrid and oidcc-implicit for the response types that exist here, `code id_token` and `id_token`, for clients
registered so; with fragment and form_post. What these plans share with the Basic one is tried there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp import clock
from idp.oidc.jose import half_hash
from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, Browser, Party, values_of

pytestmark = pytest.mark.any_database

HYBRID, IMPLICIT = "code id_token", "id_token"


@pytest.fixture(params=[HYBRID, IMPLICIT])
def response_type(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[None, "form_post"])
def mode(request: pytest.FixtureRequest) -> str | None:
    return request.param


@pytest.fixture
def party(register: Any, response_type: str) -> Party:
    return register(response_types=[response_type], first_party=True, pkce="optional")


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


@pytest.fixture
def authorize(party: Party, browser: Browser, response_type: str, mode: str | None) -> Any:
    def ask(*, at: Browser = browser, **changes: Any) -> dict[str, str]:
        plain = {"code_challenge": None, "code_challenge_method": None, "response_mode": mode, "response_type": response_type}
        party.ask(at, **{**plain, "scope": "openid", **changes})
        if mode is None and at.answer.status_code == 303:
            assert "#" in at.at
            assert "?" not in at.at, "nothing of it goes through logs and referrers"
        return values_of(at.answer)

    return ask


def test_server(party: Party, authorize: Any, response_type: str) -> None:
    told = authorize()
    assert (told["state"], told["iss"]) == ("st4te", ISSUER)
    assert "access_token" not in told
    claims = party.verified(told["id_token"])
    assert (claims["nonce"], claims["aud"]) == ("n0nce", party.client_id)
    assert claims["s_hash"] == half_hash("st4te", "RS256")
    if response_type == IMPLICIT:
        assert "code" not in told
        return
    assert claims["c_hash"] == half_hash(told["code"], "RS256")
    tokens = party.redeem(told["code"], code_verifier=None).json
    second = party.verified(tokens["id_token"])
    assert {name: claims[name] for name in ("iss", "sub", "nonce", "auth_time")} == {
        name: second[name] for name in ("iss", "sub", "nonce", "auth_time")
    }
    assert second["at_hash"] == half_hash(tokens["access_token"], "RS256")
    assert party.userinfo(tokens["access_token"]).json["sub"] == claims["sub"]


def test_ensure_request_without_nonce_fails(authorize: Any) -> None:
    assert authorize(nonce=None)["error"] == "invalid_request"


def test_scope_all(party: Party, authorize: Any, response_type: str) -> None:
    claims = party.verified(authorize(scope="openid profile email phone address")["id_token"])
    wanted = {"name", "email", "phone_number", "address"}
    assert wanted <= set(claims) if response_type == IMPLICIT else not wanted & set(claims), "Core 5.4: where userinfo can be asked it is"


def test_claims_essential(party: Party, authorize: Any) -> None:
    asked = json.dumps({"id_token": {"name": {"essential": True}}})
    assert party.verified(authorize(claims=asked)["id_token"])["name"] == "Siti Aminah"


def test_prompt_none(party: Party, authorize: Any) -> None:
    told = authorize(at=party.browser(), prompt="none")
    assert (told["error"], told["state"], told["iss"]) == ("login_required", "st4te", ISSUER)
    first, second = (party.verified(authorize(**how)["id_token"]) for how in ({}, {"prompt": "none"}))
    assert first["auth_time"] == second["auth_time"]


def test_id_token_hint(party: Party, authorize: Any) -> None:
    hint = authorize()["id_token"]
    clock.shift(900)
    assert party.verified(authorize(id_token_hint=hint, prompt="none")["id_token"])["sub"] == party.verified(hint)["sub"]


def test_a_query_never_carries_tokens(party: Party, browser: Browser, response_type: str) -> None:
    told = values_of(party.ask(browser, response_type=response_type, response_mode="query"))
    assert told["error"] == "invalid_request"
    assert "#" in browser.at


def test_response_types_that_are_not_the_clients(party: Party, browser: Browser, authorize: Any, response_type: str) -> None:
    assert authorize(response_type="code token")["error"] == "unsupported_response_type"
    other = IMPLICIT if response_type == HYBRID else HYBRID
    assert authorize(response_type=other)["error"] == "unauthorized_client"
    assert values_of(party.ask(browser, response_type="code"))["error"] == "unauthorized_client"
    assert "?" in browser.at


def test_ensure_registered_redirect_uri(party: Party, browser: Browser, response_type: str) -> None:
    answer = party.ask(browser, response_type=response_type, redirect_uri=CALLBACK + "/abc")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
