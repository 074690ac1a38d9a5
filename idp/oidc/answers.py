"""Answers to an authorization request, by every response mode; `iss` in each of them (RFC 9207)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template
from flask_babel import gettext as _

from idp import clock, web
from idp.oidc import jose, keys, provider, uris
from idp.oidc.authorization_request import AuthorizationRequest, default_response_mode
from idp.oidc.clients import Client
from idp.oidc.faults import OAuth2Error
from idp.oidc.metadata import RESPONSE_MODES
from idp.oidc.parameters import Parameters

JARM_SECONDS = 600  # JARM 2.1 recommends at most ten minutes


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where an answer goes, and how."""

    client: Client
    redirect_uri: str
    response_mode: str
    state: str | None


def address_of(given: Parameters, client: Client, redirect_uri: str) -> ReturnAddress:
    """Where to tell a request's faults, before it is understood: its own wish as far as it can be followed."""
    default = default_response_mode(" ".join(sorted(given.words("response_type"))) or "code")
    mode = given.get("response_mode", default)
    usable = mode in RESPONSE_MODES and not (default == "fragment" and mode.startswith("query"))
    state = None if "state" in given.repeated else given.get("state")
    return ReturnAddress(client, redirect_uri, mode if usable else default, state)


def address_for(request: AuthorizationRequest, client: Client) -> ReturnAddress:
    """Where to answer a request that was understood."""
    return ReturnAddress(client, request.redirect_uri, request.response_mode, request.state)


def fault(to: ReturnAddress, error: OAuth2Error) -> Response:
    """Tell an error to the client."""
    told = {"error": error.error}
    if error.description:
        told["error_description"] = error.description
    return send(to, told)


def send(to: ReturnAddress, values: Mapping[str, str]) -> Response:
    """Send the browser back to the client with these values."""
    told = {**values, **({"state": to.state} if to.state is not None else {}), "iss": provider.issuer()}
    mode = to.response_mode
    if mode.endswith("jwt"):
        told = {"response": _signed(to.client, told)}
        words = values.keys() & {"id_token", "access_token"}
        mode = {"jwt": "fragment" if words else "query"}.get(mode, mode.removesuffix(".jwt"))
    if mode == "form_post":
        return _form(to, told)
    separator = "#" if mode == "fragment" else "&" if "?" in to.redirect_uri else "?"
    response = make_response(redirect(to.redirect_uri + separator + urlencode(told), 303))
    response.headers["Cache-Control"] = "no-store"
    return response


def _signed(client: Client, told: Mapping[str, str]) -> str:
    now = clock.timestamp()
    alg = client.metadata.authorization_signed_response_alg or "RS256"
    claims = {**told, "iss": provider.issuer(), "aud": client.client_id, "iat": now, "exp": now + JARM_SECONDS}
    return jose.sign(claims, keys.signing_key(alg), alg)


def _form(to: ReturnAddress, told: Mapping[str, str]) -> Response:
    """A page that posts itself; where scripts do not run a button does it (Form Post Response Mode 2)."""
    web.allow_form_action(uris.origin(to.redirect_uri))
    page = render_template(
        "oidc/form_post.html", action=to.redirect_uri, values=told, service=to.client.metadata.client_name, title=_("Kembali")
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
