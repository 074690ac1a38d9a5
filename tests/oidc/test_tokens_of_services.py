"""Tokens between services: revocation, introspection, resources, client credentials, exchange."""

from __future__ import annotations

from typing import Any

import pytest

from idp import clock
from idp.oidc import clients, jose, keys
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party

API = "https://api.skillhub.example"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"


@pytest.fixture
def trusted(register: Any) -> Party:
    grants = ["authorization_code", "refresh_token", "client_credentials", EXCHANGE]
    return register(first_party=True, resources=[API], grant_types=grants)


@pytest.fixture
def browser(trusted: Party, house: House) -> Browser:
    found = trusted.browser()
    found.sign_in(house)
    return found


def test_a_service_gives_back_its_access_token(trusted: Party, browser: Browser, register: Any) -> None:
    token = trusted.tokens(browser)["access_token"]
    other: Party = register()
    assert other.post("/oauth/revoke", {"token": token}).status_code == 200
    assert trusted.userinfo(token).status_code == 200, "only its own"
    answer = trusted.post("/oauth/revoke", {"token": token, "token_type_hint": "refresh_token"})
    assert (answer.status_code, answer.json, answer.headers["Cache-Control"]) == (200, {}, "no-store")
    assert trusted.userinfo(token).status_code == 401


def test_a_refresh_token_goes_with_all_that_came_of_it(trusted: Party, browser: Browser) -> None:
    tokens = trusted.tokens(browser, scope="openid offline_access")
    assert trusted.post("/oauth/revoke", {"token": tokens["refresh_token"]}).status_code == 200
    assert trusted.userinfo(tokens["access_token"]).status_code == 401
    assert trusted.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.parametrize("token", ["x", "a.b", "\x00" * 32 + "." + "b" * 43, "é", "x" * 20000, "eyJhbGciOiJub25lIn0.e30."])
def test_unknown_tokens_are_no_fault_at_revocation_and_inactive_at_introspection(trusted: Party, token: str) -> None:
    assert trusted.post("/oauth/revoke", {"token": token}).status_code == 200
    assert trusted.post("/oauth/introspect", {"token": token}).json == {"active": False}


@pytest.mark.asvs("V8.4.1")
def test_a_service_learns_what_its_own_tokens_are_good_for(trusted: Party, browser: Browser, register: Any) -> None:
    tokens = trusted.tokens(browser, scope="openid email offline_access")
    told = trusted.post("/oauth/introspect", {"token": tokens["access_token"]}).json
    assert told["active"] is True
    assert (told["client_id"], told["iss"], told["token_type"]) == (trusted.client_id, ISSUER, "Bearer")
    assert told["sub"] == trusted.verified(tokens["id_token"])["sub"]
    assert trusted.post("/oauth/introspect", {"token": tokens["refresh_token"]}).json["active"] is True
    assert trusted.refresh(tokens["refresh_token"]).status_code == 200, "asking is not using"
    other: Party = register()
    assert other.post("/oauth/introspect", {"token": tokens["access_token"]}).json == {"active": False}
    public: Party = register(token_endpoint_auth_method="none")
    assert public.post("/oauth/introspect", {"token": tokens["access_token"]}).status_code == 401


def test_a_signed_answer_is_for_the_one_who_asked(trusted: Party, browser: Browser) -> None:
    token = trusted.tokens(browser)["access_token"]
    answer = trusted.post("/oauth/introspect", {"token": token}, Accept="application/token-introspection+jwt")
    assert answer.mimetype == "application/token-introspection+jwt"
    claims = trusted.verified(answer.text)
    assert (claims["aud"], claims["iss"]) == (trusted.client_id, ISSUER)
    assert claims["token_introspection"]["active"] is True


