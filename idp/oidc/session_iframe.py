"""Session Management 1.0: a frame that tells a client whether the person's session at the provider has changed.

The frame compares `session_state` with what it computes from a cookie of its own; no request is made. The cookie holds
a salted hash of the session, no credential, and scripts of this one page read it."""

from __future__ import annotations

import hashlib
import secrets

from flask import Flask, Response, g, make_response, render_template, request

from idp.oidc import jose, provider, uris
from idp.oidc.clients import Client
from idp.oidc.routes import blueprint

COOKIE = "op_state"


def init_app(app: Flask) -> None:
    """Keep the cookie in step with the session."""
    app.after_request(_remember)


@blueprint.get("/oauth/session")
def frame() -> Response:
    """The frame (Session Management 3.2); any client's page may hold it."""
    response = make_response(render_template("oidc/session_frame.html", cookie=cookie_name()))
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{g.csp_nonce}'; frame-ancestors *; base-uri 'none'; form-action 'none'"
    )
    response.headers["X-Frame-Options"] = "ALLOWALL"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def cookie_name() -> str:
    """`__Host-` over TLS, as every cookie of ours."""
    return f"__Host-{COOKIE}" if provider.config().https else COOKIE


def session_state(client: Client, redirect_uri: str, sid: str) -> str:
    """What the client hands to the frame: a salted hash of client, origin and browser state (Session Management 3)."""
    g.op_state = browser_state(sid)
    salt = secrets.token_urlsafe(8)
    text = f"{client.client_id} {uris.origin(redirect_uri)} {g.op_state} {salt}"
    return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"


def browser_state(sid: str) -> str:
    """What the cookie holds: changes with the session and says nothing of it."""
    return jose.b64(hashlib.sha256(f"op_state {sid}".encode()).digest())


def signed_out() -> None:
    """The session of this browser ended just now."""
    g.op_state = ""


def _remember(response: Response) -> Response:
    state = g.pop("op_state", None)
    if state is None or request.cookies.get(cookie_name()) == state:
        return response
    https = provider.config().https
    # Read in a frame on the client's page: the browser sends it there only with SameSite=None.
    response.set_cookie(cookie_name(), state, secure=https, httponly=False, samesite="None" if https else "Lax")
    return response
