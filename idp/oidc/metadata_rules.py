"""What the fields of a client's metadata demand of each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from idp.oidc import algorithms, uris

if TYPE_CHECKING:
    from idp.oidc.metadata import ClientMetadata


def faults(client: ClientMetadata) -> Iterable[tuple[str, str]]:
    """What one field alone cannot tell: each field at fault, with the reason."""
    yield from _uri_faults(client)
    redirecting = any(grant in ("authorization_code", "implicit") for grant in client.grant_types)
    if redirecting and not client.redirect_uris:
        yield "redirect_uris", "at least one is needed (OpenID Connect Registration 2)"
    for response_type in client.response_types if redirecting else ():
        for word, grant in (("code", "authorization_code"), ("id_token", "implicit")):
            if word in response_type.split() and grant not in client.grant_types:
                yield "grant_types", f"response type {response_type} needs {grant} (OpenID Connect Registration 2)"
    if client.token_endpoint_auth_method == "private_key_jwt" and not (client.jwks or client.jwks_uri):
        yield "jwks", "private_key_jwt needs jwks or jwks_uri"
    if client.jwks and client.jwks_uri:
        yield "jwks", "jwks and jwks_uri exclude each other (RFC 7591 2)"
    if client.is_public and client.acts_for_itself:
        yield "grant_types", "a public client has no credentials of its own (RFC 6749 4.4)"
    if client.is_public and client.pkce == "optional":
        yield "pkce", "can be optional for confidential clients only"
    if client.tile and not client.initiate_login_uri:
        yield "initiate_login_uri", "a tile needs it: it is where one click signs a person in"
    yield from _old_route_faults(client)
    yield from _crypto_faults(client)


def _old_route_faults(client: ClientMetadata) -> Iterable[tuple[str, str]]:
    """The old routes know one way of everything."""
    if not client.old_routes:
        return
    if client.token_endpoint_auth_method != "client_secret_post":
        yield "old_routes", "needs client_secret_post: there the secret comes in the body"
    if client.response_types != ("code",) or client.is_fapi or client.dpop_bound_access_tokens or client.require_signed_request_object:
        yield "old_routes", "knows response type code and the plain profile only"
    if "openid" not in client.scopes:
        yield "old_routes", "is a sign-in: it needs the scope openid"


def _uri_faults(client: ClientMetadata) -> Iterable[tuple[str, str]]:
    native = client.application_type == "native"
    implicit = any("id_token" in one for one in client.response_types)
    for field in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in getattr(client, field):
            try:
                uris.check_redirect(uri, native=native, implicit=implicit)
            except uris.BadUri as fault:
                yield field, f"{uri} {fault}"
    for uri in client.request_uris:
        try:
            uris.check_web_address(uri.split("#")[0])  # a fragment is the hash of the content (Core 6.2)
        except uris.BadUri as fault:
            yield "request_uris", f"{uri} {fault}"


def _crypto_faults(client: ClientMetadata) -> Iterable[tuple[str, str]]:
    for what in ("id_token", "userinfo", "introspection"):
        alg, enc = (getattr(client, f"{what}_encrypted_response_{part}") for part in ("alg", "enc"))
        if enc and not alg:
            yield f"{what}_encrypted_response_enc", f"needs {what}_encrypted_response_alg"
        if alg and not (client.jwks or client.jwks_uri):
            yield f"{what}_encrypted_response_alg", "needs jwks or jwks_uri to encrypt to"
    if not client.is_fapi:
        return
    if client.token_endpoint_auth_method != "private_key_jwt":
        yield "token_endpoint_auth_method", "FAPI 2.0 needs private_key_jwt"
    if client.response_types != ("code",):
        yield "response_types", "FAPI 2.0 knows code only"
    for field in ("id_token_signed_response_alg", "authorization_signed_response_alg", "request_object_signing_alg"):
        if (alg := getattr(client, field)) and alg not in algorithms.FAPI_SIGNING:
            yield field, "FAPI 2.0 allows PS256, ES256 and EdDSA"
