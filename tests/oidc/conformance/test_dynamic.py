"""Plans oidcc-config and oidcc-dynamic: clients that register themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from idp import settings
from idp.oidc import clients, fetching, keys
from tests.oidc.house import House
from tests.oidc.party import CALLBACK, ISSUER, Browser, Party, values_of
from tests.oidc.signer import Signer, unsigned

pytestmark = pytest.mark.any_database

PLAIN: dict[str, Any] = {"code_challenge": None, "code_challenge_method": None}
OFFLINE = {"grant_types": ["authorization_code", "refresh_token"]}


class Site:
    """The relying party's own web site: documents by path."""

    def __init__(self) -> None:
        documents: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path in documents else 404)
                self.end_headers()
                self.wfile.write(documents.get(self.path, "").encode())

            def log_message(self, *args: object) -> None:
                pass

        self.documents = documents
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def register(provider: Flask) -> Iterator[Any]:
    """Register as the suite does: anybody, by a sandbox setting."""
    settings.use(settings.current().model_copy(update={"open_registration": True}))

    def over_http(**metadata: Any) -> Party:
        document = {"client_name": "Suite", "redirect_uris": [CALLBACK], "response_types": ["code"], **metadata}
        answer = provider.test_client().post("/oauth/register", json=document, base_url=ISSUER)
        assert answer.status_code == 201, answer.text
        with provider.app_context():
            found = clients.find(answer.json["client_id"])
        assert found
        return Party(provider, found.client_id, answer.json.get("client_secret"), found.metadata)

    yield over_http
    settings.use(provider.extensions["test_settings"])


