"""The authorization endpoint (RFC 6749 3.1, OpenID Connect Core 3.1.2) and the dispatcher's own path."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Response, g, make_response, render_template, request

from idp import web
from idp.oidc import (
    answers,
    clients,
    device_endpoint,
    devices,
    dispatcher,
    parameters,
    pending,
    provider,
    pushed_requests,
    request_objects,
    trust,
)
from idp.oidc.authorization_request import POPUP, understand
from idp.oidc.clients import Client
from idp.oidc.consent_page import decide, select, show
from idp.oidc.faults import InvalidRequestError, OAuth2Error
from idp.oidc.parameters import Parameters
from idp.oidc.pending import Pending
from idp.oidc.routes import blueprint, pages
from idp.oidc.steps import Step, next_step

_log = structlog.get_logger("idp.oidc")


@blueprint.route("/oauth/authorize", methods=["GET", "POST"])
def authorize() -> Response:
    """Take a request, by GET or POST, and answer it or begin its steps."""
    given = parameters.of_request()
    try:
        client = trust.client_of(given)
        given = in_force(given, client)
        redirect_uri = trust.redirect_uri_of(given, client)
    except trust.Untrusted as fault:
        return untrusted(fault)
    except OAuth2Error as fault:
        return _refuse(given, client, fault)
    try:
        understood = understand(given, client, redirect_uri)
        if understood.display == POPUP:
            web.keep_opener()
        if request.method == "POST":
            return dispatcher.keep_for_later(understood)
        return dispatcher.begin(understood, client)
    except OAuth2Error as fault:
        return answers.fault(answers.address_of(given, client, redirect_uri), fault)


def in_force(given: Parameters, client: Client) -> Parameters:
    """The parameters that count: pushed before, in a request object, or these. Raises the protocol's errors."""
    if given.get("request_uri", "").startswith(pushed_requests.PREFIX):
        return pushed_requests.find(given["request_uri"], client)  # RFC 9126 4
    if client.metadata.require_pushed_authorization_requests:
        raise InvalidRequestError("This client must push its requests (RFC 9126 6).")
    return request_objects.merged(given, client)  # RFC 9101 6


def _refuse(given: Parameters, client: Client, fault: OAuth2Error) -> Response:
    """Tell a fault of the request object at the client, if the request itself says where; else on a page."""
    try:
        redirect_uri = trust.redirect_uri_of(given, client) if "redirect_uri" in given else None
    except trust.Untrusted:
        redirect_uri = None
    if redirect_uri is None:
        return untrusted(trust.Untrusted("request_object", client, sent=str(fault.error)))
    return answers.fault(answers.address_of(given, client, redirect_uri), fault)


@pages.get("/oauth/authorize/<pending_id>")
def step(pending_id: str) -> Response:
    """Where a browser returns after each step."""
    return _with_request(pending_id, _next)


@pages.post("/oauth/authorize/<pending_id>")
def decision(pending_id: str) -> Response:
    """What a person decided on the consent page, or on the page that asks with which account."""
    return _with_request(pending_id, _decided)


def _with_request(pending_id: str, go_on: Callable[[Pending, Client], Response]) -> Response:
    """Do the next thing for a request that is kept, and tell faults where they belong."""
    try:
        waiting = pending.find(pending_id)
        if waiting.request.display == POPUP:
            web.keep_opener()
        client = clients.find_active(waiting.request.client_id)
        if client is None:
            return untrusted(trust.Untrusted("suspended_client"))
        try:
            return go_on(waiting, client)
        except OAuth2Error as fault:
            pending.finish(waiting)
            if waiting.request.pushed:
                pushed_requests.spend(waiting.request.pushed)
            if waiting.request.device:
                devices.deny(waiting.request.device)
                return device_endpoint.done(allowed=False)
            return answers.fault(answers.address_for(waiting.request, client), fault)
    except pending.NotPending:
        return gone()


def _decided(waiting: Pending, client: Client) -> Response:
    auth = provider.host().authentication()
    if auth is None or next_step(waiting, auth, client) not in (Step.READY, Step.SELECT):
        return dispatcher.go_on(waiting, auth, client)  # signed out meanwhile: no step can be left out
    if "account" in request.form:
        return select(waiting, auth, client, request.form["account"])
    return decide(waiting, auth, client, request.form)


def _next(waiting: Pending, client: Client) -> Response:
    """Decide the next step of a request that is kept."""
    auth = provider.host().authentication()
    step_ = next_step(waiting, auth, client)
    if "none" in waiting.request.prompt:  # it was posted, and its cookies came only now
        answer = dispatcher.begin(waiting.request, client)
        pending.finish(waiting)
        return answer
    if not waiting.browser:
        waiting = pending.bind(waiting, auth)
        step_ = next_step(waiting, auth, client)
    if auth is None or step_ not in (Step.READY, Step.SELECT):
        return dispatcher.go_on(waiting, auth, client)
    return show(waiting, auth, client, step_)


def untrusted(fault: trust.Untrusted) -> Response:
    """A page for the client's developer: what was sent and what differs."""
    _log.info("authorization_request_untrusted", reason=fault.reason, client=fault.client.client_id if fault.client else None)
    name = fault.client.metadata.client_name if fault.client else None
    page = render_template("oidc/untrusted.html", fault=fault, service=name, request_id=g.get("request_id", ""))
    return make_response(page, 400)


def gone() -> Response:
    """A page for a request that was answered already, or waited too long, or began in another browser."""
    return make_response(render_template("oidc/gone.html"), 400)
