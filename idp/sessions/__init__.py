"""Sessions: who is signed in in this browser, and which browsers are known.

begin (new secret) -> current (cached for a minute, idle and absolute life checked at use) | confirmed (asked of SQL)
-> renew (step-up) -> end
Owns the sign-ins in SQL, their cache, both cookies and the seam to Flask-Login. Knows nothing of passwords, codes or
clients: whoever wants to know of an end registers with `on_end`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from flask import Flask, Request, Response, g, redirect
from werkzeug.wrappers import Response as AnyResponse

from idp import web
from idp.extensions import login_manager
from idp.sessions import cleaning, disowning
from idp.sessions.device_words import device_words
from idp.sessions.devices import accounts_known_here, remember, this_device
from idp.sessions.held import Held, held, hold, release
from idp.sessions.lifecycle import begin, confirmed, current, end, end_everywhere, in_force, just_over, on_end, renew
from idp.sessions.models import SsoSession, StoredSession, idle

__all__ = [
    "Held",
    "SsoSession",
    "StoredSession",
    "accounts_known_here",
    "begin",
    "cleaning",
    "confirmed",
    "current",
    "device_words",
    "disowning",
    "end",
    "end_everywhere",
    "held",
    "hold",
    "in_force",
    "init_app",
    "just_over",
    "on_end",
    "release",
    "remember",
    "renew",
    "required",
    "this_device",
]

P = ParamSpec("P")
R = TypeVar("R")


def init_app(app: Flask) -> None:
    """Let Flask-Login read our sign-ins."""
    # It would watch the address, which it takes from X-Forwarded-For.
    login_manager.session_protection = None
    # Its remember-me cookie is looked at before our loader, and a crafted one is an error: no one can guess this name.
    app.config["REMEMBER_COOKIE_NAME"] = secrets.token_urlsafe(16)
    login_manager.request_loader(_load)
    app.after_request(_hide_when_idle)


def _load(_request: Request) -> SsoSession | None:
    return current()


def _hide_when_idle(response: Response) -> Response:
    """On a shared device a page does not stay on the screen for longer than its sign-in lives; without any script."""
    found: SsoSession | None = g.get("sso")
    if found is not None and found.shared_device and response.mimetype == "text/html":
        response.headers["Refresh"] = f"{int(idle(shared_device=True).total_seconds()) + 1}; url=/masuk"
    return response


def required(view: Callable[P, R]) -> Callable[P, R | AnyResponse]:
    """Decorator of a view: whoever is not signed in goes to the sign-in page and comes back."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | AnyResponse:
        if current() is None:
            return redirect(sign_in_url(), 303)
        return view(*args, **kwargs)

    return guarded


def sign_in_url() -> str:
    """The sign-in page, with the way back to this one. What a form carried does not survive; its page does."""
    return "/masuk?next=" + quote(web.way_back(), safe="/")
