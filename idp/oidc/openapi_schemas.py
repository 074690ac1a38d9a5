"""What the endpoints answer, and the documents that they take, as JSON Schema."""

from __future__ import annotations

from typing import Any

from idp.oidc.metadata import OWN_FIELDS, RESPONSE_TYPES, ClientMetadata

TEXT = {"type": "string"}
WORDS = {"type": "array", "items": TEXT}
URI = {"type": "string", "format": "uri"}
SECONDS = {"type": "integer", "minimum": 0}


def _object(required: str = "", **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties} | ({"required": required.split()} if required else {})


def _metadata() -> dict[str, Any]:
    """RFC 7591 2 and OpenID Connect Registration 2, from the model that validates it. Unknown members are ignored."""
    made = ClientMetadata.model_json_schema()
    properties = {name: schema for name, schema in made["properties"].items() if name not in OWN_FIELDS}
    return {"type": "object", "properties": {**properties, "response_types": {"type": "array", "items": {"enum": list(RESPONSE_TYPES)}}}}


def schemas() -> dict[str, Any]:
    """Every schema by its name."""
    return {**ANSWERS, **SIGNALS, **OLD_ROUTES, "ClientMetadata": _metadata()}


def ref(name: str) -> dict[str, str]:
    """How a schema is named elsewhere in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


ANSWERS: dict[str, dict[str, Any]] = {
    "Error": _object("error", error=TEXT, error_description={"type": "string", "pattern": r"^[\x20\x21\x23-\x5b\x5d-\x7e]*$"}),
    "Challenge": _object(error=TEXT, error_description=TEXT),
    "Metadata": _object(
        "issuer authorization_endpoint token_endpoint jwks_uri response_types_supported subject_types_supported "
        "id_token_signing_alg_values_supported",
        issuer=URI, authorization_endpoint=URI, token_endpoint=URI, userinfo_endpoint=URI, jwks_uri=URI, registration_endpoint=URI,
        end_session_endpoint=URI, scopes_supported=WORDS, claims_supported=WORDS, response_types_supported=WORDS,
        subject_types_supported=WORDS, id_token_signing_alg_values_supported=WORDS,
    ),
    "KeySet": _object("keys", keys={"type": "array", "minItems": 1, "items": _object("kty kid use alg", kty=TEXT, kid=TEXT, use=TEXT)}),
    "Tokens": _object(
        "access_token token_type expires_in", access_token=TEXT, token_type={"enum": ["Bearer", "DPoP"]}, expires_in=SECONDS,
        scope=TEXT, refresh_token=TEXT, id_token=TEXT, issued_token_type=TEXT,
    ),
    "PushedRequest": _object("request_uri expires_in", request_uri={"type": "string", "pattern": "^urn:"}, expires_in=SECONDS),
    "Device": _object(
        "device_code user_code verification_uri expires_in", device_code=TEXT, user_code=TEXT, verification_uri=URI,
        verification_uri_complete=URI, expires_in=SECONDS, interval=SECONDS,
    ),
    "Claims": _object("sub", sub={"type": "string", "minLength": 1, "maxLength": 255}),
    "Nothing": {"type": "object", "maxProperties": 0},
    "Introspection": _object("active", active={"type": "boolean"}, iss=URI, client_id=TEXT, sub=TEXT, scope=TEXT, exp=SECONDS),
    "Registration": {
        "allOf": [
            {"$ref": "#/components/schemas/ClientMetadata"},
            _object(
                "client_id registration_access_token registration_client_uri", client_id=TEXT, client_id_issued_at=SECONDS,
                client_secret=TEXT, client_secret_expires_at=SECONDS, registration_access_token=TEXT, registration_client_uri=URI,
            ),
        ]
    },
    "Replacement": {
        "allOf": [{"$ref": "#/components/schemas/ClientMetadata"}, _object("client_id", client_id=TEXT, client_secret=TEXT)]
    },
    "Document": {"type": "object"},
}  # fmt: skip

DELIVERY = _object(
    "method", method={"enum": ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"]}, endpoint_url=URI, authorization_header=TEXT
)  # fmt: skip
STATUS = {"enum": ["enabled", "paused", "disabled"]}
SIGNALS: dict[str, dict[str, Any]] = {
    "Transmitter": _object("issuer jwks_uri configuration_endpoint", issuer=URI, jwks_uri=URI, configuration_endpoint=URI),
    "StreamRequest": _object(stream_id=TEXT, delivery=DELIVERY, events_requested=WORDS, description=TEXT),
    "Stream": _object(
        "stream_id iss aud delivery events_supported events_requested events_delivered", stream_id=TEXT, iss=URI, aud=TEXT,
        delivery=DELIVERY, events_supported=WORDS, events_requested=WORDS, events_delivered=WORDS, description=TEXT,
    ),
    "Streams": {"anyOf": [{"$ref": "#/components/schemas/Stream"}, {"type": "array", "items": {"$ref": "#/components/schemas/Stream"}}]},
    "StreamStatusRequest": _object("stream_id status", stream_id=TEXT, status=STATUS, reason=TEXT),
    "StreamStatus": _object("stream_id status", stream_id=TEXT, status=STATUS, reason=TEXT),
    "Verification": _object("stream_id", stream_id=TEXT, state=TEXT),
    "Poll": _object(maxEvents=SECONDS, returnImmediately={"type": "boolean"}, ack=WORDS, setErrs={"type": "object"}),
    "Events": _object("sets moreAvailable", sets={"type": "object", "additionalProperties": TEXT}, moreAvailable={"type": "boolean"}),
}  # fmt: skip

ID = {"type": "string", "minLength": 1, "maxLength": 255}
OLD_ROUTES: dict[str, dict[str, Any]] = {
    "OldTokenRequest": _object(
        "client_id client_secret grant_type", client_id=TEXT, client_secret=TEXT, code=TEXT, redirect_uri=TEXT, refresh_token=TEXT,
        grant_type={"enum": ["authorization_code", "refresh_token"]},
    ),
    "OldTokens": _object(
        "data", data=_object("access_token token_type expires_in", access_token=TEXT, refresh_token=TEXT, expires_in=SECONDS)
    ),
    "OldUser": _object("data meta", data=_object("id status roles", id=ID, status=TEXT, roles={"type": "array"}), meta={"type": "object"}),
    "OldProfile": _object("data meta", data=_object("id status", id=ID, status=TEXT), meta={"type": "object"}),
    "OldPage": _object("data meta", data={"type": "array"}, meta=_object("page limit total", page=SECONDS, limit=SECONDS, total=SECONDS)),
}  # fmt: skip
