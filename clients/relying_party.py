"""Signing in with the account service: OpenID Connect, code flow with PKCE.

/login -> the account service -> /callback -> local session -> claims from userinfo, renewed with the refresh token
Owns the local session and what was received. Leaving is `signout`; the words for people are in `website`.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.integrations.flask_client import OAuthError
from flask import Blueprint, Flask, current_app, g, redirect, request, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from clients.party import Service
from clients.provider import Provider, Providers, ProviderUnreachable
from clients.store import LocalSession, Store

blueprint = Blueprint("rp", __name__, template_folder="templates")

# Claims older than this are asked for again when a page needs them.
FRESH_SECONDS = 120
# The errors of RFC 6749, 4.1.2.1 that mean something to the citizen.
ANSWERS = {"access_denied": "denied", "temporarily_unavailable": "provider", "server_error": "provider"}
LOCKS = [threading.Lock() for _ in range(64)]
# What Authlib and requests raise over an answer that is missing or makes no sense.
UNUSABLE = (requests.RequestException, ValueError, KeyError, TypeError, RuntimeError)


class SignInFailed(Exception):
    """The citizen is not signed in. `reason` is a key of `website.FAILURES`, `detail` the protocol's own code for the developer."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class SessionOver(Exception):
    """The account service no longer honours what this session holds: the citizen has to sign in again."""


