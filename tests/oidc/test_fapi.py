"""FAPI 2.0 Security Profile and Message Signing, as policies of a client."""

from __future__ import annotations

from typing import Any

import pytest

from idp import clock
from idp.oidc.metadata import MetadataRefused
from tests.oidc.fapi import Fapi
from tests.oidc.house import House
from tests.oidc.party import ISSUER, values_of
from tests.oidc.signer import Signer


@pytest.fixture
def fapi(register: Any, house: House) -> Fapi:
    return Fapi(register, house, "fapi2-security")


@pytest.mark.asvs("V10.4.13", "V10.4.14", "V10.4.16")
def test_the_security_profile_from_end_to_end(fapi: Fapi) -> None:
    told = values_of(fapi.answer(fapi.push(scope="openid email offline_access")))
    assert told["iss"] == ISSUER
    tokens = fapi.redeem(told["code"]).json
    assert tokens["token_type"] == "DPoP"
    assert fapi.party.verified(tokens["id_token"], "PS256")["nonce"] == "n0nce"
    again = fapi.with_nonce("/oauth/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
    assert again.json["refresh_token"] == tokens["refresh_token"], "the key protects it: it does not rotate"


def test_nothing_goes_but_pushed_requests(fapi: Fapi) -> None:
    assert values_of(fapi.party.ask(fapi.browser))["error"] == "invalid_request"
    token = fapi.signer.request(fapi.party.parameters())
    assert values_of(fapi.party.ask(fapi.browser, request=token))["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes", [{"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}, {"response_type": "id_token"}]
)
def test_weaker_requests_are_refused(fapi: Fapi, changes: dict[str, Any]) -> None:
    assert fapi.push(**changes).status_code == 400


@pytest.mark.parametrize("audience", [ISSUER + "/oauth/token", [ISSUER], [ISSUER, "https://other.example"]])
def test_an_assertion_names_the_issuer_alone_as_its_audience(fapi: Fapi, audience: Any) -> None:
    assert fapi.post("/oauth/par", fapi.party.parameters(), aud=audience).status_code == 401


@pytest.mark.parametrize(("ahead", "status"), [(8, 201), (70, 401)])
def test_a_clock_may_be_a_little_wrong(fapi: Fapi, ahead: int, status: int) -> None:
    moment = clock.timestamp() + ahead
    assert fapi.post("/oauth/par", fapi.party.parameters(), iat=moment, nbf=moment).status_code == status


def test_a_token_without_a_proof_is_not_given(fapi: Fapi) -> None:
    code = values_of(fapi.answer(fapi.push()))["code"]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": fapi.party.metadata.redirect_uris[0]}
    assert fapi.post("/oauth/token", {**data, "code_verifier": fapi.party.verifier}).json["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"id_token_signed_response_alg": "RS256"}, "id_token_signed_response_alg"),
        ({"response_types": ["code id_token"], "grant_types": ["authorization_code", "implicit"]}, "response_types"),
    ],
)
def test_a_profile_admits_nothing_weaker(register: Any, metadata: dict[str, Any], field: str) -> None:
    with pytest.raises(MetadataRefused, match=field):
        register(**{"profile": "fapi2-security", "jwks": Signer("PS256").jwks, **metadata})


class TestMessageSigning:
    @pytest.fixture
    def fapi(self, register: Any, house: House) -> Fapi:
        return Fapi(register, house, "fapi2-message-signing")

    @pytest.mark.asvs("V4.1.5")
    def test_requests_and_answers_are_signed(self, fapi: Fapi) -> None:
        told = values_of(fapi.answer(fapi.push_signed()))
        assert set(told) == {"response"}
        claims = fapi.party.verified(told["response"], "PS256")
        assert claims["aud"] == fapi.party.client_id
        assert fapi.redeem(claims["code"]).status_code == 200

    @pytest.mark.asvs("V4.1.5")
    def test_an_unsigned_request_is_refused(self, fapi: Fapi) -> None:
        assert fapi.push(response_mode="jwt").status_code == 400

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": None}, {"nbf": None}, {"exp": None}, {"aud": "https://other.example"}, {"exp": 2**33}, {"nbf": 1},
            {"response_mode": "query"}, {"client_id": "other"},
        ],
    )  # fmt: skip
    def test_request_objects_keep_the_profile(self, fapi: Fapi, changes: dict[str, Any]) -> None:
        assert fapi.push_signed(**changes).status_code == 400
