"""The device authorization endpoint (RFC 8628 3.1), and the page where a person types the device's code."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request

from idp import clock, throttle, web
from idp.oidc import clients, devices, metadata, pending, provider
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.faults import InvalidScopeError, UnauthorizedClientError
from idp.oidc.routes import blueprint, pages
from idp.oidc.server import guarded, server

PATH = "/oauth/device"
RESPONSE_TYPE = "device"


@blueprint.post(PATH)
@guarded
def begin() -> Response:
    """A device asks."""
    asked = server.create_oauth2_request(None)
    client = server.authenticate_client(asked)  # RFC 8628 3.1
    if not client.check_grant_type(metadata.DEVICE):
        raise UnauthorizedClientError("The client is not registered for this grant.")
    scope = tuple(client.get_allowed_scope(asked.payload.given.get("scope", "")[:1000]).split())
    if not scope:
        raise InvalidScopeError("No scope that this client may have is asked for (RFC 6749 3.3).")
    device_code, user_code = devices.begin(client, scope)
    page = provider.endpoint(PATH)
    body = {
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={user_code}",
        "expires_in": devices.LIFE_SECONDS,
        "interval": devices.INTERVAL_SECONDS,
    }
    return server.handle_response(200, body, {})


@pages.get(PATH)
def page() -> Response:
    """Where a person types the code; one in the address is only filled in, never taken as typed (RFC 8628 3.3.1)."""
    return make_response(render_template("oidc/device.html", code=request.args.get("user_code", "")[:20], unknown=False))


@pages.post(f"{PATH}/kode")
def typed() -> Response:
    """Look the code up and begin the person's steps. Guesses are counted (RFC 8628 5.1)."""
    throttle.hit("device_code_guesses", web.address_key())
    asked = devices.by_user_code(request.form.get("user_code", ""))
    client = clients.find_active(asked.client_id) if asked else None
    if asked is None or client is None:
        return make_response(render_template("oidc/device.html", code="", unknown=True), 400)
    understood = AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri="",
        response_type=RESPONSE_TYPE,
        response_mode="",
        scope=asked.scope,
        prompt=("consent",),  # always: the person confirms which device it is (RFC 8628 5.4)
        created_at=clock.timestamp(),
        device=asked.handle,
    )
    waiting = pending.begin(understood, None)
    response: Response = make_response(redirect(pending.path(waiting.id), 303))
    return response


def done(*, allowed: bool) -> Response:
    """The person decided; the device learns of it when it asks the next time."""
    return make_response(render_template("oidc/device_done.html", allowed=allowed))
