"""Answers in every response mode and type, and tokens signed and encrypted as registered."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, Browser, Party, values_of
from tests.oidc.signer import Signer

IMPLICIT = {"grant_types": ["authorization_code", "implicit"], "response_types": ["code", "code id_token", "id_token"]}


def signed_in(party: Party, house: House) -> Browser:
    browser = party.browser()
    browser.sign_in(house)
    return browser


def half(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


@pytest.mark.asvs("V1.2.3")
def test_form_post_is_a_page_that_posts_itself_and_has_a_button(register: Any, house: House) -> None:
    party: Party = register(first_party=True)
    answer = party.ask(signed_in(party, house), response_mode="form_post", state='"><script>')
    assert answer.status_code == 200
    assert f'action="{CALLBACK}"' in answer.text
    assert "<button" in answer.text
    assert "submit-now." in answer.text
    assert "onload" not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "form-action 'self' https://karirhub.example" in policy
    assert "unsafe" not in policy
    told = values_of(answer)
    assert told["state"] == '"><script>'
    assert party.redeem(told["code"]).status_code == 200


def test_errors_are_told_by_the_mode_that_was_asked_for(register: Any, house: House) -> None:
    party: Party = register(first_party=True)
    browser = signed_in(party, house)
    assert values_of(party.ask(browser, response_mode="form_post", scope="nik"))["error"] == "invalid_scope"
    assert "#error=" in party.ask(browser, response_mode="fragment", scope="nik").headers["Location"]
    assert "#error=" in party.ask(browser, response_type="id_token", scope="nik").headers["Location"]


@pytest.mark.parametrize(("mode", "separator"), [("jwt", "?"), ("query.jwt", "?"), ("fragment.jwt", "#"), ("form_post.jwt", "")])
def test_answers_come_signed_where_asked_for(register: Any, house: House, mode: str, separator: str) -> None:
    party: Party = register(first_party=True, authorization_signed_response_alg="ES256")
    answer = party.ask(signed_in(party, house), response_mode=mode)
    assert not separator or f"{CALLBACK}{separator}response=" in answer.headers["Location"]
    told = values_of(answer)
    assert set(told) == {"response"}
    claims = party.verified(told["response"], "ES256")
    assert (claims["iss"], claims["aud"], claims["state"]) == (ISSUER, party.client_id, "st4te")
    assert party.redeem(claims["code"]).status_code == 200


def test_a_code_and_an_id_token_come_together_for_a_client_registered_so(register: Any, house: House) -> None:
    party: Party = register(first_party=True, **IMPLICIT)
    answer = party.ask(signed_in(party, house), response_type="code id_token")
    assert "#" in answer.headers["Location"]
    told = values_of(answer)
    claims = party.verified(told["id_token"])
    assert claims["c_hash"] == half(told["code"])
    assert claims["s_hash"] == half("st4te")
    assert claims["nonce"] == "n0nce"
    assert "name" not in claims
    tokens = party.redeem(told["code"]).json
    later = party.verified(tokens["id_token"])
    assert later["at_hash"] == half(tokens["access_token"])
    assert (later["sub"], later["iss"]) == (claims["sub"], claims["iss"])


def test_an_id_token_alone_carries_the_claims_of_the_scopes(register: Any, house: House) -> None:
    party: Party = register(first_party=True, **IMPLICIT)
    told = values_of(party.ask(signed_in(party, house), response_type="id_token", code_challenge=None, code_challenge_method=None))
    assert "code" not in told
    assert party.verified(told["id_token"])["email"] == "siti.aminah@example.id"


@pytest.mark.asvs("V10.6.1")
@pytest.mark.parametrize(("changes", "error"), [({"nonce": None}, "invalid_request"), ({"response_mode": "query"}, "invalid_request")])
def test_tokens_in_the_front_channel_have_rules_of_their_own(register: Any, house: House, changes: dict[str, Any], error: str) -> None:
    party: Party = register(first_party=True, **IMPLICIT)
    answer = party.ask(signed_in(party, house), response_type="code id_token", **changes)
    assert values_of(answer)["error"] == error
    assert "#" in answer.headers["Location"]


@pytest.mark.parametrize("alg", ["RS256", "ES256", "PS256", "EdDSA"])
def test_userinfo_is_signed_where_registered(register: Any, house: House, alg: str) -> None:
    party: Party = register(first_party=True, userinfo_signed_response_alg=alg)
    answer = party.userinfo(party.tokens(signed_in(party, house))["access_token"])
    assert answer.mimetype == "application/jwt"
    claims = party.verified(answer.text, alg)
    assert (claims["iss"], claims["aud"], claims["name"]) == (ISSUER, party.client_id, "Siti Aminah")


@pytest.mark.asvs("V11.3.1")
@pytest.mark.parametrize(
    ("key", "alg", "enc"),
    [
        (RSAKey.generate_key(2048), "RSA-OAEP-256", "A256GCM"), (RSAKey.generate_key(2048), "RSA-OAEP", None),
        (ECKey.generate_key("P-256"), "ECDH-ES", "A128GCM"), (ECKey.generate_key("P-256"), "ECDH-ES+A256KW", "A256CBC-HS512"),
        (OKPKey.generate_key("X25519"), "ECDH-ES", None),
    ],
)  # fmt: skip
def test_tokens_are_encrypted_where_registered(register: Any, house: House, key: Any, alg: str, enc: str | None) -> None:
    party: Party = register(
        first_party=True, jwks={"keys": [{**key.as_dict(private=False), "use": "enc"}]}, userinfo_signed_response_alg="ES256",
        id_token_encrypted_response_alg=alg, id_token_encrypted_response_enc=enc,
        userinfo_encrypted_response_alg=alg, userinfo_encrypted_response_enc=enc,
    )  # fmt: skip
    tokens = party.tokens(signed_in(party, house))

    def opened(text: str) -> str:
        done = jwe.decrypt_compact(text, key, algorithms=[alg, enc or "A128CBC-HS256"])
        assert done.headers()["cty"] == "JWT"
        return (done.plaintext or b"").decode()

    subject = party.verified(opened(tokens["id_token"]))["sub"]
    assert party.verified(opened(party.userinfo(tokens["access_token"]).text), "ES256")["sub"] == subject


def test_an_answer_that_cannot_be_encrypted_is_not_given(register: Any, house: House) -> None:
    nowhere = {"jwks_uri": "http://127.0.0.1:1/kunci", "userinfo_encrypted_response_alg": "RSA-OAEP-256"}
    party: Party = register(first_party=True, **nowhere)
    answer = party.userinfo(party.tokens(signed_in(party, house))["access_token"])
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    for keys in ({"jwks": Signer("ES256").jwks}, nowhere):
        party = register(first_party=True, id_token_encrypted_response_alg="RSA-OAEP-256", **keys)
        answer = party.redeem(party.code(signed_in(party, house)))
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")


class TestOtherOrigins:
    @pytest.mark.asvs("V3.4.2")
    def test_only_origins_of_public_clients_may_read_tokens(self, register: Any, party: Party) -> None:
        register(token_endpoint_auth_method="none", redirect_uris=["https://spa.example/kembali"])
        http = party.app.test_client()
        for origin, allowed in (("https://spa.example", "https://spa.example"), ("https://karirhub.example", None), ("null", None)):
            for path in ("/oauth/token", "/oauth/userinfo"):
                asked = http.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}, base_url=ISSUER)
                assert asked.headers.get("Access-Control-Allow-Origin") == allowed
                answer = http.post(path, headers={"Origin": origin}, base_url=ISSUER)
                assert answer.headers.get("Access-Control-Allow-Origin") == allowed
                assert "Access-Control-Allow-Credentials" not in answer.headers
                assert "Origin" in answer.headers["Vary"]

    @pytest.mark.asvs("V3.4.2")
    def test_anybody_may_read_discovery_and_keys(self, party: Party) -> None:
        for path in ("/.well-known/openid-configuration", "/oauth/jwks"):
            answer = party.app.test_client().get(path, headers={"Origin": "https://anybody.example"}, base_url=ISSUER)
            assert answer.headers["Access-Control-Allow-Origin"] == "*"

    @pytest.mark.asvs("V3.5.8")
    def test_the_authorization_endpoint_is_for_navigation_only(self, party: Party) -> None:
        answer = party.app.test_client().get("/oauth/authorize", headers={"Origin": "https://spa.example"}, base_url=ISSUER)
        assert "Access-Control-Allow-Origin" not in answer.headers
