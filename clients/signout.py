"""Leaving: the citizen signs out here, or the account service says that they have left.

Owns RP-Initiated Logout, and the receivers of Back-Channel and Front-Channel Logout.
"""

import time
from typing import cast

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Blueprint, g, jsonify, make_response, redirect, render_template, request
from joserfc.errors import InvalidKeyIdError
from werkzeug.wrappers import Response

from clients import logout_token, relying_party
from clients.party import NotRegistered
from clients.provider import Provider, ProviderUnreachable
from clients.relying_party import RelyingParty

blueprint = Blueprint("signout", __name__)


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out here, give the tokens back and, unless `only=here`, ask the account service to end the SSO session too."""
    party = relying_party.current()
    local = party.drop_session()
    try:
        provider = party.providers.current()
        if local and "refresh_token" in local.tokens:
            provider.revoke(local.tokens["refresh_token"])
        if local is None or request.form.get("only") == "here":
            return redirect("/signed-out?only=here")
        leave = provider.logout_redirect(
            post_logout_redirect_uri=party.service.signed_out_url,
            id_token_hint=local.tokens.get("id_token"),
            client_id=provider.client_id,
            ui_locales=g.language,
        )
        return cast(Response, leave)
    except (ProviderUnreachable, NotRegistered, requests.RequestException, RuntimeError):
        # The citizen is out of this service in any case; the page says that the account service could not be told.
        return redirect("/signed-out?only=here&unreachable=1")


@blueprint.get("/signed-out")
def signed_out() -> str:
    """Where the account service sends the browser after its own sign-out (RP-Initiated Logout 1.0, 3)."""
    everywhere = False
    if request.args.get("state"):
        try:
            relying_party.current().providers.current().validate_logout_response()
            everywhere = True
        except (OAuthError, NotRegistered):
            # An old or forged address: it may be looked at, but claims nothing.
            everywhere = False
    return render_template("signed_out.html", everywhere=everywhere, unreachable="unreachable" in request.args)


@blueprint.post("/backchannel-logout")
def backchannel_logout() -> Response:
    """End what the account service's logout token names: OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8."""
    party = relying_party.current()
    try:
        notice = _notice(party, request.form.get("logout_token", ""))
    except logout_token.Refused as refusal:
        return _answer(400, error="invalid_request", error_description=str(refusal))
    except (ProviderUnreachable, NotRegistered):
        # Not 400: the token may be good, and the sender's queue tries again.
        return _answer(503, error="temporarily_unavailable")
    ended = party.store.end_all(sub=notice.sub, sid=notice.sid, once=notice.jti, once_until=notice.expires_at)
    if ended is None:
        return _answer(400, error="invalid_request", error_description="jti was used before")
    return _answer(200)


@blueprint.get("/frontchannel-logout")
def frontchannel_logout() -> Response:
    """End the session named in an iframe of the account service's sign-out page: OpenID Connect Front-Channel Logout 1.0, 2.

    The session id is demanded, as registered (`frontchannel_logout_session_required`): without it any page could sign people out.
    """
    party = relying_party.current()
    issuer, sid = request.args.get("iss", ""), request.args.get("sid")
    if issuer != party.service.issuer or not sid:
        return _answer(400, error="invalid_request")
    party.store.end_all(sub=None, sid=sid)
    answer = make_response(render_template("frontchannel.html"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _notice(party: RelyingParty, token: str) -> logout_token.LogoutNotice:
    """Read the token with the keys at hand, then with fresh ones where it names a key unknown so far."""
    provider = party.providers.current()
    try:
        return _read(party, provider, token, anew=False)
    except InvalidKeyIdError:
        pass
    try:
        return _read(party, provider, token, anew=True)
    except InvalidKeyIdError as reason:
        raise logout_token.Refused("kid is not known") from reason


def _read(party: RelyingParty, provider: Provider, token: str, *, anew: bool) -> logout_token.LogoutNotice:
    return logout_token.read(
        token,
        keys=provider.keys(anew=anew),
        issuer=party.service.issuer,
        client_id=provider.client_id,
        algorithm=provider.id_token_alg,
        now=time.time(),
    )


def _answer(status: int, **body: str) -> Response:
    answer = jsonify(body) if body else make_response("")
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
