"""Pushed authorization requests (RFC 9126): sent by the client itself, referred to within a minute, answered once.

It is spent with its answer, not when the browser first comes with it: whoever reloads the page, or is brought back by it,
still signs in (FAPI 2.0 Security Profile 5.3.2.2, note 3)."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace
from typing import cast

from flask import Response

from idp import clock, sealed
from idp.extensions import redis
from idp.oidc import dpop, pending, request_objects, trust
from idp.oidc.authorization_request import understand
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError, InvalidRequestURIError
from idp.oidc.parameters import Parameters
from idp.oidc.routes import blueprint
from idp.oidc.server import guarded, server

PREFIX = "urn:ietf:params:oauth:request_uri:"
LIFE_SECONDS = 60
SPENT = b"spent"
AUTHENTICATION = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


@blueprint.post("/oauth/par")
@guarded
def push() -> Response:
    """Take a request, check all of it, keep it for a minute."""
    request = server.create_oauth2_request(None)
    client = server.authenticate_client(request)  # RFC 9126 2.1
    given = request.payload.given
    if "request_uri" in given:
        raise InvalidRequestError("request_uri must not be pushed (RFC 9126 2.1).")
    if given.get("client_id", client.client_id) != client.client_id:
        raise InvalidRequestError("client_id is not that of the client that calls.")
    understood = request_objects.merged(given, client)  # RFC 9126 3
    values = {name: value for name, value in understood.items() if name not in AUTHENTICATION}
    values = bind_to_proof(values, client)  # RFC 9449 10.1
    request_ = replace(understood, values_={**values, "client_id": client.client_id})
    check(request_, client)
    return server.handle_response(201, {"request_uri": keep(request_), "expires_in": LIFE_SECONDS}, {})


def check(given: Parameters, client: Client) -> None:
    """All that the authorization endpoint would check."""
    try:
        redirect_uri = trust.redirect_uri_of(given, client)
    except trust.Untrusted as fault:
        raise InvalidRequestError("redirect_uri is missing or not registered.") from fault
    understand(given, client, redirect_uri)


def bind_to_proof(values: dict[str, str], client: Client) -> dict[str, str]:
    """Bind the code that will come of it to the key whose proof came along."""
    jkt = dpop.proven_key(client, required=False)
    if jkt is None:
        return values
    if values.get("dpop_jkt", jkt) != jkt:
        raise InvalidRequestError("dpop_jkt is not the key of the proof (RFC 9449 10.1).")
    return {**values, "dpop_jkt": jkt}


def keep(given: Parameters) -> str:
    """Keep a request; answers the request_uri that stands for it."""
    name = secrets.token_urlsafe(32)
    document = {"values": dict(given), "resources": given.resources, "until": clock.timestamp() + LIFE_SECONDS}
    redis.set(_key(name), sealed.seal(json.dumps(document).encode(), _key(name)), ex=LIFE_SECONDS * 2)
    return PREFIX + name


def find(request_uri: str, client: Client) -> Parameters:
    """The request that was pushed by this client, if it has not been answered. Raises InvalidRequestURIError."""
    name = request_uri.removeprefix(PREFIX)
    blob = cast(bytes | None, redis.get(_key(name))) if re.fullmatch(r"[A-Za-z0-9_-]{43}", name) else None
    try:
        document = json.loads(sealed.open(blob, _key(name))) if blob and blob != SPENT else None
    except sealed.Unreadable:
        document = None
    if document is None or document["until"] <= clock.timestamp() or document["values"]["client_id"] != client.client_id:
        raise InvalidRequestURIError("request_uri is unknown, used, expired, or not this client's (RFC 9126 4).")
    return Parameters(document["values"], resources=tuple(document["resources"]), pushed=name)


def spend(name: str) -> bool:
    """Use a request up, before its answer is made; False for whoever comes second, of all threads and machines."""
    # The mark outlives every request that waits for its person under this name.
    return bool(redis.set(_key(name), SPENT, ex=LIFE_SECONDS + pending.LIFE_SECONDS, get=True) != SPENT)


def _key(name: str) -> str:
    return f"idp:oidc:pushed:{name}"
