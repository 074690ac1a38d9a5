"""`/openapi.json`: the protocol's endpoints as OpenAPI 3.1 describes them, made from one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify

from idp.oidc import introspection, openapi_parameters, openapi_schemas, provider
from idp.oidc.routes import blueprint

FORM, JSON, HTML, JWT = "application/x-www-form-urlencoded", "application/json", "text/html", "application/jwt"
CLIENT = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
AUTHORIZE = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "login_hint",
    "id_token_hint", "acr_values", "claims", "claims_locales", "ui_locales", "display", "request", "request_uri", "code_challenge",
    "code_challenge_method", "dpop_jkt", "resource",
)  # fmt: skip
# The rest may stand in a request object or in what was pushed before.
NEEDED = ("client_id",)
TOKEN = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "audience", "device_code",
    "subject_token", "subject_token_type", "requested_token_type", *CLIENT,
)  # fmt: skip
ABOUT_TOKEN = ("token", "token_type_hint", *CLIENT)
# How a caller proves itself. {} stands for what the form holds: a secret, an assertion, an access token, or nothing.
BASIC, BEARER, TOKENS = ("basic", ""), ("bearer",), ("bearer", "dpop")
OLD_AUTHORIZE = ("client_id", "redirect_uri", "response_type", "scope", "state")
LOGOUT = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path: what it takes, the statuses that it answers with, and what is in the answer."""

    method: str
    path: str
    summary: str
    statuses: tuple[int, ...]
    gives: str = ""  # the schema of a good answer in JSON; empty: a page
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    json: str = ""  # the schema of the document that it takes
    security: tuple[str, ...] = ()
    proof: bool = False
    also: str = ""  # another media type that a good answer may have


