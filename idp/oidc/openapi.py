"""`/openapi.json`: the protocol's endpoints as OpenAPI 3.1 describes them, made from one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify

from idp.oidc import provider
from idp.oidc.routes import blueprint

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
CLIENT = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
AUTHORIZE = (
    "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "login_hint",
    "id_token_hint", "acr_values", "claims", "claims_locales", "ui_locales", "display", "request", "request_uri", "code_challenge",
    "code_challenge_method", "dpop_jkt", "resource",
)  # fmt: skip
TOKEN = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "resource", "audience", "device_code",
    "subject_token", "subject_token_type", "requested_token_type", *CLIENT,
)  # fmt: skip
ABOUT_TOKEN = ("token", "token_type_hint", *CLIENT)
BASIC, BEARER, HTML = ("basic",), ("bearer",), "text/html"
LOGOUT = ("id_token_hint", "client_id", "post_logout_redirect_uri", "state", "logout_hint", "ui_locales")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path: what it takes, and the statuses that it answers with."""

    method: str
    path: str
    summary: str
    statuses: tuple[int, ...]
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    json: bool = False
    security: tuple[str, ...] = ()
    answer: str = JSON


OPERATIONS = (
    Operation("get", "/.well-known/openid-configuration", "Discovery (OpenID Connect Discovery)", (200,)),
    Operation("get", "/.well-known/oauth-authorization-server", "Discovery (RFC 8414)", (200,)),
    Operation("get", "/openapi.json", "This document", (200,)),
    Operation("get", "/oauth/jwks", "Public keys (RFC 7517)", (200,)),
    Operation("get", "/oauth/authorize", "Authorization request", (200, 303, 400), query=AUTHORIZE, answer=HTML),
    Operation("post", "/oauth/authorize", "Authorization request by form", (200, 303, 400), form=AUTHORIZE, answer=HTML),
    Operation("get", "/oauth/authorize/{pending_id}", "A step of a request", (200, 303, 400), answer=HTML),
    Operation(
        "post", "/oauth/authorize/{pending_id}", "A person's decision", (200, 303, 400), answer=HTML,
        form=("csrf_token", "decision", "claim", "account"),
    ),
    Operation("post", "/oauth/par", "Pushed request (RFC 9126)", (201, 400, 401, 429), form=(*AUTHORIZE, *CLIENT), security=BASIC),
    Operation("post", "/oauth/token", "Token endpoint", (200, 400, 401, 429), form=TOKEN, security=BASIC),
    Operation("get", "/oauth/userinfo", "Claims for an access token", (200, 400, 401, 403), security=BEARER),
    Operation("post", "/oauth/userinfo", "Claims for an access token", (200, 400, 401, 403), form=("access_token",), security=BEARER),
    Operation("post", "/oauth/revoke", "Token revocation (RFC 7009)", (200, 400, 401, 429), form=ABOUT_TOKEN, security=BASIC),
    Operation("post", "/oauth/introspect", "Token introspection (RFC 7662)", (200, 400, 401, 429), form=ABOUT_TOKEN, security=BASIC),
    Operation("post", "/oauth/device", "Device authorization (RFC 8628)", (200, 400, 401, 429), form=("scope", *CLIENT), security=BASIC),
    Operation("get", "/oauth/device", "The page for a device's code", (200,), query=("user_code",), answer=HTML),
    Operation("post", "/oauth/device/kode", "A device's code, typed", (303, 400, 429), form=("csrf_token", "user_code"), answer=HTML),
    Operation("post", "/oauth/register", "Dynamic registration (RFC 7591)", (201, 400, 401), json=True, security=BEARER),
    Operation("get", "/oauth/register/{client_id}", "Read a registration (RFC 7592)", (200, 401), security=BEARER),
    Operation("put", "/oauth/register/{client_id}", "Replace a registration (RFC 7592)", (200, 400, 401), json=True, security=BEARER),
    Operation("delete", "/oauth/register/{client_id}", "Remove a registration (RFC 7592)", (204, 401), security=BEARER),
    Operation("get", "/oauth/logout", "RP-initiated logout", (200, 303, 400), query=LOGOUT, answer=HTML),
    Operation("post", "/oauth/logout", "RP-initiated logout by form", (200, 303, 400), form=LOGOUT, answer=HTML),
    Operation("get", "/oauth/logout/{kept_id}", "A logout that waits for its person", (200, 303), answer=HTML),
    Operation("post", "/oauth/logout/{kept_id}", "A person's word", (200, 303, 400), form=("csrf_token", "decision"), answer=HTML),
    Operation("get", "/.well-known/ssf-configuration", "Shared Signals metadata", (200,)),
    Operation("get", "/oauth/events/stream", "The client's stream", (200, 401, 404), security=BEARER),
    Operation("post", "/oauth/events/stream", "Make a stream", (201, 400, 401, 409), json=True, security=BEARER),
    Operation("put", "/oauth/events/stream", "Replace a stream", (200, 400, 401, 404), json=True, security=BEARER),
    Operation("patch", "/oauth/events/stream", "Change a stream", (200, 400, 401, 404), json=True, security=BEARER),
    Operation("delete", "/oauth/events/stream", "Remove a stream", (204, 401, 404), security=BEARER),
    Operation("get", "/oauth/events/status", "Whether events flow", (200, 401, 404), security=BEARER),
    Operation("post", "/oauth/events/status", "Let events flow or not", (200, 400, 401, 404), json=True, security=BEARER),
    Operation("post", "/oauth/events/verify", "Ask for a trial event", (204, 400, 401, 404), json=True, security=BEARER),
    Operation("post", "/oauth/events/poll", "Fetch events (RFC 8936)", (200, 400, 401, 404), json=True, security=BEARER),
    Operation("get", "/oauth/session", "Session Management frame", (200,), answer=HTML),
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
    return {
        "openapi": "3.1.0",
        "info": {"title": "SIAPkerja OpenID Provider", "version": "1", "description": "See docs/openid.md and /pengembang."},
        "servers": [{"url": provider.issuer()}],
        "paths": paths,
        "components": {"securitySchemes": {"basic": {"type": "http", "scheme": "basic"}, "bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _described(one: Operation) -> dict[str, Any]:
    inside = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    text = {"type": "string"}
    parameters = [{"name": name, "in": "path", "required": True, "schema": text} for name in inside]
    parameters += [{"name": name, "in": "query", "schema": text} for name in one.query]
    told: dict[str, Any] = {
        "summary": one.summary,
        "operationId": f"{one.method}_{one.path.strip('/').replace('/', '_').replace('.', '_').replace('{', '').replace('}', '')}",
        "responses": {str(status): {"description": _meaning(status), **_content(one, status)} for status in one.statuses},
    }
    if parameters:
        told["parameters"] = parameters
    if one.form:
        schema = {"type": "object", "properties": dict.fromkeys(one.form, text)}
        told["requestBody"] = {"content": {FORM: {"schema": schema}}}
    if one.json:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": {"type": "object"}}}}
    if one.security:
        told["security"] = [{name: []} for name in one.security] + [{}]
    return told


def _content(one: Operation, status: int) -> dict[str, Any]:
    return {} if status in (204, 303) else {"content": {one.answer: {}}}


def _meaning(status: int) -> str:
    return MEANINGS.get(status, "Too often: wait as Retry-After says")


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
}
