"""client_secret_jwt and private_key_jwt (OpenID Connect Core 9, RFC 7523): a signed statement, short-lived, used once."""

from __future__ import annotations

from typing import Any, cast

from joserfc.jwk import KeySet, OctKey

from idp import clock
from idp.extensions import redis
from idp.oidc import algorithms, client_keys, dpop, grants, jose, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidClientError
from idp.oidc.parameters import Parameters

MAX_LIFE = 3600
SKEW = 60


def method(assertion: str) -> str:
    """Which of the two methods it is, by its algorithm."""
    try:
        alg = jose.peek_header(assertion).get("alg")
    except jose.BadToken as fault:
        raise InvalidClientError("The client assertion is malformed.", status_code=401) from fault
    return "client_secret_jwt" if alg in algorithms.ACCEPTED_SYMMETRIC else "private_key_jwt"


def claimed_client_id(given: Parameters) -> str:
    """Whom the assertion names; unproven. A client_id beside it must be the same (RFC 7521 4.2)."""
    try:
        claims = jose.peek_claims(given["client_assertion"])
    except jose.BadToken as fault:
        raise InvalidClientError("The client assertion is malformed.", status_code=401) from fault
    claimed = claims.get("sub")
    if not isinstance(claimed, str) or claims.get("iss") != claimed or given.get("client_id", claimed) != claimed:
        raise InvalidClientError("iss, sub and client_id must all name the client (RFC 7523 3).", status_code=401)
    return claimed


def proves(client: Client, given: Parameters) -> bool:
    """Whether the assertion proves the client; if so it is spent. Raises the errors of DPoP where a nonce is missing."""
    try:
        _, claims = _verified(client, given["client_assertion"])
    except (jose.BadToken, client_keys.NoKey):
        return False
    if not _is_timely(claims) or not _is_for_us(claims, client):
        return False
    dpop.ask_for_nonce(client)  # RFC 9449 8
    return _is_first_use(claims, client)


def _verified(client: Client, assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    metadata = client.metadata
    symmetric = metadata.token_endpoint_auth_method == "client_secret_jwt"
    allowed: tuple[str, ...] = algorithms.ACCEPTED_SYMMETRIC if symmetric else algorithms.ACCEPTED
    if metadata.is_fapi:
        allowed = algorithms.FAPI_SIGNING
    if metadata.token_endpoint_auth_signing_alg:
        allowed = tuple(alg for alg in allowed if alg == metadata.token_endpoint_auth_signing_alg)
    if symmetric:
        return jose.verify(assertion, KeySet([OctKey.import_key(client.secret or "")]), allowed)
    return client_keys.verify(client, assertion, allowed)


def _is_timely(claims: dict[str, Any]) -> bool:
    now = clock.timestamp()
    moments = [claims.get(name, now) for name in ("nbf", "iat")]
    expiry = claims.get("exp")
    if not all(_is_moment(one) for one in (*moments, expiry)):
        return False
    return now - SKEW < cast(float, expiry) <= now + MAX_LIFE + SKEW and all(one <= now + SKEW for one in moments)


def _is_moment(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -(2**53) < value < 2**53


def _is_for_us(claims: dict[str, Any], client: Client) -> bool:
    """The issuer is the audience; the endpoints' addresses are taken from clients that are not bound to FAPI 2.0."""
    audience = claims.get("aud")
    if client.metadata.is_fapi:
        return audience == provider.issuer()
    named = audience if isinstance(audience, list) else [audience]
    ours = {provider.issuer(), provider.issuer() + "/", *map(provider.endpoint, ENDPOINTS)}
    return any(isinstance(one, str) and one in ours for one in named)


def _is_first_use(claims: dict[str, Any], client: Client) -> bool:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= 500:
        return False
    key = f"idp:oidc:jti:{client.client_id}:{grants.hashed(jti)}"
    return bool(redis.set(key, b"1", nx=True, ex=max(int(claims["exp"]) - clock.timestamp(), 1) + 2 * SKEW))


# Wherever a client authenticates.
ENDPOINTS = ("/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke", "/oauth/device")
