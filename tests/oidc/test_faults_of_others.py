"""What went wrong elsewhere, tried on this provider: one test for each fault of the protocol in the list of measured ones."""

from __future__ import annotations

import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey
from redis.exceptions import TimeoutError as RedisTimeoutError

from idp import clock
from idp.extensions import redis
from idp.oidc import keys
from idp.oidc.jose import b64
from idp.oidc.metadata import MetadataRefused
from tests.oidc.fapi import signer_of
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party, values_of
from tests.oidc.signer import unsigned

PROBE = {"grant_type": "client_credentials"}
EXTRA = {"extra": "x" * 60_000}


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


@pytest.fixture
def signing(register: Any) -> Party:
    return register(token_endpoint_auth_method="private_key_jwt", jwks=signer_of("RS256:own").jwks, grant_types=["client_credentials"])


def with_assertion(party: Party, token: str) -> int:
    assertion = {"client_id": party.client_id, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    answer = party.app.test_client().post("/oauth/token", data={**PROBE, **assertion, "client_assertion": token}, base_url=ISSUER)
    assert answer.json["error"] in ("invalid_client", "invalid_request")
    return answer.status_code


def claims_for(party: Party) -> dict[str, Any]:
    now = clock.timestamp()
    return {"iss": party.client_id, "sub": party.client_id, "aud": ISSUER, "exp": now + 60, "iat": now, "jti": "j"}


def hs256(claims: dict[str, Any], secret: str) -> str:
    """By hand: no library signs with a public key as a secret any more."""
    text = ".".join(b64(json.dumps(one).encode()) for one in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{b64(hmac.digest(secret.encode(), text.encode(), 'sha256'))}"


def test_a_public_key_is_no_secret_and_no_signature_is_none(signing: Party, browser: Browser, party: Party) -> None:
    """Algorithm confusion and `none`: Authlib CVE-2024-37568, CVE-2026-28802."""
    own = signer_of("RS256:own").key
    public = own.as_dict(private=False)
    for secret in (own.as_pem(private=False).decode(), json.dumps(public), public["n"]):
        assert with_assertion(signing, hs256(claims_for(signing), secret)) == 401
    assert with_assertion(signing, unsigned(claims_for(signing))) == 401
    with party.app.app_context():
        ours = keys.signing_key("RS256").as_pem(private=False).decode()
    forged = {"iss": ISSUER, "sub": "x", "aud": party.client_id, "exp": clock.timestamp() + 60}
    for hint in (hs256(forged, ours), unsigned(forged)):
        assert values_of(party.ask(browser, id_token_hint=hint))["error"] == "invalid_request"
        assert browser.get("/oauth/logout", query_string={"id_token_hint": hint}).status_code == 400


def test_what_is_critical_and_unknown_is_refused(signing: Party) -> None:
    """Unknown `crit`: Authlib CVE-2025-59420; joserfc raises TypeError where it is no list."""
    header = {"alg": "RS256", "crit": ["unknown"], "unknown": True}
    for crit in (["unknown"], [], 1, "exp", {"a": 1}, None):
        text = ".".join(b64(json.dumps(one).encode()) for one in ({**header, "crit": crit}, claims_for(signing))) + ".AAAA"
        assert with_assertion(signing, text) == 401


def test_an_enormous_token_is_refused_before_it_is_looked_at(signing: Party, party: Party, browser: Browser) -> None:
    """Oversized tokens: Authlib CVE-2025-61920."""
    began = time.monotonic()
    for token in (signer_of("RS256:own").sign({**claims_for(signing), **EXTRA}), "." * 60_000, "a." * 30_000):
        assert 400 <= with_assertion(signing, token) < 402
        assert browser.get("/oauth/logout", data={}, query_string={"id_token_hint": token[:9_000]}).status_code == 400
    assert time.monotonic() - began < 5


def test_a_compressed_bomb_is_not_opened(party: Party, browser: Browser) -> None:
    """Compressed JWE: Authlib CVE-2025-62706. We decrypt nothing of others at all."""
    key, algorithms = RSAKey.generate_key(2048), ["RSA-OAEP", "A128GCM", "DEF"]
    token = jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A128GCM", "zip": "DEF"}, b"\0" * 10_000_000, key, algorithms=algorithms)
    began = time.monotonic()
    assert values_of(party.ask(browser, request=token))["error"] == "invalid_request_object"
    assert values_of(party.ask(browser, id_token_hint=token))["error"] == "invalid_request"
    assert party.userinfo(token).status_code == 401
    assert time.monotonic() - began < 2


def test_a_key_in_the_tokens_own_header_proves_nothing(signing: Party) -> None:
    """Key from the token's own header: Authlib CVE-2026-27962."""
    thief = signer_of("RS256:thief")
    public = thief.key.as_dict(private=False)
    for header in ({"jwk": public}, {"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/x5u"}, {"x5c": ["AAAA"]}):
        own_kid = {"kid": signer_of("RS256:own").key.thumbprint()}
        assert with_assertion(signing, thief.sign(claims_for(signing), **header, **own_kid)) == 401


@pytest.mark.parametrize("fault", [{"prompt": "none"}, {"scope": "unknown"}, {"response_type": "x"}, {"request": "x"}, {"claims": "x"}, {}])
def test_nothing_is_redirected_before_the_address_is_trusted(party: Party, browser: Browser, fault: dict[str, str]) -> None:
    """Redirect before the URI is validated: CVE-2026-44681."""
    answer = party.ask(browser, redirect_uri="https://evil.example/", **fault)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_the_code_of_one_client_is_worth_nothing_to_another_not_even_of_the_same_sector(
    party: Party, browser: Browser, register: Any
) -> None:
    """Code of client A redeemed by B: Keycloak CVE-2026-16089."""
    sibling: Party = register()
    sibling.verifier = party.verifier
    code = party.code(browser)
    assert sibling.redeem(code).json["error"] == "invalid_grant"
    assert party.redeem(code).json["error"] == "invalid_grant", "whoever had it, it is spent"


def test_an_old_refresh_token_is_not_revived_by_a_restart(party: Party, browser: Browser) -> None:
    """Refresh race CVE-2026-1035 (test_once.py); old token revived after a restart: CVE-2026-9802."""
    first = party.tokens(browser, scope="openid offline_access", prompt="consent")["refresh_token"]
    second = party.refresh(first).json["refresh_token"]
    with party.app.app_context():
        redis.flushall()
    assert party.refresh(first).json["error"] == "invalid_grant"
    assert party.refresh(second).json["error"] == "invalid_grant", "the reuse ended the family"


def test_a_request_that_began_in_another_browser_goes_no_further(party: Party, browser: Browser, house: House) -> None:
    """Flow started in another browser: Keycloak CVE-2026-7507."""
    party.ask(browser)
    path = browser.at
    victim = party.browser()
    victim.sign_in(house)
    assert victim.get(path).status_code == 400
    assert victim.post(path, {"decision": "allow"}).status_code == 400


def test_a_stranger_learns_nothing_of_a_token(party: Party, browser: Browser, register: Any) -> None:
    """Introspection by a stranger: CVE-2026-37979."""
    stranger: Party = register()
    tokens = party.tokens(browser, scope="openid offline_access", prompt="consent")
    for token in (tokens["access_token"], tokens["refresh_token"], "unknown"):
        assert stranger.post("/oauth/introspect", {"token": token}).json == {"active": False}
    assert party.app.test_client().post("/oauth/introspect", data={"token": token}, base_url=ISSUER).status_code == 401


def test_a_huge_scope_is_refused_at_once(party: Party, browser: Browser) -> None:
    """Huge scope: CVE-2026-4634."""
    began = time.monotonic()
    assert values_of(party.ask(browser, scope="openid " + "x " * 3_500))["error"] == "invalid_scope"
    assert party.post("/oauth/token", {**PROBE, "scope": "x " * 3_500}).status_code == 400
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "response_type", "code_challenge", "prompt", "response_mode"])
def test_a_repeated_parameter_is_refused(party: Party, browser: Browser, name: str) -> None:
    """Duplicate parameters: CVE-2026-9689."""
    query = [*party.parameters(prompt="login", response_mode="query").items(), (name, "other")]
    assert values_of(browser.get("/oauth/authorize", query_string=query))["error"] == "invalid_request"


