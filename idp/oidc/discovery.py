"""Discovery: what the provider is, made from what exists (OpenID Connect Discovery 3, RFC 8414 2)."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from idp.oidc import algorithms, clients, keys, metadata, provider
from idp.oidc.routes import blueprint

PUBLIC_SECONDS = 300
ALWAYS_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid")


@blueprint.get("/.well-known/openid-configuration")
@blueprint.get("/.well-known/oauth-authorization-server")
def configuration() -> Response:
    """The provider's metadata."""
    return _public(jsonify(document()))


@blueprint.get("/oauth/jwks")
def jwks() -> Response:
    """The public keys (RFC 7517 5)."""
    return _public(jsonify(keys.published()))


def document() -> dict[str, Any]:
    """All metadata. Each group is made by the part that it describes."""
    host = provider.host()
    scopes = ["openid", "offline_access", "shared_signals", *(one for one in host.scopes if one not in clients.OWN_SCOPES)]
    claims = [*ALWAYS_CLAIMS, *(claim for names in host.scopes.values() for claim in names)]
    return {
        "issuer": provider.issuer(),
        **{name: provider.endpoint(path) for name, path in ENDPOINTS.items()},
        "scopes_supported": scopes,
        "claims_supported": list(dict.fromkeys(claims)),
        "acr_values_supported": list(host.acr_values),
        **FIXED,
        "verified_claims_supported": bool(host.claims_metadata.get("trust_frameworks_supported")),
        **host.claims_metadata,
    }


def _public(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = PUBLIC_SECONDS
    return response


ENDPOINTS = {
    "authorization_endpoint": "/oauth/authorize",
    "token_endpoint": "/oauth/token",
    "userinfo_endpoint": "/oauth/userinfo",
    "jwks_uri": "/oauth/jwks",
    "end_session_endpoint": "/oauth/logout",
    "check_session_iframe": "/oauth/session",
    "registration_endpoint": "/oauth/register",
    "pushed_authorization_request_endpoint": "/oauth/par",
    "revocation_endpoint": "/oauth/revoke",
    "device_authorization_endpoint": "/oauth/device",
    "introspection_endpoint": "/oauth/introspect",
    "service_documentation": "/pengembang",
    "op_policy_uri": "/kebijakan-privasi",
    "op_tos_uri": "/syarat-ketentuan",
}
AUTH_METHODS = {
    "_auth_methods_supported": list(metadata.AUTH_METHODS),
    "_auth_signing_alg_values_supported": [*algorithms.ACCEPTED, *algorithms.ACCEPTED_SYMMETRIC],
}
CONFIDENTIAL = [one for one in metadata.AUTH_METHODS if one != "none"]
FIXED: dict[str, Any] = {
    "response_types_supported": list(metadata.RESPONSE_TYPES),
    "response_modes_supported": list(metadata.RESPONSE_MODES),
    "grant_types_supported": list(metadata.GRANTS),
    "subject_types_supported": ["pairwise", "public"],
    **{f"token_endpoint{name}": value for name, value in AUTH_METHODS.items()},
    **{f"revocation_endpoint{name}": value for name, value in AUTH_METHODS.items()},
    **{f"introspection_endpoint{name}": value for name, value in AUTH_METHODS.items()},
    "introspection_endpoint_auth_methods_supported": CONFIDENTIAL,
    "id_token_signing_alg_values_supported": list(algorithms.SIGNING),
    "id_token_encryption_alg_values_supported": list(algorithms.KEY_WRAPPING),
    "id_token_encryption_enc_values_supported": list(algorithms.CONTENT_ENCRYPTION),
    "userinfo_signing_alg_values_supported": list(algorithms.SIGNING),
    "userinfo_encryption_alg_values_supported": list(algorithms.KEY_WRAPPING),
    "userinfo_encryption_enc_values_supported": list(algorithms.CONTENT_ENCRYPTION),
    "introspection_signing_alg_values_supported": list(algorithms.SIGNING),
    "introspection_encryption_alg_values_supported": list(algorithms.KEY_WRAPPING),
    "introspection_encryption_enc_values_supported": list(algorithms.CONTENT_ENCRYPTION),
    "authorization_signing_alg_values_supported": list(algorithms.SIGNING),
    "request_object_signing_alg_values_supported": ["none", *algorithms.ACCEPTED],
    "dpop_signing_alg_values_supported": list(algorithms.ACCEPTED),
    "code_challenge_methods_supported": ["S256"],
    "claim_types_supported": ["normal"],
    "claims_parameter_supported": True,
    "request_parameter_supported": True,
    "request_uri_parameter_supported": True,
    "require_request_uri_registration": True,
    "require_pushed_authorization_requests": False,
    "authorization_response_iss_parameter_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "frontchannel_logout_supported": True,
    "frontchannel_logout_session_supported": True,
    "display_values_supported": ["page", "popup", "touch"],
    "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
    "ui_locales_supported": ["id", "en"],
    "claims_locales_supported": ["id", "en"],
}