@pytest.mark.asvs("V10.3.1", "V9.2.4", "V10.3.4")
def test_a_token_for_a_resource_is_a_jwt_for_that_resource_alone(trusted: Party, browser: Browser, register: Any) -> None:
    tokens = trusted.tokens(browser, resource=API)
    claims = trusted.verified(tokens["access_token"])
    assert claims["aud"] == API
    assert (claims["client_id"], claims["iss"], claims["scope"]) == (trusted.client_id, ISSUER, "openid profile email")
    assert claims["acr"] == "urn:siapkerja:acr:password", "what a resource needs to ask for more (RFC 9470)"
    assert isinstance(claims["auth_time"], int)
    assert claims["amr"] == ["pwd"]
    assert claims["iat"] <= clock.timestamp() < claims["exp"]
    assert "cnf" not in claims, "bound to no key"
    assert jose.peek_header(tokens["access_token"])["typ"] == "at+jwt"
    assert trusted.userinfo(tokens["access_token"]).status_code == 401, "it is not meant for userinfo"
    serving: Party = register(serves=[API], sector="skillhub.example")
    told = serving.post("/oauth/introspect", {"token": tokens["access_token"]}).json
    assert told["active"] is True
    assert told["sub"] == claims["sub"] == trusted.verified(tokens["id_token"])["sub"], "as in the token, whoever asks"
    trusted.post("/oauth/revoke", {"token": tokens["access_token"]})
    assert serving.post("/oauth/introspect", {"token": tokens["access_token"]}).json == {"active": False}


@pytest.mark.asvs("V9.2.4")
def test_resources_at_the_token_endpoint_stay_within_what_was_allowed(trusted: Party, browser: Browser) -> None:
    assert trusted.redeem(trusted.code(browser), resource="https://other.example").json == {
        "error": "invalid_target",
        "error_description": "The resource is not one that was allowed (RFC 8707 2.2).",
    }
    assert trusted.verified(trusted.redeem(trusted.code(browser), resource=API).json["access_token"])["aud"] == API
    refresh_token = trusted.tokens(browser, scope="openid offline_access")["refresh_token"]
    assert trusted.verified(trusted.refresh(refresh_token, resource=API).json["access_token"])["aud"] == API


@pytest.mark.any_database
def test_what_we_signed_for_something_else_is_no_access_token(trusted: Party, browser: Browser) -> None:
    """RFC 9068 4: type, issuer and expiry are the token's own, not only those of the record that it names."""
    good = {"iss": ISSUER, "jti": trusted.tokens(browser)["access_token"], "exp": clock.timestamp() + 60}
    cases: list[tuple[dict[str, Any], str, bool]] = [
        (good, "at+jwt", True),
        (good, "JWT", False),
        ({**good, "iss": "https://other.example"}, "at+jwt", False),
        ({**good, "exp": clock.timestamp()}, "at+jwt", False),
        ({"iss": ISSUER, "jti": good["jti"]}, "at+jwt", False),
        ({"iss": ISSUER, "exp": good["exp"]}, "at+jwt", False),
    ]
    for claims, typ, active in cases:
        with trusted.app.app_context():
            token = jose.sign(claims, keys.signing_key("RS256"), "RS256", typ=typ)
        assert trusted.post("/oauth/introspect", {"token": token}).json["active"] is active, (claims, typ)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("path", "data", "error", "description"),
    [
        ("token", {"grant_type": "authorization_code"}, "invalid_request", "code is missing (RFC 6749 4.1.3)."),
        ("token", {"grant_type": "refresh_token"}, "invalid_request", "refresh_token is missing (RFC 6749 6)."),
        ("revoke", {}, "invalid_request", "token is missing (RFC 7009 2.1)."),
    ],
)
def test_what_is_missing_is_named(trusted: Party, path: str, data: dict[str, str], error: str, description: str) -> None:
    answer = trusted.post(f"/oauth/{path}", data)
    assert (answer.status_code, answer.json) == (400, {"error": error, "error_description": description})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.any_database
