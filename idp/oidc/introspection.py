"""Token introspection (RFC 7662), plain or as a signed answer (RFC 9701): told to those only whom a token concerns."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, request

from idp import clock
from idp.oidc import access_tokens, client_keys, families, jose, keys, provider, subjects
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidClientError, InvalidRequestError
from idp.oidc.grants import Access
from idp.oidc.routes import blueprint
from idp.oidc.server import guarded, server

JWT_TYPE = "application/token-introspection+jwt"


@blueprint.post("/oauth/introspect")
@guarded
def introspect() -> Response:
    """Say what a token is good for."""
    asked = server.create_oauth2_request(None)
    client = server.authenticate_client(asked)  # RFC 7662 2.1
    if client.metadata.is_public:
        raise InvalidClientError("A public client cannot introspect (RFC 7662 2.1).")
    token = asked.payload.given.get("token")
    if token is None:
        raise InvalidRequestError("token is missing (RFC 7662 2.1).")
    told = about_access_token(token, client) or about_refresh_token(token, client) or {"active": False}
    if JWT_TYPE in request.headers.get("Accept", ""):
        return as_jwt(told, client)
    return server.handle_response(200, told, {})


def about_access_token(token: str, client: Client) -> dict[str, Any] | None:
    """What an access token is good for, if it is valid and concerns the client that asks."""
    access = access_tokens.find(token)
    if access is None or not concerns(access, client) or not access_tokens.holds(access):
        return None
    token_type = "DPoP" if access.record.jkt else "Bearer"
    return {"active": True, "iss": provider.issuer(), "token_type": token_type, **access_tokens.described(access, client)}


def concerns(access: Access, client: Client) -> bool:
    """Whether the token was issued to the client, or is meant for a resource that it serves."""
    own = client.client_id in (access.record.client_id, access.authorization.client_id)
    return own or bool(set(access.record.audience) & set(client.metadata.serves))


def about_refresh_token(token: str, client: Client) -> dict[str, Any] | None:
    """What a refresh token of the client itself is good for. Asking about an old one is no use of it."""
    family = families.peek(token, client.client_id)
    if family is None or not provider.host().may_act(family.subject):
        return None
    authorization = families.authorization_of(family)
    return {
        "active": True,
        "iss": provider.issuer(),
        "client_id": client.client_id,
        "sub": subjects.outward(family.subject, client),
        "scope": " ".join(authorization.scope),
        "iat": int(family.issued_at.timestamp()),
        "exp": int(min(family.idle_until, family.expires_at).timestamp()),
    }


def as_jwt(told: dict[str, Any], client: Client) -> Response:
    """The answer as a JWT for the client that asked (RFC 9701 5), encrypted where registered."""
    alg = client.metadata.introspection_signed_response_alg or "RS256"
    claims = {"iss": provider.issuer(), "aud": client.client_id, "iat": clock.timestamp(), "token_introspection": told}
    token = jose.sign(claims, keys.signing_key(alg), alg, typ="token-introspection+jwt")
    response = make_response(client_keys.encrypt_for(client, "introspection", token))
    response.mimetype = JWT_TYPE
    response.headers["Cache-Control"] = "no-store"
    return response
