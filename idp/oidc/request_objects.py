"""Request objects (RFC 9101, OpenID Connect Core 6): parameters in a JWT, by value or fetched from a registered address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from idp import clock
from idp.oidc import algorithms, client_keys, fetching, jose, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError, InvalidRequestObjectError, InvalidRequestURIError
from idp.oidc.parameters import Parameters

SKEW = 60
FAPI_LIFE = 3600  # FAPI 2.0 Message Signing 5.3.1
NOT_PARAMETERS = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "request", "request_uri"})


def merged(given: Parameters, client: Client) -> Parameters:
    """The parameters with those of a request object in force. Raises the errors of RFC 9101 and OpenID Connect Core."""
    if "request" in given and "request_uri" in given:
        raise InvalidRequestError("request and request_uri exclude each other (RFC 9101 5).")
    if "request_uri" in given:
        return _with_object(given, fetch(given["request_uri"], client), client)
    if "request" in given:
        return _with_object(given, given["request"], client)
    if client.metadata.require_signed_request_object:
        raise InvalidRequestError("This client must sign its requests (RFC 9101 10.5).")
    return given


def fetch(address: str, client: Client) -> str:
    """The object behind a registered address."""
    if address not in client.metadata.request_uris:
        raise InvalidRequestURIError("request_uri is not registered (OpenID Connect Registration 2).")
    try:
        return fetching.get_text(address.split("#", maxsplit=1)[0])
    except fetching.Unreachable as fault:
        raise InvalidRequestURIError("request_uri could not be fetched.") from fault


def _with_object(given: Parameters, token: str, client: Client) -> Parameters:
    claims = read(token, client)
    for name in ("client_id", "response_type"):
        if name in claims and name in given and claims[name] != given[name]:
            raise InvalidRequestObjectError(f"{name} differs between the request object and the request (Core 6.1).")
    values, resources = as_parameters(claims)
    alone = client.metadata.is_fapi or client.metadata.require_signed_request_object  # RFC 9101 6.3
    outside = {"client_id": client.client_id} if alone else {k: v for k, v in given.items() if k not in NOT_PARAMETERS}
    return replace(given, values_={**outside, **values}, resources=resources or (() if alone else given.resources))


def read(token: str, client: Client) -> dict[str, Any]:
    """The claims of a client's request object, proven where it signs its requests."""
    try:
        alg = jose.peek_header(token).get("alg")
        claims = jose.peek_claims(token) if alg == "none" else client_keys.verify(client, token, _allowed(client))[1]
    except (jose.BadToken, client_keys.NoKey) as fault:
        raise InvalidRequestObjectError("The request object does not verify.") from fault
    if alg == "none":
        _check_unsigned(token, client)
    _check_claims(claims, client)
    return claims


def _check_unsigned(token: str, client: Client) -> None:
    """An unsigned object says no more than the query does; a client that signs, or must, never sends one."""
    registered = client.metadata.request_object_signing_alg
    may = registered in (None, "none") and not client.metadata.require_signed_request_object and not client.metadata.is_fapi
    if not may or not token.endswith("."):
        raise InvalidRequestObjectError("The request object must be signed.")


def _allowed(client: Client) -> tuple[str, ...]:
    registered = client.metadata.request_object_signing_alg
    allowed = algorithms.FAPI_SIGNING if client.metadata.is_fapi else algorithms.ACCEPTED
    return tuple(alg for alg in allowed if registered in (None, alg))


def _check_claims(claims: Mapping[str, Any], client: Client) -> None:
    audience = claims.get("aud", provider.issuer())
    if claims.get("iss", client.client_id) != client.client_id or claims.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestObjectError("The request object names another client.")
    if provider.issuer() not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidRequestObjectError("The request object is meant for somebody else (RFC 9101 4).")
    if "request" in claims or "request_uri" in claims:
        raise InvalidRequestObjectError("A request object must not point to another (RFC 9101 4).")
    now = clock.timestamp()
    moments = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in moments.values()):
        raise InvalidRequestObjectError("The request object has a malformed moment.")
    if moments.get("exp", now + 1) <= now - SKEW or any(moments.get(name, now) > now + SKEW for name in ("nbf", "iat")):
        raise InvalidRequestObjectError("The request object has expired or is not valid yet.")
    if client.metadata.profile == "fapi2-message-signing":
        _check_fapi(claims, moments, now)


def _check_fapi(claims: Mapping[str, Any], moments: Mapping[str, float], now: int) -> None:
    """FAPI 2.0 Message Signing 5.3.1: aud, nbf and exp are there, and the object is at most an hour old and long."""
    if "aud" not in claims or "nbf" not in moments or "exp" not in moments:
        raise InvalidRequestObjectError("The request object needs aud, nbf and exp (FAPI 2.0 Message Signing 5.3.1).")
    if moments["nbf"] < now - FAPI_LIFE or moments["exp"] > moments["nbf"] + FAPI_LIFE:
        raise InvalidRequestObjectError("The request object lives too long (FAPI 2.0 Message Signing 5.3.1).")


def as_parameters(claims: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The claims as the parameters that they stand for, and the resources among them."""
    values: dict[str, str] = {}
    resources: tuple[str, ...] = ()
    for name, value in claims.items():
        if name in NOT_PARAMETERS or value is None:
            continue
        if name == "resource":
            resources = tuple(str(one) for one in (value if isinstance(value, list) else [value]))
        elif isinstance(value, dict) and name == "claims":
            values[name] = json.dumps(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            values[name] = str(value)
        elif isinstance(value, str):
            values[name] = value
    return values, resources