class RelyingParty:
    """This service's end of OpenID Connect: its registration, its sessions, its way to the account service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.store = Store(service.store_file)
        self.providers = Providers(service, self.store, self._keep_rotated)

    def init_app(self, app: Flask) -> None:
        """Give the app the sign-in pages and a session cookie of its own: cookies know no ports, so the name must differ."""
        app.extensions["relying_party"] = self
        app.config.update(
            SECRET_KEY=self.service.secret_key or self.store.secret(),
            SESSION_COOKIE_NAME=("__Host-" if self.service.secure else "") + f"{self.service.slug}_session",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=self.service.secure,
        )
        self.providers.init_app(app)
        app.register_blueprint(blueprint)

    def citizen(self) -> LocalSession | None:
        """Who is signed in here in this browser."""
        if "citizen" not in g:
            secret = session.get("local")
            g.citizen = self.store.find(secret) if secret else None
        return cast(LocalSession | None, g.citizen)

    def fresh_citizen(self) -> tuple[LocalSession | None, bool]:
        """Who is signed in, with claims asked for lately; the flag says whether the account service could not be asked.

        Raises SessionOver.
        """
        local = self.citizen()
        if local is None or time.time() - local.checked_at < FRESH_SECONDS:
            return local, False
        try:
            return self.renew_claims(local), False
        except ProviderUnreachable:
            # Not asked again with every click: each would wait for the time-out.
            self.store.keep_claims(local.id, None)
            return local, True

    def renew_claims(self, local: LocalSession) -> LocalSession:
        """Ask userinfo now, refreshing the access token where it has expired. Raises SessionOver, ProviderUnreachable."""
        # One refresh at a time: a refresh token used twice is taken for stolen (RFC 9700, 4.14.2), and everything it bought is revoked.
        with LOCKS[hash(local.id) % len(LOCKS)]:
            g.renewing = self.store.find_by_id(local.id)
            if g.renewing is None:
                raise SessionOver
            try:
                claims = _userinfo(self.providers.current())
            except SessionOver:
                self.store.end(local.id)
                raise
            self.store.keep_claims(local.id, claims)
        g.citizen = self.store.find_by_id(local.id)
        if g.citizen is None:
            raise SessionOver
        return cast(LocalSession, g.citizen)

    def _keep_rotated(self, _name: str, token: Mapping[str, Any], **_old: str | None) -> None:
        """Keep what a refresh gave before it is used; its ID token must be of the same person (OpenID Connect Core 1.0, 12.2)."""
        local: LocalSession = g.renewing
        g.renewing = replace(local, tokens={**local.tokens, **token})
        self.store.keep_tokens(local.id, g.renewing.tokens)
        if "id_token" in token:
            about = self.providers.current().parse_id_token(dict(token), nonce=None)
            if about["sub"] != local.sub:
                raise SessionOver

    def open_session(self, about: Mapping[str, Any], tokens: Mapping[str, Any]) -> str:
        """A local session for the person of a checked ID token, with their claims; the secret for the cookie.

        Raises SignInFailed, ProviderUnreachable.
        """
        secret = self.store.begin(about["sub"], about.get("sid"), tokens)
        local = self.store.find(secret) if secret else None
        if local is None:
            raise SignInFailed("ended")
        try:
            self.renew_claims(local)
        except SessionOver as reason:
            raise SignInFailed("rejected", "userinfo") from reason
        except ProviderUnreachable:
            self.store.end(local.id)
            raise
        return cast(str, secret)

    def drop_session(self) -> LocalSession | None:
        """Forget who is signed in in this browser; what was forgotten, where there was any."""
        local = self.citizen()
        language = session.get("language")
        session.clear()
        if language:
            session["language"] = language
        if local:
            self.store.end(local.id)
        g.citizen = None
        return local


def current() -> RelyingParty:
    """The relying party of the app that serves this request."""
    return cast(RelyingParty, current_app.extensions["relying_party"])


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response:
    """Start signing in; also the `initiate_login_uri` of OpenID Connect Core 1.0, 4 (third-party initiated login)."""
    party = current()
    issuer = request.values.get("iss")
    if issuer is not None and issuer.rstrip("/") != party.service.issuer:
        raise SignInFailed("issuer", "iss")
    target = local_path(request.values.get("target_link_uri"), party.service.url)
    hints = {name: request.values[name] for name in ("login_hint", "ui_locales") if request.values.get(name)}
    if request.values.get("ask") == "again":
        hints["prompt"] = "consent"
    hints.setdefault("ui_locales", g.language)
    try:
        provider = party.providers.current()
        started = provider.create_authorization_url(party.service.callback_url, scope=" ".join(party.service.scopes), **hints)
    except UNUSABLE as reason:
        raise ProviderUnreachable("authorize") from reason
    _forget_old_attempts()
    provider.save_authorize_data(redirect_uri=party.service.callback_url, target=target, **started)
    return redirect(started["url"])


@blueprint.get("/callback")
def callback() -> Response:
    """The answer of the account service: check it, spend the code, open a local session."""
    party = current()
    provider = party.providers.current()
    target = check_answer(provider, request.args)
    try:
        tokens = provider.authorize_access_token()
    except (JoseError, OAuthError) as reason:
        raise SignInFailed("rejected", getattr(reason, "error", "") or "") from reason
    except UNUSABLE as reason:
        raise ProviderUnreachable("token") from reason
    about = tokens.pop("userinfo", None)
    if about is None:
        # Authlib lets an answer without an ID token pass.
        raise SignInFailed("rejected", "id_token")
    party.drop_session()
    session["local"] = party.open_session(about, tokens)
    return redirect(target)


def check_answer(provider: Provider, answer: Mapping[str, str]) -> str:
    """Where the citizen was going, if this answer belongs to a sign-in that this browser began with our issuer.

    Raises SignInFailed: "issuer" (RFC 9207, 2.4), "expired" (unknown state: RFC 6749, 10.12), or what the provider's error says.
    """
    metadata = provider.load_server_metadata()
    promised = metadata.get("authorization_response_iss_parameter_supported") or "iss" in answer
    if promised and answer.get("iss") != provider.issuer:
        raise SignInFailed("issuer", "iss")
    begun = provider.framework.get_state_data(session, answer.get("state"))
    if begun is None:
        raise SignInFailed("expired")
    if error := answer.get("error"):
        provider.framework.clear_state_data(session, answer.get("state"))
        raise SignInFailed(ANSWERS.get(error, "rejected"), error)
    if not answer.get("code"):
        raise SignInFailed("rejected", "code")
    return str(begun["target"])


def local_path(target: str | None, own_url: str) -> str:
    """`target` as a path of this service, or "/" where it leads elsewhere: no open redirector (RFC 9700, 4.11)."""
    if not target or not target.isprintable() or "\\" in target:
        return "/"
    own, parts = urlsplit(own_url), urlsplit(target)
    if (parts.scheme or parts.netloc) and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        return "/"
    path = parts.path or "/"
    if not path.startswith("/") or path.startswith("//"):
        return "/"
    return f"{path}?{parts.query}" if parts.query else path


def _forget_old_attempts() -> None:
    """Keep the marks of the latest few sign-ins only: Authlib keeps each for an hour, and a cookie holds 4 kB."""
    begun = sorted((key for key in session if key.startswith("_state_")), key=lambda key: session[key]["exp"])
    for key in begun[:-4]:
        session.pop(key)


def _userinfo(provider: Provider) -> dict[str, Any]:
    """The claims of the session in `g.renewing`. Raises SessionOver where its tokens are no longer good, ProviderUnreachable."""
    before: LocalSession = g.renewing
    try:
        try:
            claims = provider.userinfo(token=dict(before.tokens))
        except requests.HTTPError as refused:
            rotated = g.renewing is not before
            if refused.response.status_code != 401 or rotated or "refresh_token" not in before.tokens:
                raise
            # Revoked or expired earlier than it said: refresh once, then ask again (RFC 6750, 3.1).
            claims = provider.userinfo(token={**before.tokens, "expires_at": 1})
    except (OAuthError, JoseError) as reason:
        raise SessionOver from reason
    except UNUSABLE as reason:
        status = reason.response.status_code if isinstance(reason, requests.HTTPError) else None
        raise (SessionOver if status in (401, 403) else ProviderUnreachable("userinfo")) from reason
    if claims.get("sub") != before.sub:
        # OpenID Connect Core 1.0, 5.3.2: claims of somebody else must not be used.
        raise SessionOver
    return dict(claims)