def test_pkce_cannot_be_left_out_at_either_end(party: Party, browser: Browser, register: Any) -> None:
    """PKCE left out: authentik CVE-2023-48228."""
    assert values_of(party.ask(browser, code_challenge=None, code_challenge_method=None))["error"] == "invalid_request"
    for verifier in (None, "", "x", "x" * 43):
        assert party.redeem(party.code(browser), code_verifier=verifier).json["error"] == "invalid_grant"
    lax: Party = register(pkce="optional")
    code = lax.code(browser, code_challenge=None, code_challenge_method=None)
    assert lax.redeem(code).json["error"] == "invalid_grant", "a verifier without a challenge: somebody took it out (RFC 9700 4.8.2)"
    assert lax.redeem(lax.code(browser), code_verifier=None).json["error"] == "invalid_grant"


def test_a_redirect_uri_is_no_pattern(party: Party, browser: Browser, register: Any) -> None:
    """Redirect URI as a pattern: authentik CVE-2024-52289."""
    for uri in ("https://karirhubXexample/kembali", "https://karirhub.example/kembal", "https://karirhub.example/kembalii"):
        assert party.ask(browser, redirect_uri=uri).status_code == 400
    for pattern in ("https://*.example/kembali", "https://.*/kembali"):
        with pytest.raises(MetadataRefused):
            register(redirect_uris=[pattern])


