"""The consent page, and the page that asks with which account to go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from idp import web
from idp.oidc import answering, assurance, clients, consents, devices, dispatcher, pending, permitted, provider, uris
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.clients import Client
from idp.oidc.consents import Ask
from idp.oidc.faults import AccessDeniedError
from idp.oidc.host import Authentication
from idp.oidc.pending import Pending
from idp.oidc.steps import Step

NOT_DESCRIBED = (consents.SIGN_IN, consents.OFFLINE, consents.VERIFIED)  # no claims: worded here, or by the page itself


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page: what is asked, in words, and what would be sent."""

    key: str  # the value of its tick box
    items: tuple[str, ...]
    label: str
    value: str | None
    essential: bool
    ticked: bool
    purpose: str | None
    aside: bool = False  # empty so far, or says little: named in one sentence, shown on request


def show(waiting: Pending, auth: Authentication, client: Client, step: Step) -> Response:
    """The page for a person who is signed in; answers at once when nothing is left to decide."""
    if step is Step.SELECT:
        return _account_page(waiting, auth, client)
    asked, decided = dispatcher.asked_of(waiting.request, client, auth)
    if not dispatcher.needs_consent(waiting, client, asked, decided):
        pending.finish(waiting)
        return answering.answer(waiting.request, client, auth, decided)
    _allow_return(waiting)
    page = render_template(
        "oidc/consent.html",
        client=client.metadata,
        purpose=client.metadata.purpose_in(web.locale()),
        host=uris.host(waiting.request.redirect_uri),
        lines=lines(waiting.request, asked, decided, auth.subject),
        account=provider.host().account_label(auth.subject),
        device_code=_device_code(waiting),
    )
    return make_response(page)


def _allow_return(waiting: Pending) -> None:
    """The form's answer leads on to the client, and browsers hold that against form-action."""
    if waiting.request.redirect_uri:
        web.allow_form_action(uris.origin(waiting.request.redirect_uri))


def _device_code(waiting: Pending) -> str | None:
    """What the device shows, for the person to compare (RFC 8628 3.3)."""
    asked = devices.find(waiting.request.device) if waiting.request.device else None
    return asked.user_code if asked else None


def lines(request: AuthorizationRequest, asked: tuple[Ask, ...], decided: Mapping[str, bool], subject: str) -> tuple[Line, ...]:
    """What is asked, as the house words it; claims that belong together stand on one line."""
    by_item = {ask.item: ask for ask in asked}
    names = tuple(item for item in by_item if item not in NOT_DESCRIBED)
    found = []
    for text in provider.host().describe(subject, names, web.locale()):
        here = [by_item[name] for name in text.names if name in by_item]
        if here:
            found.append(_line(here, text.label, text.value, decided, aside=text.minor or not text.value))
    if consents.VERIFIED in by_item:
        found.append(_line([by_item[consents.VERIFIED]], _("Data yang sudah diverifikasi"), _proven(request, subject), decided))
    if consents.OFFLINE in by_item:
        found.append(_line([by_item[consents.OFFLINE]], _("Tetap terhubung"), _("juga saat kamu tidak membuka layanan ini"), decided))
    return tuple(found)


def _proven(request: AuthorizationRequest, subject: str) -> str:
    """The verified claims that would be sent, with their values."""
    client = clients.find_active(request.client_id)
    asked = [element for elements in request.verified_claims.values() for element in elements]
    proven = provider.host().verified(subject)
    names = assurance.claims_told(asked, proven, lambda name: client is not None and permitted.verified(name, client))
    described = provider.host().describe(subject, names, web.locale())
    return "; ".join(f"{text.label}: {text.value}" for text in described if text.value)


def _line(asks: list[Ask], label: str, value: str | None, decided: Mapping[str, bool], *, aside: bool = False) -> Line:
    essential = any(ask.essential for ask in asks)
    purpose = next((ask.purpose for ask in asks if ask.purpose), None)
    ticked = essential or all(decided.get(ask.item, True) for ask in asks)
    return Line(asks[0].item, tuple(ask.item for ask in asks), label, value, essential, ticked, purpose, aside and not essential)


def decide(waiting: Pending, auth: Authentication, client: Client, form: MultiDict[str, str]) -> Response:
    """Remember what the person decided and answer the client. Raises AccessDeniedError, NotPending."""
    decision = form.get("decision")
    if decision == "deny":
        raise AccessDeniedError("The person declined.")
    if decision != "allow":
        return dispatcher.to_own_path(waiting)
    asked, before = dispatcher.asked_of(waiting.request, client, auth)
    ticked = set(form.getlist("claim"))
    decided = {
        item: line.essential or line.key in ticked for line in lines(waiting.request, asked, before, auth.subject) for item in line.items
    }
    # What nobody was shown nobody allowed; the sign-in itself is what the button allows.
    decided |= {ask.item: ask.item == consents.SIGN_IN for ask in asked if ask.item not in decided}
    pending.finish(waiting)
    if asked:
        consents.decide(client.client_id, auth.subject, decided)
    return answering.answer(waiting.request, client, auth, decided)


def select(waiting: Pending, auth: Authentication, client: Client, choice: str) -> Response:
    """Go on with the account that is signed in, or sign in with another."""
    if choice == "same":
        return dispatcher.to_own_path(pending.progressed(waiting, selected=True))
    return redirect_to_sign_in(waiting, client)


def redirect_to_sign_in(waiting: Pending, client: Client) -> Response:
    """To the sign-in page, for another account."""
    response: Response = make_response(redirect(dispatcher.page_of(Step.SIGN_IN_ANEW, waiting, client), 303))
    return response


def _account_page(waiting: Pending, auth: Authentication, client: Client) -> Response:
    _allow_return(waiting)
    page = render_template(
        "oidc/account.html",
        destination=dispatcher.destination(waiting.request, client),
        account=provider.host().account_label(auth.subject),
    )
    return make_response(page)
