"""Clients that register and look after themselves, and what discovery tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask
from werkzeug.test import TestResponse

from idp import clock, settings
from idp.oidc import clients, metadata, registration_tokens
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Party, values_of

BASIC = {"client_name": "Baru", "redirect_uris": ["https://baru.example/kembali"]}


@pytest.fixture
def open_registration(provider: Flask) -> Iterator[None]:
    settings.use(settings.current().model_copy(update={"open_registration": True}))
    yield
    settings.use(provider.extensions["test_settings"])


@pytest.fixture
def token(provider: Flask) -> str:
    with provider.app_context():
        return registration_tokens.issue(7)[0]


def call(app: Flask, method: str, path: str, token: str | None = None, document: Any = None) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return app.test_client().open(path, method=method, json=document, headers=headers, base_url=ISSUER)


def register(app: Flask, token: str | None = None, **metadata: Any) -> TestResponse:
    return call(app, "POST", "/oauth/register", token, {**BASIC, **metadata})


@pytest.mark.asvs("V10.4.7")
def test_an_initial_access_token_registers_one_client(provider: Flask, token: str) -> None:
    assert register(provider).status_code == 401
    answer = register(provider, token)
    assert answer.status_code == 201
    assert answer.json["client_secret"]
    assert answer.json["client_secret_expires_at"] == 0
    assert answer.json["redirect_uris"] == BASIC["redirect_uris"]
    assert register(provider, token).status_code == 401


def test_a_refused_registration_does_not_spend_the_token(provider: Flask, token: str) -> None:
    assert register(provider, token, redirect_uris=["http://x.example"]).json["error"] == "invalid_redirect_uri"
    assert register(provider, token).status_code == 201


@pytest.mark.asvs("V2.3.4")
def test_of_fifty_that_use_a_token_one_wins(provider: Flask, token: str) -> None:
    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(lambda _: register(provider, token).status_code, range(50)))
    assert sorted(told) == [201] + [401] * 49


def test_a_token_ends_after_its_days(provider: Flask, token: str) -> None:
    clock.shift(8 * 86400)
    assert register(provider, token).status_code == 401


@pytest.mark.asvs("V1.2.2", "V10.4.4", "V10.4.7", "V9.1.2")
@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://x.example/#f"]}, "invalid_redirect_uri"),
        ({"scope": "openid nik"}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": "oct", "k": "eA"}]}}, "invalid_client_metadata"),
        ({"jwks": {}, "jwks_uri": "https://x"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "magic"}, "invalid_client_metadata"),
        ({"subject_type": "magic"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"jwks_uri": "http://x.example"}, "invalid_client_metadata"),
        ({"sector_identifier_uri": "https://127.0.0.1:1/x"}, "invalid_client_metadata"),
        ({"client_name": {"x": 1}}, "invalid_client_metadata"),
        ({"redirect_uris": ["https://a.example/", "https://b.example/"], "sector_identifier_uri": None}, "invalid_client_metadata"),
        ({"sector_identifier_uri": "https://10.0.0.1/x"}, "invalid_client_metadata"),
        ({"contacts": "é"}, "invalid_client_metadata"),
        ({"redirect_uris": ["https://[::1/"]}, "invalid_redirect_uri"),
        ({"client_name": "\u202egnp.exe"}, "invalid_client_metadata"),
        ({"client_name": "Kari\x00hub"}, "invalid_client_metadata"),
        ({"default_max_age": True}, "invalid_client_metadata"),
        ({"default_max_age": 10**40}, "invalid_client_metadata"),
    ],
)
def test_bad_metadata_are_refused_by_name(provider: Flask, token: str, metadata: dict[str, Any], error: str) -> None:
    answer = register(provider, token, **metadata)
    assert answer.status_code == 400
    assert answer.json["error"] == error
    assert any(name in answer.json["error_description"] for name in metadata)


@pytest.mark.parametrize("document", [None, [], "x", 5, {"redirect_uris": None}])
def test_what_is_not_metadata_is_refused(provider: Flask, token: str, document: Any) -> None:
    assert call(provider, "POST", "/oauth/register", token, document).status_code == 400


@pytest.mark.asvs("V15.3.3", "V10.4.11")
def test_what_is_nested_too_deeply_is_no_json(provider: Flask, token: str) -> None:
    body = "[" * 100_000  # the json module answers with a RecursionError
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for path in ("/oauth/register", "/oauth/events/stream"):
        answer = provider.test_client().post(path, data=body, headers=headers, base_url=ISSUER)
        assert 400 <= answer.status_code < 500, path


def test_nobody_gives_themselves_what_only_an_administrator_gives(provider: Flask, token: str) -> None:
    mine = register(provider, token, first_party=True, tile=True, sector="siapkerja", pkce="optional").json
    assert not {"first_party", "tile", "sector", "pkce"} & set(mine)
    with provider.app_context():
        metadata = clients.find(mine["client_id"]).metadata  # type: ignore[union-attr]
        assert (metadata.first_party, metadata.tile, metadata.sector, metadata.pkce) == (False, False, None, "required")


def test_a_client_reads_replaces_and_removes_its_registration(provider: Flask, token: str) -> None:
    mine = register(provider, token).json
    path, own = mine["registration_client_uri"].removeprefix(ISSUER), mine["registration_access_token"]
    assert call(provider, "GET", path).status_code == 401
    assert call(provider, "GET", path, "x").status_code == 401
    assert call(provider, "GET", "/oauth/register/nobody", own).status_code == 401
    read = call(provider, "GET", path, own).json
    assert read["client_name"] == "Baru"
    assert "client_secret" not in read
    changed = {**BASIC, "client_id": mine["client_id"], "client_name": "Lain"}
    assert call(provider, "PUT", path, own, {**changed, "client_id": "other"}).status_code == 400
    assert call(provider, "PUT", path, own, {**changed, "client_secret": "mine"}).status_code == 400
    assert call(provider, "PUT", path, own, {**changed, "client_secret": mine["client_secret"]}).json["client_name"] == "Lain"
    assert call(provider, "DELETE", path, own).status_code == 204
    assert call(provider, "GET", path, own).status_code == 401


@pytest.mark.any_database
@pytest.mark.asvs("V8.3.1")
def test_what_an_administrator_said_of_a_client_survives_its_own_changes(provider: Flask, token: str) -> None:
    """RFC 7592 2.2 replaces what the client says of itself: neither a demand nor a permission of the ministry."""
    mine = register(provider, token).json
    path, own = mine["registration_client_uri"].removeprefix(ISSUER), mine["registration_access_token"]
    said = {"userinfo_acr_values": ["urn:siapkerja:acr:mfa"], "sector": "siapkerja", "scope": "openid profile nik"}
    with provider.app_context():
        present = clients.find(mine["client_id"]).metadata  # type: ignore[union-attr]
        clients.replace(mine["client_id"], metadata.parse({**present.model_dump(mode="json", exclude_none=True), **said}))
    read = call(provider, "GET", path, own).json
    assert call(provider, "PUT", path, own, {**read, "client_name": "Lain", "sector": "mine"}).json["scope"] == "openid profile nik"
    with provider.app_context():
        after = clients.find(mine["client_id"]).metadata  # type: ignore[union-attr]
    assert (after.client_name, after.sector, after.userinfo_acr_values) == ("Lain", "siapkerja", ("urn:siapkerja:acr:mfa",))
    assert call(provider, "PUT", path, own, {**read, "scope": "openid shared_signals"}).json["error"] == "invalid_client_metadata"


@pytest.mark.any_database
def test_a_native_app_needs_no_sector_and_shares_none(provider: Flask, open_registration: None) -> None:
    """RFC 8252 7.1, 7.3: both IP versions of loopback, and a scheme of its own; none of them says whose the app is (Core 8.1)."""
    native = {"application_type": "native", "token_endpoint_auth_method": "none"}
    uris = ["http://127.0.0.1/cb", "http://[::1]/cb", "id.example.app:/cb"]
    answers = [register(provider, redirect_uris=uris, **native) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    with provider.app_context():
        found = [clients.find(one.json["client_id"]) for one in answers]
        assert [one.sector for one in found if one] == [one.json["client_id"] for one in answers], "each is a sector of its own"
    assert Party.register(provider, redirect_uris=uris, **native).metadata.sector is None


def test_in_a_conformance_run_anybody_registers_and_signs_in_without_pkce(provider: Flask, open_registration: None, house: House) -> None:
    mine = register(provider, response_types=["code"]).json
    with provider.app_context():
        party = Party(provider, mine["client_id"], mine["client_secret"], clients.find(mine["client_id"]).metadata)  # type: ignore[union-attr]
    browser = party.browser()
    browser.sign_in(house)
    code = party.code(browser, code_challenge=None, code_challenge_method=None, scope="openid profile")
    assert party.redeem(code, code_verifier=None).status_code == 200


class TestDiscovery:
    @pytest.mark.asvs("V10.5.3")
    def test_both_addresses_tell_the_same_and_authlib_finds_no_fault(self, provider: Flask) -> None:
        http = provider.test_client()
        told = http.get("/.well-known/openid-configuration", base_url=ISSUER).json
        assert told == http.get("/.well-known/oauth-authorization-server", base_url=ISSUER).json
        assert told["issuer"] == ISSUER
        OpenIDProviderMetadata(told).validate()

    def test_every_endpoint_that_is_told_exists(self, provider: Flask) -> None:
        told = provider.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
        rules = {rule.rule for rule in provider.url_map.iter_rules()}
        for name, value in told.items():
            if isinstance(value, str) and value.startswith(ISSUER + "/oauth"):
                assert value.removeprefix(ISSUER) in rules, name

    @pytest.mark.asvs("V11.1.1")
    def test_keys_are_public_and_of_every_algorithm(self, provider: Flask) -> None:
        keys = provider.test_client().get("/oauth/jwks", base_url=ISSUER).json["keys"]
        assert {key["alg"] for key in keys} == {"RS256", "ES256", "PS256", "EdDSA"}
        assert not any({"d", "p", "q", "k"} & set(key) for key in keys)
        assert json.dumps(keys).count('"kid"') == len({key["kid"] for key in keys})


def test_the_session_frame_can_be_framed_and_hears_of_the_end(party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    party.ask(browser)
    browser.follow()
    browser.decide("allow")
    state = values_of(browser.answer)["session_state"]
    assert state.count(".") == 1
    assert browser.http.get_cookie("__Host-op_state", domain="akun.example") or "op_state" in str(browser.answer.headers)
    frame = browser.get("/oauth/session")
    assert "frame-ancestors *" in frame.headers["Content-Security-Policy"]
    assert "unsafe" not in frame.headers["Content-Security-Policy"]
