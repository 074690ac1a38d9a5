"""Cookies that hold a secret which is stored as a hash only: the sign-in, the known device, the unfinished registration.

And the way to have a browser forget them, with everything else."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from flask import Response, after_this_request, has_request_context, request

from idp import settings
from idp.web.browser import cookie_name

TOKEN_LENGTH = 43
YEAR_SECONDS = 365 * 24 * 3600


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def sent_hash(name: str) -> str | None:
    """The hash of the token that this browser sent; None when it sent none, or nothing that can be one."""
    if not has_request_context():
        return None
    token = request.cookies.get(cookie_name(name), "")
    return hashed(token) if len(token) == TOKEN_LENGTH else None


def hand_out(name: str, token: str, max_age: int | None = None) -> None:
    """Set a cookie on the answer to this request; without a `max_age` it ends with the browser."""

    def set_it(response: Response) -> None:
        response.set_cookie(
            cookie_name(name),
            token,
            max_age=max_age,
            path="/",
            secure=settings.current().https,
            httponly=True,
            samesite="Lax",
        )

    _on_answer(set_it)


def take_back(name: str) -> None:
    """Remove a cookie with the answer to this request."""

    def remove_it(response: Response) -> None:
        response.delete_cookie(cookie_name(name), path="/", secure=settings.current().https, httponly=True, samesite="Lax")

    _on_answer(remove_it)


def clear_site(*what: str) -> None:
    """Let the browser forget what it keeps of this provider, with the answer to this request (Clear Site Data)."""

    def clear(response: Response) -> None:
        response.headers["Clear-Site-Data"] = ", ".join(f'"{one}"' for one in what)

    _on_answer(clear)


def _on_answer(change: Callable[[Response], None]) -> None:
    if not has_request_context():
        return

    def after(response: Response) -> Response:
        change(response)
        return response

    after_this_request(after)
