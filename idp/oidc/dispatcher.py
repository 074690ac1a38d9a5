"""The dispatcher: every step of a person returns here, and it alone decides the next one, until the client is answered."""

from __future__ import annotations

from flask import Response, make_response, redirect

from idp import web
from idp.oidc import answering, consents, pending, provider, steps, uris
from idp.oidc.authorization_request import POPUP, AuthorizationRequest
from idp.oidc.clients import Client
from idp.oidc.faults import ConsentRequiredError, LoginRequiredError
from idp.oidc.host import Authentication, LoginHint
from idp.oidc.pending import Pending
from idp.oidc.steps import Step


def begin(request: AuthorizationRequest, client: Client) -> Response:
    """A request that just came: answered at once if nothing is missing, else kept while its person takes the steps.

    Raises the protocol's errors."""
    auth = provider.host().authentication()
    draft = Pending("", request, "", stale=pending.stale_sign_in(request.prompt, request.max_age, auth))
    step = steps.next_step(draft, auth, client)
    if "none" in request.prompt and step is not Step.READY:
        raise LoginRequiredError("Nobody is signed in as the request wants it.")
    if step is Step.READY and auth is not None:
        asked, decided = asked_of(request, client, auth)
        if not needs_consent(draft, client, asked, decided):
            return answering.answer(request, client, auth, decided)
        if "none" in request.prompt:
            raise ConsentRequiredError("The person has not consented to all that is asked for.")
    return go_on(pending.begin(request, draft.stale), auth, client)


def keep_for_later(request: AuthorizationRequest) -> Response:
    """A request that was posted from another site: the browser withheld its cookies, a redirect brings them back."""
    return _to(pending.path(pending.begin_unbound(request).id))


def go_on(waiting: Pending, auth: Authentication | None, client: Client) -> Response:
    """Send the browser to the next step of a request that is kept; to its own path for the consent page."""
    step = steps.next_step(waiting, auth, client)
    if step is Step.READY or step is Step.SELECT:
        return _to(pending.path(waiting.id))
    if auth and step is Step.SIGN_IN_ANEW:
        pending.progressed(waiting, stale=auth.mark)
    if auth and step is Step.STEP_UP:
        pending.progressed(waiting, stepped_from=auth.mark)
    return _to(page_of(step, waiting, client))


def page_of(step: Step, waiting: Pending, client: Client) -> str:
    """The sign-in or registration page, told what it may know of the request."""
    request, path = waiting.request, pending.path(waiting.id)
    hint = LoginHint(
        client_id=client.client_id,
        client_name=client.metadata.client_name,
        return_origin=uris.origin(request.redirect_uri),
        colour=client.metadata.colour,
        logo=client.metadata.logo_uri,
        login_hint=request.login_hint,
        ui_locales=request.ui_locales,
        acr_values=(request.essential_acr or request.acr_values) if step is Step.STEP_UP else (),
        fresh=step is not Step.SIGN_IN,
        popup=request.display == POPUP,
    )
    host = provider.host()
    return host.registration_url(path, hint) if step is Step.REGISTER else host.login_url(path, hint)


def destination(request: AuthorizationRequest, client: Client) -> web.Destination:
    """What pages on the way may say of the service."""
    return web.Destination(
        name=client.metadata.client_name,
        client_id=client.client_id,
        origin=uris.origin(request.redirect_uri),
        colour=client.metadata.colour,
        logo=client.metadata.logo_uri,
        login_hint=request.login_hint,
        ui_locales=request.ui_locales,
    )


def asked_of(request: AuthorizationRequest, client: Client, auth: Authentication) -> tuple[tuple[consents.Ask, ...], dict[str, bool]]:
    """What is asked of a person, and what they decided before."""
    asked = consents.asks(request)
    if client.metadata.first_party or not asked:
        return asked, {}
    return asked, consents.decisions(client.client_id, auth.subject)


def needs_consent(waiting: Pending, client: Client, asked: tuple[consents.Ask, ...], decided: dict[str, bool]) -> bool:
    """Whether the person must be asked: by wish of the client, or because something was never decided."""
    if waiting.consented:
        return False
    if "consent" in waiting.request.prompt:
        return True
    return not client.metadata.first_party and bool(consents.undecided(asked, decided))


def _to(target: str) -> Response:
    response: Response = make_response(redirect(target, 303))
    response.headers["Cache-Control"] = "no-store"
    return response


def to_own_path(waiting: Pending) -> Response:
    """Back to the request's own path, which decides anew."""
    return _to(pending.path(waiting.id))
