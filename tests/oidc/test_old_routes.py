"""The old interface: a service that speaks only the plain OAuth of before moves by changing its base address."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp.oidc import clients, metadata
from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, Party, values_of

pytestmark = pytest.mark.any_database
WORKING_LIFE = "openid profile email keahlian offline_access"


class OldService:
    """It knows three addresses and one way: no discovery, no ID token, no PKCE, no nonce; JSON, wrapped in `data`."""

    def __init__(self, party: Party, house: House) -> None:
        self.id, self.secret, self.http = party.client_id, party.secret, party.app.test_client()
        self.browser = party.browser()
        self.browser.sign_in(house)

    def send_to_sign_in(self, **changes: Any) -> TestResponse:
        asked = {"response_type": "code", "client_id": self.id, "redirect_uri": CALLBACK, "scope": "basic email", "state": "x/y z&=é"}
        return self.browser.get("/auth", query_string={name: one for name, one in {**asked, **changes}.items() if one is not None})

    def code(self, without: tuple[str, ...] = (), **changes: Any) -> str:
        self.send_to_sign_in(**changes)
        if self.browser.follow().status_code == 200:
            self.browser.decide("allow", without)
        assert self.browser.at.startswith(CALLBACK + "?")
        told = values_of(self.browser.answer)
        assert told["state"] == "x/y z&=é"
        return told["code"]

    def post(self, **document: Any) -> TestResponse:
        usual = {"client_id": self.id, "client_secret": self.secret, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
        return self.http.post("/api/v1/tokens", json={**usual, **document}, base_url=ISSUER)

    def tokens(self, **how: Any) -> dict[str, Any]:
        answer = self.post(code=self.code(**how))
        assert answer.status_code == 200, answer.text
        return dict(answer.json["data"])

    def read(self, path: str, token: str | None) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.get(path, headers=headers, base_url=ISSUER)


@pytest.fixture
def moving(register: Any) -> Party:
    """A service whose old code goes on while its new one is written."""
    return register(
        old_routes=True, scope=WORKING_LIFE, token_endpoint_auth_method="client_secret_post",
        grant_types=["authorization_code", "refresh_token"],
    )  # fmt: skip


@pytest.fixture
def service(moving: Party, house: House) -> OldService:
    return OldService(moving, house)


def test_a_person_signs_in_and_the_service_reads_what_it_always_read(service: OldService) -> None:
    tokens = service.tokens()
    assert set(tokens) >= {"access_token", "refresh_token", "expires_in", "token_type"}
    assert "id_token" not in tokens
    told = service.read("/api/v1/users/me", tokens["access_token"]).json
    assert told["data"] == {
        "id": told["data"]["id"], "username": "siti.aminah@example.id", "name": "Siti Aminah", "email": "siti.aminah@example.id",
        "status": "active", "updated_at": "2023-11-14T22:13:20Z", "roles": [],
    }  # fmt: skip
    assert isinstance(told["data"]["id"], str)
    own = f"/profile/v1/profiles/{told['data']['id']}"
    assert service.read(own, tokens["access_token"]).json["data"] == {"id": told["data"]["id"], "name": "Siti Aminah", "status": "active"}
    page = service.read(f"{own}/skills?page=1&limit=10", tokens["access_token"]).json
    assert page == {"data": [{"name": "Graphic Design"}], "meta": {"page": 1, "limit": 10, "total": 1}}
    assert service.read(f"{own}/skills?page=2", tokens["access_token"]).json["data"] == []


def test_a_refresh_token_works_once_at_the_same_place(service: OldService) -> None:
    first = service.tokens()
    again = service.post(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert service.read("/api/v1/users/me", again.json["data"]["access_token"]).status_code == 200
    assert service.post(grant_type="refresh_token", refresh_token=first["refresh_token"]).json["error"] == "invalid_grant"
    assert service.read("/api/v1/users/me", again.json["data"]["access_token"]).status_code == 401, "a replay ends all of it"


@pytest.mark.asvs("V8.2.3")
def test_nothing_is_told_beyond_scope_and_consent(service: OldService, house: House, register: Any) -> None:
    declined = service.tokens(without=("email", "skills"))["access_token"]
    told = service.read("/api/v1/users/me", declined).json["data"]
    assert not {"email", "username", "bod", "gender", "nik"} & set(told)
    own = f"/profile/v1/profiles/{told['id']}"
    assert service.read(f"{own}/skills", declined).json["data"] == []
    assert service.read(f"{own}/educations", declined).json["data"] == [], "never asked for"
    assert service.read("/oauth/userinfo", declined).json.keys() == {"sub", "name", "updated_at"}, "the same core, the same claims"
    other = OldService(register(old_routes=True, token_endpoint_auth_method="client_secret_post", scope="openid profile"), house)
    assert "refresh_token" not in other.tokens(scope="basic email nik"), "not registered for it"
    for path in ("/profile/v1/profiles/someone", f"{own}/secrets", "/profile/v1/profiles/someone/skills"):
        assert service.read(path, declined).status_code == 404


@pytest.mark.asvs("V10.4.1", "V10.4.6")
def test_the_old_routes_weaken_nobody(service: OldService, moving: Party, party: Party, house: House) -> None:
    """No PKCE for those who are registered for it, at GET /auth only; nothing at all for others."""
    stranger = OldService(party, house)
    assert stranger.send_to_sign_in().status_code == 400
    assert "Location" not in stranger.browser.answer.headers
    assert stranger.post(code=party.code(stranger.browser)).status_code == 401
    ordinary = party.tokens(stranger.browser)["access_token"]
    assert stranger.read("/api/v1/users/me", ordinary).status_code == 403
    moving.ask(service.browser, code_challenge=None, code_challenge_method=None)
    assert values_of(service.browser.answer)["error"] == "invalid_request", "the standard's endpoint asks for PKCE"
    bound = service.code(code_challenge=moving.challenge, code_challenge_method="S256")
    assert service.post(code=bound).json["error"] == "invalid_grant", "whoever begins with PKCE ends with it"


@pytest.mark.asvs("V10.4.2")
def test_faults_are_told_as_everywhere(service: OldService, house: House) -> None:
    for wrong in ({"redirect_uri": CALLBACK + "/"}, {"redirect_uri": None}, {"client_id": "nobody"}):
        assert service.send_to_sign_in(**wrong).status_code == 400
        assert "Location" not in service.browser.answer.headers
    for wrong, error in (({"response_type": "token"}, "unsupported_response_type"), ({"response_type": None}, "invalid_request")):
        service.send_to_sign_in(**wrong)
        assert (values_of(service.browser.answer)["error"], values_of(service.browser.answer)["state"]) == (error, "x/y z&=é")
    code = service.code()
    assert service.post(code=code, redirect_uri=CALLBACK + "/").json["error"] == "invalid_grant"
    for document, error in (
        ({"client_secret": "wrong", "code": code}, "invalid_client"), ({"client_secret": None, "code": code}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"), ({"grant_type": None}, "invalid_request"), ({"code": 5}, "invalid_request"),
    ):  # fmt: skip
        assert service.post(**document).json["error"] == error
    assert service.http.post("/api/v1/tokens", data="[]", content_type="application/json", base_url=ISSUER).status_code == 400
    assert service.read("/api/v1/users/me", None).status_code == 401
    assert service.read("/api/v1/users/me", "x").status_code == 401
    token = service.tokens()["access_token"]
    own = f"/profile/v1/profiles/{service.read('/api/v1/users/me', token).json['data']['id']}/skills"
    assert [service.read(f"{own}?{bad}", token).status_code for bad in ("page=0", "limit=x", "page=1e9", "limit=99999999")] == [400] * 4
    house.suspended.add("siti")
    assert service.read("/api/v1/users/me", token).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_endpoint_auth_method": "none"}, {"token_endpoint_auth_method": "client_secret_basic"}, {"scope": "profile"},
        {"dpop_bound_access_tokens": True},
        {"response_types": ["code", "code id_token"], "grant_types": ["authorization_code", "implicit"]},
    ],
)  # fmt: skip
def test_only_confidential_services_that_prove_themselves_in_the_body_are_registered_so(register: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(metadata.MetadataRefused, match="old_routes"):
        register(**{"old_routes": True, "token_endpoint_auth_method": "client_secret_post", **wrong})


def test_a_service_that_has_moved_is_registered_without(service: OldService, moving: Party, provider: Flask) -> None:
    token = service.tokens()["access_token"]
    present = moving.metadata.model_dump(mode="json", exclude_none=True)
    with provider.app_context():
        clients.replace(moving.client_id, metadata.parse({**present, "old_routes": False}))
    assert service.read("/api/v1/users/me", token).status_code == 403
    assert service.send_to_sign_in().status_code == 400


def test_a_client_of_today_that_names_itself_in_the_header_only_is_none_here(register: Any, house: House) -> None:
    party = register(first_party=True)
    browser = party.browser()
    browser.sign_in(house)
    code = values_of(browser.get("/oauth/authorize", query_string=party.parameters()))["code"]
    document = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": party.verifier}
    answer = party.app.test_client().post("/api/v1/tokens", json=document, headers=party.authorization(), base_url=ISSUER)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert party.redeem(code).status_code == 200
