"""Hostile input: whatever is sent, the provider answers with a protocol error or a page, never with a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp import settings as idp_settings
from idp.oidc.metadata import DEVICE, EXCHANGE
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Party
from tests.volley import MINIMUM, Volley

PARTS = 5
CASES = MINIMUM["parameters"] // PARTS
OFTEN = settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
NASTY = [
    "",
    " ",
    "\x00",
    "é",
    "😀",
    '"',
    "\\",
    "%00",
    "%",
    "../..",
    "javascript:alert(1)",
    "https://[",
    "https://evil.example/\r\nX: y",
    "null",
    "true",
    "-1",
    "1e999",
    "9" * 400,
    "[]",
    "{}",
    '{"a":',
    "[" * 2000,
    "none",
    "code token",
    "eyJhbGciOiJub25lIn0.e30.",
    "eyJjcml0IjoxfQ.e30.x",
    "a.b.c",
    "....",
    "A" * 3000,
    "urn:ietf:params:oauth:request_uri:x",
    "https://karirhub.example/kembali",
    "openid " * 300,
    "S256",
    "plain",
    '{"userinfo":{"name":{"values":5}}}',
    '{"userinfo":null,"id_token":[]}',
    '{"id_token":{"acr":{"essential":true,"values":[{}]}}}',
    '{"userinfo":{"verified_claims":{"verification":{"trust_framework":{"value":{}}},"claims":{"name":{"value":[]}}}}}',
    "\ud7ff",
    '{"userinfo":{"name":{"value":"\\ud800"}}}',
    '{"id_token":{"email":{"values":[NaN,1e999]}}}',
    "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6Ilx1ZDgwMCJ9.",  # {"state":"\\ud800"}
    "﷽",
]
VALUES = st.sampled_from(NASTY) | st.text(max_size=40)
AUTHORIZE = (
    "client_id redirect_uri response_type response_mode scope state nonce prompt max_age login_hint id_token_hint acr_values claims "
    "claims_locales ui_locales display request request_uri code_challenge code_challenge_method dpop_jkt resource registration"
).split()
FORM = (
    "grant_type code redirect_uri code_verifier refresh_token scope resource audience device_code subject_token subject_token_type "
    "client_id client_secret client_assertion client_assertion_type token token_type_hint access_token user_code request request_uri"
).split()
GRANTS = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
]
PATHS = [
    "/oauth/token",
    "/oauth/par",
    "/oauth/revoke",
    "/oauth/introspect",
    "/oauth/device",
    "/oauth/userinfo",
    "/oauth/logout",
    "/oauth/authorize",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(VALUES, inner, max_size=3),
    max_leaves=6,
)
METADATA = (
    "client_name redirect_uris grant_types response_types scope token_endpoint_auth_method jwks jwks_uri subject_type "
    "sector_identifier_uri "
    "id_token_signed_response_alg contacts logo_uri request_uris default_max_age require_auth_time software_id post_logout_redirect_uris"
).split()


@pytest.fixture
def volley() -> Iterator[Volley]:
    with Volley("parameters", part_of=PARTS) as counted:
        yield counted


@pytest.fixture
def party(register: Any) -> Party:

    return register(first_party=True, grant_types=["authorization_code", "refresh_token", "client_credentials", DEVICE, EXCHANGE])


@pytest.mark.asvs("V15.3.5", "V16.5.3")
@OFTEN
@given(changes=st.dictionaries(st.sampled_from(AUTHORIZE), VALUES, min_size=1, max_size=4), again=st.booleans())
def test_authorization_requests(volley: Volley, party: Party, house: House, changes: dict[str, str], again: bool) -> None:
    browser = party.browser()
    browser.sign_in(house)
    query = [*{**party.parameters(), **changes}.items(), *(list(changes.items())[:1] if again else [])]
    answer = volley.send(lambda: browser.get("/oauth/authorize", query_string=query))
    if "Location" in answer.headers:
        assert answer.headers["Location"].startswith(("https://karirhub.example/kembali", "/"))


@OFTEN
@given(
    path=st.sampled_from(PATHS),
    grant=st.sampled_from(GRANTS),
    form=st.dictionaries(st.sampled_from(FORM), VALUES, max_size=5),
    header=st.none()
    | st.sampled_from(["Basic", "Bearer", "DPoP", "basic "]).flatmap(lambda scheme: VALUES.map(lambda value: f"{scheme} {value}")),
    proof=st.none() | VALUES,
    proven=st.booleans(),
)
def test_forms(
    volley: Volley, party: Party, path: str, grant: str, form: dict[str, str], header: str | None, proof: str | None, proven: bool
) -> None:
    headers = {"DPoP": proof or "", "Authorization": header or "", **(party.authorization() if proven else {})}
    clean = {
        name: value.replace("\r", "").replace("\n", "").encode("utf-8", "replace").decode("latin-1")
        for name, value in headers.items()
        if value
    }
    answer = volley.send(lambda: party.app.test_client().post(path, data={"grant_type": grant, **form}, headers=clean, base_url=ISSUER))
    assert proven or "access_token" not in answer.text


@OFTEN
@given(
    document=st.dictionaries(st.sampled_from(METADATA), JSON, max_size=5) | JSON, method=st.sampled_from(["POST", "PUT", "GET", "DELETE"])
)
def test_registrations(volley: Volley, party: Party, document: Any, method: str) -> None:

    idp_settings.use(idp_settings.current().model_copy(update={"open_registration": True}))
    path = "/oauth/register" if method == "POST" else "/oauth/register/x"
    body = json.dumps(document)
    answer = volley.send(
        lambda: party.app.test_client().open(path, method=method, data=body, content_type="application/json", base_url=ISSUER)
    )
    assert answer.status_code == 401 if method != "POST" else answer.status_code in (201, 400), answer.text
    assert isinstance(document, dict) or answer.status_code != 201


@OFTEN
@given(query=st.dictionaries(st.sampled_from(["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"]), VALUES))
def test_logout_requests(volley: Volley, party: Party, house: House, query: dict[str, str]) -> None:
    browser = party.browser()
    browser.sign_in(house)
    answer = volley.send(lambda: browser.get("/oauth/logout", query_string=query))
    assert not answer.headers.get("Location", "/").startswith("http")


@OFTEN
@given(tail=VALUES, where=st.sampled_from(["authorize", "logout", "register", "device"]), method=st.sampled_from(["GET", "POST", "PUT"]))
def test_paths(volley: Volley, party: Party, tail: str, where: str, method: str) -> None:
    answer = volley.send(lambda: party.app.test_client().open(f"/oauth/{where}/{tail}", method=method, base_url=ISSUER))
    assert answer.headers.get("Location", "/").startswith(("/", ISSUER)), answer.location
