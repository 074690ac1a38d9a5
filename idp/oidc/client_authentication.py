"""How a client proves itself (RFC 6749 2.3, OpenID Connect Core 9): one method at a time, the registered one, else refused.

An unknown client and a wrong secret are answered alike."""

from __future__ import annotations

import base64
import binascii
import time
from urllib.parse import unquote_plus

from flask import request

from idp import throttle, web
from idp.oidc import client_assertions, clients, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidClientError, InvalidRequestError, TooManyFailuresError
from idp.oidc.parameters import Parameters

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIMIT = "client_authentication_failures"
WARY_SECONDS = 60.0


def authenticate(given: Parameters) -> Client:
    """The client that calls, proven. Raises InvalidClientError, InvalidRequestError, TooManyFailuresError."""
    method = presented_method(given)
    client_id = claimed_client_id(given, method)
    _raise_if_wary(client_id)
    for fresh in (False, True):  # what the process remembers may be a second old: read anew before refusing
        client = clients.find_active(client_id, fresh=fresh)
        if client and client.metadata.token_endpoint_auth_method == method and _is_proven(client, method, given):
            return client
        if not clients.is_client_id(client_id):
            break
    raise _failed(client_id)


def presented_method(given: Parameters) -> str:
    """How the client tries to prove itself; never in two ways at once (RFC 6749 2.3)."""
    header = request.headers.get("Authorization", "")
    tried = [
        method
        for method, present in (
            ("client_secret_basic", header[:6].lower() == "basic "),
            ("client_secret_post", "client_secret" in given),
            ("assertion", "client_assertion" in given or "client_assertion_type" in given),
        )
        if present
    ]
    if len(tried) > 1:
        raise InvalidRequestError("Only one way of client authentication may be used (RFC 6749 2.3).")
    if not tried:
        return "none"
    return _assertion_method(given) if tried[0] == "assertion" else tried[0]


def claimed_client_id(given: Parameters, method: str) -> str:
    """Who the client says it is, consistently."""
    if method == "client_secret_basic":
        claimed = _basic()[0]
        if given.get("client_id", claimed) != claimed:
            raise InvalidRequestError("client_id differs from that of the Authorization header.")
        return claimed
    if method in ("private_key_jwt", "client_secret_jwt"):
        return client_assertions.claimed_client_id(given)
    if "client_id" not in given:
        raise InvalidClientError("The client does not say who it is.")
    return given["client_id"]


def _is_proven(client: Client, method: str, given: Parameters) -> bool:
    if method == "none":
        return True
    if method == "client_secret_basic":
        return client.check_client_secret(_basic()[1])
    if method == "client_secret_post":
        return client.check_client_secret(given["client_secret"])
    return client_assertions.proves(client, given)


def _basic() -> tuple[str, str]:
    """Client id and secret of the header, each form-encoded (RFC 6749 2.3.1)."""
    try:
        text = base64.b64decode(request.headers["Authorization"][6:].strip(), validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise InvalidClientError("The Authorization header is malformed (RFC 7617 2).") from fault
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise InvalidClientError("The Authorization header is malformed (RFC 7617 2).")
    return unquote_plus(client_id), unquote_plus(secret)


def _assertion_method(given: Parameters) -> str:
    if given.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in given:
        raise InvalidRequestError("client_assertion_type is not jwt-bearer (RFC 7523 2.2).")
    return client_assertions.method(given["client_assertion"])


def _failed(client_id: str) -> InvalidClientError | TooManyFailuresError:
    _wary()[client_id[:64]] = time.monotonic() + WARY_SECONDS
    try:
        throttle.hit(LIMIT, _failure_key(client_id))
    except throttle.Throttled as fault:
        return TooManyFailuresError(fault.retry_after)
    return InvalidClientError("Client authentication failed.", status_code=401)


def _raise_if_wary(client_id: str) -> None:
    """Where failures were seen lately, the limit is asked first; elsewhere that would be one more trip to Redis."""
    if _wary().get(client_id[:64], 0) > time.monotonic():
        try:
            throttle.check(LIMIT, _failure_key(client_id))
        except throttle.Throttled as fault:
            raise TooManyFailuresError(fault.retry_after) from fault


def _wary() -> dict[str, float]:
    found = provider.current().wary_until
    if len(found) > 10_000:
        found.clear()
    return found


def _failure_key(client_id: str) -> str:
    return f"{client_id}|{web.address_key()}"