def test_a_suspended_account_gets_nothing_by_any_path(party: Party, browser: Browser, house: House) -> None:
    """Suspended account still signs in: Canaille CVE-2025-53942."""
    tokens, code = party.tokens(browser, scope="openid offline_access", prompt="consent"), party.code(browser)
    house.suspended.add("siti")
    assert values_of(party.ask(browser, prompt="none"))["error"] == "access_denied"
    assert party.redeem(code).json["error"] == "invalid_grant"
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.post("/oauth/introspect", {"token": tokens["access_token"]}).json == {"active": False}
    assert party.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_what_has_expired_is_refused_though_nobody_cleaned_up(party: Party, browser: Browser) -> None:
    """Expiry left to a job: CVE-2025-64708. The clock moves, the stores keep everything."""
    tokens, code = party.tokens(browser, scope="openid offline_access", prompt="consent"), party.code(browser)
    pushed = party.post("/oauth/par", party.parameters()).json["request_uri"]
    clock.shift(61)
    assert party.redeem(code).json["error"] == "invalid_grant"
    assert values_of(party.ask(browser, request_uri=pushed))["error"] == "invalid_request_uri"
    clock.shift(600)
    assert party.userinfo(tokens["access_token"]).status_code == 401
    clock.shift(31 * 86400)
    assert party.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_an_empty_post_decides_nothing(party: Party, browser: Browser) -> None:
    """An empty POST skips a step: Keycloak CVE-2026-49443."""
    party.ask(browser)
    browser.follow()
    path, token = browser.answer.request.path, browser.csrf()
    for data in ({}, {"csrf_token": token}, {"csrf_token": token, "decision": ""}, {"csrf_token": token, "claim": "name"}):
        browser.post(path, data)
        assert browser.answer.status_code == 400 or browser.at == path
    assert browser.follow().status_code in (200, 400)


def test_each_device_gets_what_its_own_person_allowed(register: Any, house: House) -> None:
    """A code that authenticates as another user on a device: django-oauth-toolkit #1819."""
    kiosk: Party = register(grant_types=["urn:ietf:params:oauth:grant-type:device_code"], redirect_uris=[], first_party=True)
    first, second = (kiosk.post("/oauth/device", {"scope": "openid"}).json for _ in range(2))
    person = kiosk.browser()
    person.sign_in(house, "budi")
    person.get("/oauth/device")
    person.post("/oauth/device/kode", {"csrf_token": person.csrf(), "user_code": first["user_code"]})
    person.follow()
    person.decide("allow")
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}
    assert kiosk.post("/oauth/token", {**grant, "device_code": second["device_code"]}).json["error"] == "authorization_pending"
    token = kiosk.post("/oauth/token", {**grant, "device_code": first["device_code"]}).json["access_token"]
    other = kiosk.browser()
    other.sign_in(house, "siti")
    assert kiosk.userinfo(token).json["sub"] != kiosk.verified(kiosk_token(kiosk, other, second))["sub"]


def kiosk_token(kiosk: Party, browser: Browser, device: dict[str, str]) -> str:
    browser.get("/oauth/device")
    browser.post("/oauth/device/kode", {"csrf_token": browser.csrf(), "user_code": device["user_code"]})
    browser.follow()
    browser.decide("allow")
    clock.shift(6)
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": device["device_code"]}
    return str(kiosk.post("/oauth/token", grant).json["id_token"])


def test_no_page_of_a_person_is_kept_for_another(party: Party, browser: Browser) -> None:
    """Missing `Vary: Cookie`: Flask."""
    party.ask(browser)
    page = browser.follow()
    assert "Cookie" in page.headers["Vary"]
    assert page.headers["Cache-Control"] == "no-store"


def test_an_answer_that_came_too_late_is_given_to_nobody(party: Party) -> None:
    """An answer meant for another after a time-out: redis-py CVE-2023-28858."""
    with party.app.app_context():
        redis.set("mine", b"mine")
        with pytest.raises(RedisTimeoutError):
            redis.blpop(["late"], timeout=30)
        redis.rpush("late", b"another's")
        assert [redis.get("mine") for _ in range(3)] == [b"mine"] * 3