def test_a_grant_that_a_service_did_not_register_is_not_for_it(register: Any) -> None:
    machine: Party = register(grant_types=["client_credentials"], redirect_uris=[])
    for given in ({"grant_type": "authorization_code", "code": "x"}, {"grant_type": "refresh_token", "refresh_token": "x"}):
        answer = machine.post("/oauth/token", given)
        told = {"error": "unauthorized_client", "error_description": "The client is not registered for this grant."}
        assert (answer.status_code, answer.json) == (400, told)


@pytest.mark.asvs("V8.3.3")
def test_a_service_gets_a_token_for_itself(trusted: Party, register: Any) -> None:
    answer = trusted.post("/oauth/token", {"grant_type": "client_credentials", "scope": "keahlian"})
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json
    assert "id_token" not in answer.json
    token = answer.json["access_token"]
    assert trusted.userinfo(token).status_code == 401
    told = trusted.post("/oauth/introspect", {"token": token}).json
    assert (told["sub"], told["scope"]) == (trusted.client_id, "keahlian")
    assert trusted.post("/oauth/token", {"grant_type": "client_credentials", "scope": "nik"}).json["error"] == "invalid_scope"
    other: Party = register()
    assert other.post("/oauth/token", {"grant_type": "client_credentials"}).json["error"] == "unauthorized_client"


class TestExchange:
    def exchange(self, party: Party, token: str, **changes: str) -> Any:
        usual = {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS, "resource": API}
        return party.post("/oauth/token", {name: value for name, value in {**usual, **changes}.items() if value})

    def test_a_service_acts_for_a_person_at_another(self, trusted: Party, browser: Browser) -> None:
        token = trusted.tokens(browser)["access_token"]
        answer = self.exchange(trusted, token)
        assert answer.status_code == 200, answer.text
        assert answer.json["issued_token_type"] == ACCESS
        claims = trusted.verified(answer.json["access_token"])
        assert claims["act"] == {"sub": trusted.client_id}
        assert claims["aud"] == API
        assert claims["scope"] == "profile email"
        assert claims["sub"] == trusted.userinfo(token).json["sub"]

    def test_what_ends_the_one_ends_the_other(self, trusted: Party, browser: Browser) -> None:
        tokens = trusted.tokens(browser, scope="openid email offline_access")
        exchanged = self.exchange(trusted, tokens["access_token"]).json["access_token"]
        trusted.post("/oauth/revoke", {"token": tokens["refresh_token"]})
        assert trusted.post("/oauth/introspect", {"token": exchanged}).json == {"active": False}

    def test_a_service_that_is_suspended_takes_its_tokens_along(self, trusted: Party, browser: Browser, register: Any) -> None:
        own: Party = register(serves=[API], resources=[API], grant_types=["client_credentials", EXCHANGE], redirect_uris=[], sector="s")
        token = trusted.redeem(trusted.code(browser), resource=API).json["access_token"]
        assert own.post("/oauth/introspect", {"token": token}).json["active"] is True
        with trusted.app.app_context():
            clients.suspend(trusted.client_id)
        assert own.post("/oauth/introspect", {"token": token}).json == {"active": False}
        assert self.exchange(own, token).json["error"] == "invalid_request"

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"subject_token": "x"}, "invalid_request"),
            ({"subject_token_type": "x"}, "invalid_request"),
            ({"resource": ""}, "invalid_target"),
            ({"resource": "https://other.example"}, "invalid_target"),
            ({"scope": "phone"}, "invalid_scope"),
            ({"actor_token": "x"}, "invalid_request"),
        ],
    )
    def test_nothing_is_gained_by_it(self, trusted: Party, browser: Browser, changes: dict[str, str], error: str) -> None:
        answer = self.exchange(trusted, trusted.tokens(browser)["access_token"], **changes)
        assert answer.json["error"] == error

    @pytest.mark.asvs("V8.4.1")
    def test_a_stranger_cannot_exchange_anothers_token(self, trusted: Party, browser: Browser, register: Any) -> None:
        other: Party = register(resources=[API], grant_types=["authorization_code", EXCHANGE])
        assert self.exchange(other, trusted.tokens(browser)["access_token"]).json["error"] == "invalid_request"
