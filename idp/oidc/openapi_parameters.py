"""What each parameter of the protocol may hold, as JSON Schema: the same words wherever it comes."""

from __future__ import annotations

from typing import Any

from idp.oidc import metadata

JWT = {"type": "string", "pattern": r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$"}
URI = {"type": "string", "format": "uri"}
TEXT = {"type": "string", "maxLength": 8192}
TOKEN_TYPES = ["urn:ietf:params:oauth:token-type:access_token"]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PROMPTS = "none|login|consent|select_account|create"

SCHEMAS: dict[str, dict[str, Any]] = {
    "access_token": {**TEXT, "description": "RFC 6750 2.2"},
    "account": {"type": "string", "enum": ["same", "other"], "description": "With which account to go on"},
    "acr_values": {**TEXT, "description": "Levels of sign-in that are wished for, in order, separated by spaces"},
    "audience": {**TEXT, "description": "client_id of the service that the token is for (RFC 8693 2.1)"},
    "claim": {"type": "array", "items": {"type": "string"}, "description": "Claims that the person ticked"},
    "claims": {**TEXT, "contentMediaType": "application/json", "description": "Single claims (OpenID Connect Core 5.5)"},
    "claims_locales": {**TEXT, "description": "Languages of claims, in order"},
    "client_assertion": {**JWT, "description": "RFC 7523 2.2"},
    "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
    "client_id": {"type": "string", "minLength": 1, "maxLength": 255},
    "client_secret": TEXT,
    "code": {**TEXT, "description": "The authorization code; works once"},
    "code_challenge": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$", "description": "RFC 7636 4.2"},
    "code_challenge_method": {"type": "string", "enum": ["S256"]},
    "code_verifier": {"type": "string", "pattern": r"^[A-Za-z0-9._~-]{43,128}$", "description": "RFC 7636 4.1"},
    "csrf_token": {**TEXT, "description": "Of the form that was shown in this browser"},
    "decision": {"type": "string", "enum": ["allow", "deny", "logout", "stay"]},
    "device_code": {**TEXT, "description": "RFC 8628 3.4"},
    "display": {"type": "string", "enum": ["page", "popup", "touch"]},
    "dpop_jkt": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$", "description": "Thumbprint of the key to bind to (RFC 9449 10)"},
    "grant_type": {"type": "string", "enum": [one for one in metadata.GRANTS if one != "implicit"]},
    "id_token_hint": {**JWT, "description": "An ID token that was issued before"},
    "limit": {"type": "integer", "minimum": 1, "maximum": 999_999, "description": "Entries of a page; 100 at most are given"},
    "login_hint": {**TEXT, "description": "E-mail address or phone number to fill in"},
    "logout_hint": TEXT,
    "max_age": {"type": "integer", "minimum": 0, "description": "Seconds since the person last signed in, at most"},
    "nonce": {**TEXT, "description": "Comes back in the ID token"},
    "page": {"type": "integer", "minimum": 1, "maximum": 999_999, "description": "Which page, from 1"},
    "post_logout_redirect_uri": {**URI, "description": "Registered, byte for byte"},
    "prompt": {"type": "string", "pattern": f"^({PROMPTS})( ({PROMPTS}))*$"},
    "redirect_uri": {**URI, "description": "Registered, byte for byte"},
    "refresh_token": {**TEXT, "description": "Works once; the answer holds the next"},
    "request": {**JWT, "description": "A request object (RFC 9101)"},
    "request_uri": {**URI, "description": "Of a pushed request (RFC 9126), or registered"},
    "requested_token_type": {"type": "string", "enum": TOKEN_TYPES},
    "resource": {"type": "array", "items": URI, "description": "For which the access token is (RFC 8707); may come several times"},
    "response_mode": {"type": "string", "enum": list(metadata.RESPONSE_MODES)},
    "response_type": {"type": "string", "enum": list(metadata.RESPONSE_TYPES)},
    "scope": {"type": "string", "maxLength": 1000, "description": "Scopes, separated by spaces"},
    "state": {**TEXT, "description": "Comes back as it was sent"},
    "subject_token": {**TEXT, "description": "RFC 8693 2.1"},
    "subject_token_type": {"type": "string", "enum": TOKEN_TYPES},
    "token": {**TEXT, "description": "An access or refresh token of the client that calls"},
    "token_type_hint": {"type": "string", "enum": ["access_token", "refresh_token"]},
    "ui_locales": {**TEXT, "description": "Languages of pages, in order"},
    "user_code": {"type": "string", "maxLength": 20, "description": "As the device shows it"},
    "stream_id": {**TEXT, "description": "The stream that is meant; without it a list of all"},
}
PROOF = {"name": "DPoP", "in": "header", "schema": JWT, "description": "A proof of possession (RFC 9449 4)"}


def in_query(name: str, *, required: bool) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "required": required, "schema": SCHEMAS[name]}


def in_form(names: tuple[str, ...], required: tuple[str, ...]) -> dict[str, Any]:
    """The body of a form."""
    properties = {name: SCHEMAS[name] for name in names}
    return {"type": "object", "properties": properties} | ({"required": list(required)} if required else {})