OPERATIONS = (
    Operation("get", "/.well-known/openid-configuration", "Discovery (OpenID Connect Discovery)", (200,), "Metadata"),
    Operation("get", "/.well-known/oauth-authorization-server", "Discovery (RFC 8414)", (200,), "Metadata"),
    Operation("get", "/openapi.json", "This document", (200,), "Document"),
    Operation("get", "/oauth/jwks", "Public keys (RFC 7517)", (200,), "KeySet"),
    Operation("get", "/oauth/authorize", "Authorization request", (200, 303, 400), query=AUTHORIZE, needs=NEEDED),
    Operation("post", "/oauth/authorize", "Authorization request by form", (200, 303, 400), form=AUTHORIZE, needs=NEEDED),
    Operation("get", "/oauth/authorize/{pending_id}", "A step of a request", (200, 303, 400)),
    Operation(
        "post", "/oauth/authorize/{pending_id}", "A person's decision", (200, 303, 400),
        form=("csrf_token", "decision", "claim", "account"),
    ),
    Operation(
        "post", "/oauth/par", "Pushed request (RFC 9126)", (201, 400, 401, 429), "PushedRequest",
        form=(*AUTHORIZE, *CLIENT[1:]), security=BASIC, proof=True,
    ),
    Operation(
        "post", "/oauth/token", "Token endpoint", (200, 400, 401, 429), "Tokens",
        form=TOKEN, needs=("grant_type",), security=BASIC, proof=True,
    ),
    Operation(
        "get", "/oauth/userinfo", "Claims for an access token", (200, 400, 401, 403), "Claims",
        security=TOKENS, proof=True, also=JWT,
    ),
    Operation(
        "post", "/oauth/userinfo", "Claims for an access token", (200, 400, 401, 403), "Claims",
        form=("access_token",), security=(*TOKENS, ""), proof=True, also=JWT,
    ),
    Operation(
        "post", "/oauth/revoke", "Token revocation (RFC 7009)", (200, 400, 401, 429), "Nothing",
        form=ABOUT_TOKEN, needs=("token",), security=BASIC,
    ),
    Operation(
        "post", "/oauth/introspect", "Token introspection (RFC 7662)", (200, 400, 401, 429), "Introspection",
        form=ABOUT_TOKEN, needs=("token",), security=BASIC, also=introspection.JWT_TYPE,
    ),
    Operation(
        "post", "/oauth/device", "Device authorization (RFC 8628)", (200, 400, 401, 429), "Device",
        form=("scope", *CLIENT), security=BASIC,
    ),
    Operation("get", "/oauth/device", "The page for a device's code", (200,), query=("user_code",)),
    Operation("post", "/oauth/device/kode", "A device's code, typed", (303, 400, 429), form=("csrf_token", "user_code")),
    Operation(
        "post", "/oauth/register", "Dynamic registration (RFC 7591)", (201, 400, 401), "Registration",
        json="ClientMetadata", security=BEARER,
    ),
    Operation("get", "/oauth/register/{client_id}", "Read a registration (RFC 7592)", (200, 401), "Registration", security=BEARER),
    Operation(
        "put", "/oauth/register/{client_id}", "Replace a registration (RFC 7592)", (200, 400, 401), "Registration",
        json="Replacement", security=BEARER,
    ),
    Operation("delete", "/oauth/register/{client_id}", "Remove a registration (RFC 7592)", (204, 401), "Nothing", security=BEARER),
    Operation("get", "/oauth/logout", "RP-initiated logout", (200, 303, 400), query=LOGOUT),
    Operation("post", "/oauth/logout", "RP-initiated logout by form", (303, 400), form=LOGOUT),
    Operation("get", "/oauth/logout/{kept_id}", "A logout that waits for its person", (200, 303)),
    Operation("post", "/oauth/logout/{kept_id}", "A person's word", (200, 303, 400), form=("csrf_token", "decision")),
    Operation("get", "/.well-known/ssf-configuration", "Shared Signals metadata", (200,), "Transmitter"),
    Operation(
        "get", "/oauth/events/stream", "The client's stream, or a list of it", (200, 401, 403, 404), "Streams",
        query=("stream_id",), security=TOKENS, proof=True,
    ),
    Operation(
        "post", "/oauth/events/stream", "Make a stream", (201, 400, 401, 403, 409), "Stream",
        json="StreamRequest", security=TOKENS, proof=True,
    ),
    Operation(
        "put", "/oauth/events/stream", "Replace a stream", (200, 400, 401, 403, 404), "Stream",
        json="StreamRequest", security=TOKENS, proof=True,
    ),
    Operation(
        "patch", "/oauth/events/stream", "Change a stream", (200, 400, 401, 403, 404), "Stream",
        json="StreamRequest", security=TOKENS, proof=True,
    ),
    Operation("delete", "/oauth/events/stream", "Remove a stream", (204, 401, 403, 404), "Nothing", security=TOKENS, proof=True),
    Operation("get", "/oauth/events/status", "Whether events flow", (200, 401, 403, 404), "StreamStatus", security=TOKENS, proof=True),
    Operation(
        "post", "/oauth/events/status", "Let events flow or not", (200, 400, 401, 403, 404), "StreamStatus",
        json="StreamStatusRequest", security=TOKENS, proof=True,
    ),
    Operation(
        "post", "/oauth/events/verify", "Ask for a trial event", (204, 400, 401, 403, 404), "Nothing",
        json="Verification", security=TOKENS, proof=True,
    ),
    Operation(
        "post", "/oauth/events/poll", "Fetch events (RFC 8936)", (200, 400, 401, 403, 404), "Events",
        json="Poll", security=TOKENS, proof=True,
    ),
    Operation("get", "/oauth/session", "Session Management frame", (200,)),
    Operation("get", "/auth", "Authorization request of the old interface", (200, 303, 400), query=OLD_AUTHORIZE, needs=NEEDED),
    Operation(
        "post", "/api/v1/tokens", "Token request of the old interface", (200, 400, 401, 429), "OldTokens", json="OldTokenRequest",
    ),
    Operation("get", "/api/v1/users/me", "Who signed in, as the old interface said it", (200, 400, 401, 403), "OldUser", security=TOKENS),
    Operation(
        "get", "/profile/v1/profiles/{profile_id}", "The person's profile, as the old interface said it",
        (200, 400, 401, 403, 404), "OldProfile", security=TOKENS,
    ),
    Operation(
        "get", "/profile/v1/profiles/{profile_id}/{part}", "A page of educations, experiences, trainings, certifications or skills",
        (200, 400, 401, 403, 404), "OldPage", query=("page", "limit"), security=TOKENS,
    ),
)  # fmt: skip


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The document."""
    return jsonify(document())


def document() -> dict[str, Any]:
    """All operations, by path."""
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _described(one)
    about = "Endpoints for programs, and the pages that they send people to. The guide is at /pengembang."
    return {
        "openapi": "3.1.0",
        "info": {"title": "SIAPkerja OpenID Provider", "version": "1", "description": about},
        "servers": [{"url": provider.issuer()}],
        "externalDocs": {"url": provider.endpoint("/pengembang")},
        "paths": paths,
        "components": {"schemas": openapi_schemas.schemas(), "securitySchemes": _security_schemes()},
    }


def _security_schemes() -> dict[str, Any]:
    return {
        "basic": {"type": "http", "scheme": "basic", "description": "client_secret_basic (RFC 6749 2.3.1)"},
        "bearer": {"type": "http", "scheme": "bearer", "description": "RFC 6750"},
        "dpop": {"type": "http", "scheme": "dpop", "description": "RFC 9449 7.1; a proof comes in the DPoP header"},
        "openid": {"type": "openIdConnect", "openIdConnectUrl": provider.endpoint("/.well-known/openid-configuration")},
    }


def _described(one: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": one.summary,
        "operationId": f"{one.method}_{one.path.strip('/').translate(str.maketrans('/.', '__', '{}'))}",
        "parameters": _parameters(one),
        "responses": {str(status): _response(one, status) for status in (*one.statuses, *_always(one))},
    }
    if one.form:
        told["requestBody"] = {"required": bool(one.needs), "content": {FORM: {"schema": openapi_parameters.in_form(one.form, one.needs)}}}
    if one.json:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": openapi_schemas.ref(one.json)}}}
    if one.security:
        told["security"] = [{name: []} if name else {} for name in one.security]
    return told


def _parameters(one: Operation) -> list[dict[str, Any]]:
    inside = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    handle = {"type": "string", "minLength": 1, "maxLength": 255}
    found = [{"name": name, "in": "path", "required": True, "schema": handle} for name in inside]
    found += [openapi_parameters.in_query(name, required=name in one.needs) for name in one.query]
    return [*found, openapi_parameters.PROOF] if one.proof else found


def _always(one: Operation) -> tuple[int, ...]:
    """What any endpoint may answer: a body that is too large, and stores that are away."""
    return (413, 503) if one.form or one.json else (503,)


def _response(one: Operation, status: int) -> dict[str, Any]:
    told: dict[str, Any] = {"description": MEANINGS[status]}
    if status in HEADERS:
        told["headers"] = {HEADERS[status]: {"schema": {"type": "string"}, "required": True}}
    if status in (204, 303):
        return told
    return {**told, "content": _content(one, status)}


def _content(one: Operation, status: int) -> dict[str, Any]:
    if status in (413, 503):
        return {HTML: {"schema": {"type": "string"}}, JSON: {"schema": {"type": "object"}}}
    if not one.gives:
        return {HTML: {"schema": {"type": "string"}}}
    if status >= 400:
        return {JSON: {"schema": openapi_schemas.ref("Challenge" if "dpop" in one.security else "Error")}}
    others = {one.also: {"schema": {"type": "string"}}} if one.also else {}
    return {JSON: {"schema": openapi_schemas.ref(one.gives)}, **others}


HEADERS = {303: "Location", 401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
MEANINGS = {
    200: "Answered",
    201: "Made",
    204: "Done",
    303: "Go there",
    400: "Refused",
    401: "Not proven",
    403: "Not allowed",
    404: "Not there",
    409: "There already",
    413: "Too large",
    429: "Too often: wait as Retry-After says",
    503: "A store is away: wait as Retry-After says",
}
