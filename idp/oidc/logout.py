"""RP-Initiated Logout 1.0: a client asks that the session end; where its word is not proof enough, the person is asked."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Response, make_response, redirect, render_template, request

from idp import web
from idp.oidc import clients, hints, jose, logout_frontchannel, logout_requests, parameters, provider, session_iframe, subjects, uris
from idp.oidc.clients import Client
from idp.oidc.host import Authentication
from idp.oidc.logout_requests import LogoutRequest
from idp.oidc.parameters import Parameters
from idp.oidc.routes import blueprint, pages


@dataclass(frozen=True)
class BadLogoutRequest(Exception):
    """A logout request that must not lead anywhere but to a page."""

    reason: str  # repeated, hint, client, redirect_uri


@blueprint.route("/oauth/logout", methods=["GET", "POST"])
def logout() -> Response:
    """Take a client's request to end the session."""
    try:
        asked = understand(parameters.of_request())
    except BadLogoutRequest as fault:
        return make_response(render_template("oidc/logout_refused.html", reason=fault.reason), 400)
    if request.method == "POST":  # posted from another site: its cookies come with the redirect
        return _to(logout_requests.path(logout_requests.keep(asked)))
    return _go_on(asked, None)


@pages.get("/oauth/logout/<kept_id>")
def waiting(kept_id: str) -> Response:
    """A request that waits for its person."""
    try:
        return _go_on(logout_requests.find(kept_id), kept_id)
    except logout_requests.NotKept:
        return _to("/")


@pages.post("/oauth/logout/<kept_id>")
def confirmed(kept_id: str) -> Response:
    """The person's own word: sign out, or stay."""
    try:
        asked = logout_requests.find(kept_id)
    except logout_requests.NotKept:
        return _to("/")
    logout_requests.forget(kept_id)
    if request.form.get("decision") != "logout":
        return _to("/")
    return _end(asked, provider.host().authentication())


def understand(given: Parameters) -> LogoutRequest:
    """Which client asks, for whom, and where to go afterwards. Raises BadLogoutRequest."""
    if given.repeated or given.oversized:
        raise BadLogoutRequest("repeated")
    hint = read_hint(given)
    client = client_of(given, hint)
    return LogoutRequest(
        client_id=client.client_id if client else None,
        return_to=return_address(given, client),
        state=given.get("state"),
        hinted_subject=hint.subject if hint else None,
        hinted_sid=hint.sid if hint else None,
    )


def read_hint(given: Parameters) -> hints.Hint | None:
    """The ID token, which must be ours; its age does not matter (RP-Initiated Logout 2)."""
    if "id_token_hint" not in given:
        return None
    try:
        return hints.read(given["id_token_hint"])
    except jose.BadToken as fault:
        raise BadLogoutRequest("hint") from fault


def client_of(given: Parameters, hint: hints.Hint | None) -> Client | None:
    """The client of the hint, which a client_id beside it must name as well (RP-Initiated Logout 2)."""
    named = given.get("client_id")
    if hint and named and named != hint.client_id:
        raise BadLogoutRequest("client")
    client_id = hint.client_id if hint else named
    client = clients.find_active(client_id) if client_id else None
    if client_id and client is None:
        raise BadLogoutRequest("client")
    return client


def return_address(given: Parameters, client: Client | None) -> str | None:
    """Where to go afterwards, byte for byte as registered (RP-Initiated Logout 3)."""
    sent = given.get("post_logout_redirect_uri")
    if sent is None:
        return None
    native = client is not None and client.metadata.application_type == "native"
    known = client.metadata.post_logout_redirect_uris if client else ()
    if not any(uris.matches(sent, one, native=native) for one in known):
        raise BadLogoutRequest("redirect_uri")
    return sent


def recognised(asked: LogoutRequest, auth: Authentication) -> bool:
    """Whether the hint names the very session, or at least the person, so that nobody need be asked."""
    client = clients.find_active(asked.client_id) if asked.client_id else None
    if client is None or asked.hinted_subject is None:
        return False
    same_person = subjects.outward(auth.subject, client) == asked.hinted_subject
    return same_person and asked.hinted_sid in (None, auth.sid)


def _go_on(asked: LogoutRequest, kept_id: str | None) -> Response:
    auth = provider.host().authentication()
    if auth is None or recognised(asked, auth):
        return _end(asked, auth)
    if kept_id is None:
        return _to(logout_requests.path(logout_requests.keep(asked)))
    client = clients.find_active(asked.client_id) if asked.client_id else None
    if asked.return_to:
        web.allow_form_action(uris.origin(asked.return_to))
    page = render_template(
        "oidc/logout.html",
        service=client.metadata.client_name if client else None,
        account=provider.host().account_label(auth.subject),
    )
    return make_response(page)


def _end(asked: LogoutRequest, auth: Authentication | None) -> Response:
    """End the session, let the clients' front channels know, then go where the request says."""
    target = _with_state(asked)
    if auth is None:
        return _to(target) if target else make_response(render_template("oidc/signed_out.html", frames=(), target=None))
    frames = logout_frontchannel.frames(auth.sid)  # before it ends: afterwards nobody knows who took part
    provider.host().end_session(auth.sid)
    session_iframe.signed_out()
    if frames:
        return logout_frontchannel.page(frames, target)
    return _to(target) if target else make_response(render_template("oidc/signed_out.html", frames=(), target=None))


def _with_state(asked: LogoutRequest) -> str | None:
    if asked.return_to is None or asked.state is None:
        return asked.return_to
    return asked.return_to + ("&" if "?" in asked.return_to else "?") + urlencode({"state": asked.state})


def _to(target: str) -> Response:
    response: Response = make_response(redirect(target, 303))
    response.headers["Cache-Control"] = "no-store"
    return response