def tokens(party: Party, browser: Browser, extra: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    code = party.code(browser, **{**PLAIN, **changes})
    answer = party.redeem(code, code_verifier=None, **(extra or {}))
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


@pytest.fixture
def browser(provider: Flask, house: House) -> Browser:
    found = Browser(provider)
    found.sign_in(house)
    return found


def test_server(register: Any, browser: Browser) -> None:
    party = register()
    assert party.verified(tokens(party, browser)["id_token"])["aud"] == party.client_id


def test_idtoken_rs256(register: Any, browser: Browser) -> None:
    party = register(id_token_signed_response_alg="RS256")
    assert party.verified(tokens(party, browser)["id_token"], "RS256")


def test_idtoken_unsigned(provider: Flask, register: Any) -> None:
    document = {"redirect_uris": [CALLBACK], "id_token_signed_response_alg": "none"}
    assert provider.test_client().post("/oauth/register", json=document, base_url=ISSUER).json["error"] == "invalid_client_metadata"


def test_userinfo_rs256(register: Any, browser: Browser) -> None:
    party = register(userinfo_signed_response_alg="RS256")
    assert party.verified(party.userinfo(tokens(party, browser)["access_token"]).text, "RS256")["sub"]


def test_ensure_redirect_uri_in_authorization_request(register: Any, browser: Browser) -> None:
    assert register().ask(browser, redirect_uri=None).status_code == 400


def test_redirect_uri_query_ok(register: Any, browser: Browser) -> None:
    party = register(redirect_uris=[CALLBACK + "?foo=bar"])
    party.code(browser, **PLAIN)
    assert browser.at.startswith(CALLBACK + "?foo=bar&")


@pytest.mark.parametrize("sent", [CALLBACK, CALLBACK + "?foo=baz", CALLBACK + "?foo=bar&x=y"])
def test_redirect_uri_query_mismatch(register: Any, browser: Browser, sent: str) -> None:
    assert register(redirect_uris=[CALLBACK + "?foo=bar"]).ask(browser, redirect_uri=sent).status_code == 400


test_redirect_uri_query_added = test_redirect_uri_query_mismatch


def test_redirect_uri_regfrag(provider: Flask, register: Any) -> None:
    answer = provider.test_client().post("/oauth/register", json={"redirect_uris": [CALLBACK + "#frag"]}, base_url=ISSUER)
    assert answer.json["error"] == "invalid_redirect_uri"


def test_discovery_endpoint_verification(provider: Flask) -> None:
    told = provider.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert told["issuer"] == ISSUER
    assert all(told[name].startswith(ISSUER) for name in told if name.endswith("_endpoint"))
    assert "openid" in told["scopes_supported"]
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert told["request_uri_parameter_supported"] is True
    assert {"client_secret_basic", "private_key_jwt"} <= set(told["token_endpoint_auth_methods_supported"])


@pytest.mark.parametrize("field", ["logo_uri", "policy_uri", "tos_uri"])
def test_registration_policy_uri(register: Any, browser: Browser, field: str) -> None:
    party = register(**{field: "https://suite.example/page"})
    party.ask(browser, **PLAIN)
    page = browser.follow()
    assert f'{"src" if field == "logo_uri" else "href"}="https://suite.example/page"' in page.text
    assert ("https://suite.example" in page.headers["Content-Security-Policy"]) is (field == "logo_uri")


test_registration_tos_uri = test_registration_logo_uri = test_registration_policy_uri


def test_registration_jwks_uri(register: Any, browser: Browser, site: Site) -> None:
    signer = Signer("RS256")
    site.documents["/jwks"] = json.dumps(signer.jwks)
    party = register(token_endpoint_auth_method="private_key_jwt", jwks_uri=site.url + "/jwks")
    assert tokens(party, browser, signer.assertion(party.client_id))


@pytest.mark.parametrize(("listed", "status"), [([CALLBACK, "https://more.example/"], 201), (["https://other.example/"], 400)])
def test_registration_sector_uri(provider: Flask, register: Any, monkeypatch: pytest.MonkeyPatch, listed: list[str], status: int) -> None:
    # The document must be https, and its server's certificate good: both are tried elsewhere, here it is what it says.
    monkeypatch.setattr(fetching, "_call", lambda *args: (200, json.dumps(listed).encode()))
    document = {"redirect_uris": [CALLBACK], "sector_identifier_uri": "https://sector.example/uris", "subject_type": "pairwise"}
    assert provider.test_client().post("/oauth/register", json=document, base_url=ISSUER).status_code == status


test_registration_sector_bad = test_registration_sector_uri


def test_server_rotate_keys(provider: Flask, register: Any, browser: Browser) -> None:
    party, http = register(), provider.test_client()
    before = {key["kid"] for key in http.get("/oauth/jwks", base_url=ISSUER).json["keys"]}
    with provider.app_context():
        keys.rotate(("ES256",))
    assert {key["kid"] for key in http.get("/oauth/jwks", base_url=ISSUER).json["keys"]} > before
    assert party.verified(tokens(party, browser)["id_token"])


def test_refresh_token(register: Any, browser: Browser) -> None:
    party = register(**OFFLINE)
    told = tokens(party, browser, scope="openid offline_access", prompt="consent")
    assert party.refresh(told["refresh_token"]).status_code == 200


def test_refresh_token_rp_key_rotation(provider: Flask, register: Any, browser: Browser, site: Site) -> None:
    old, new = Signer("RS256"), Signer("RS256")
    site.documents["/jwks"] = json.dumps(old.jwks)
    party = register(token_endpoint_auth_method="private_key_jwt", jwks_uri=site.url + "/jwks", **OFFLINE)
    told = tokens(party, browser, old.assertion(party.client_id), scope="openid offline_access")
    site.documents["/jwks"] = json.dumps(new.jwks)
    assert party.refresh(told["refresh_token"], **new.assertion(party.client_id)).status_code == 200


@pytest.mark.parametrize("signed", [False, True])
def test_request_uri_unsigned(register: Any, browser: Browser, site: Site, signed: bool) -> None:
    signer = Signer("RS256")
    algorithm = "RS256" if signed else "none"
    party = register(request_uris=[site.url + "/object#hash"], jwks=signer.jwks, request_object_signing_alg=algorithm)
    inside = party.parameters(**PLAIN, state="inside")
    site.documents["/object"] = signer.request(inside) if signed else unsigned(inside)
    party.ask(browser, **PLAIN, request_uri=site.url + "/object#hash")
    browser.follow()
    browser.decide("allow")
    assert values_of(browser.answer)["state"] == "inside"


test_request_uri_signed_rs256 = test_request_uri_unsigned


def test_ensure_request_object_with_redirect_uri(register: Any, browser: Browser) -> None:
    party = register(redirect_uris=[CALLBACK, CALLBACK + "?second"])
    inside = unsigned(party.parameters(**PLAIN, redirect_uri=CALLBACK + "?second"))
    party.ask(browser, **PLAIN, request=inside)
    browser.follow()
    browser.decide("allow")
    assert browser.at.startswith(CALLBACK + "?second&")


def test_ensure_client_assertion_with_iss_aud_succeeds(register: Any, browser: Browser) -> None:
    signer = Signer("RS256")
    party = register(token_endpoint_auth_method="private_key_jwt", jwks=signer.jwks)
    assert tokens(party, browser, signer.assertion(party.client_id, aud=ISSUER))
