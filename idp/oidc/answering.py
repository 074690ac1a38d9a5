"""The answer to a request whose person is signed in and has decided: a code, an ID token, or both."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from idp import clock
from idp.oidc import (
    answers,
    consents,
    device_endpoint,
    devices,
    grants,
    id_token,
    participants,
    provider,
    pushed_requests,
    session_iframe,
    steps,
)
from idp.oidc.authorization_request import AuthorizationRequest
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestURIError
from idp.oidc.grants import Authorization
from idp.oidc.host import Authentication


def answer(request: AuthorizationRequest, client: Client, auth: Authentication, decided: Mapping[str, bool]) -> Response:
    """Answer the client. The redirect URI was trusted when the request was understood. Raises InvalidRequestURIError."""
    if request.pushed and not pushed_requests.spend(request.pushed):
        raise InvalidRequestURIError("request_uri was used (RFC 9126 7.3).")
    authorization = authorize(request, client, auth, decided)
    if request.device:
        # Signing out of this browser does not sign the device out.
        devices.approve(request.device, authorization.model_copy(update={"sid": None}))
        return device_endpoint.done(allowed=True)
    values: dict[str, str] = {}
    if request.wants_code:
        values["code"], told = grants.issue_code(authorization, participants.commands(authorization, client))
        participants.note(authorization, client, told)
    else:
        participants.note_now(authorization, client)
    if request.wants_id_token:
        values["id_token"] = id_token.from_authorization(
            authorization, client, code=values.get("code"), state=request.state, with_scopes=not request.wants_code
        )
    values["session_state"] = session_iframe.session_state(client, request.redirect_uri, auth.sid)
    return answers.send(answers.address_for(request, client), values)


def authorize(request: AuthorizationRequest, client: Client, auth: Authentication, decided: Mapping[str, bool]) -> Authorization:
    """What the person allows the client from now on."""
    now = clock.timestamp()
    wanted = request.acr_values if request.essential_acr is None else request.essential_acr
    withheld = tuple(ask.item for ask in consents.asks(request) if not decided.get(ask.item, True))
    return Authorization(
        grant_id=grants.new_grant_id(),
        client_id=client.client_id,
        subject=auth.subject,
        scope=request.scope,
        issued_at=now,
        sid=auth.sid,
        auth_time=auth.auth_time,
        acr=steps.effective_acr(auth.acr, wanted),
        amr=auth.amr,
        nonce=request.nonce,
        redirect_uri=request.redirect_uri if request.redirect_uri_given else None,
        code_challenge=request.code_challenge,
        code_expires_at=now + provider.config().code_lifetime,
        dpop_jkt=request.dpop_jkt,
        resource=request.resource,
        userinfo_claims=request.userinfo_claims,
        id_token_claims=request.id_token_claims,
        verified_claims=request.verified_claims,
        claims_locales=request.claims_locales,
        withheld=withheld,
        offline=consents.OFFLINE in request.scope and client.check_grant_type("refresh_token"),
    )
