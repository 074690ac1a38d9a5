"""What the pages of recovery share: which one is whose turn, from where somebody asks, and a fresh secret at every proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, ParamSpec

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from idp import throttle, web
from idp.recovery import attempts
from idp.recovery.attempts import Asking
from idp.recovery.models import Attempt, Step
from idp.web import secret_cookies

COOKIE = "pemulihan"
START = "recovery.start"
TURNS = {
    Step.LINK: "recovery.mailed",
    Step.CODE: "recovery.code",
    Step.FACTOR: "recovery.factor",
    Step.PASSWORD: "recovery.password",
    Step.CONTACTS: "recovery.contacts",
    Step.NEW_EMAIL: "recovery.code",
    Step.NEW_PHONE: "recovery.code",
    Step.DOCUMENT: "recovery.document",
}

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
P = ParamSpec("P")


def in_turn(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Decorator: a step that is not this browser's turn leads to the one that is, or to the beginning."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
        try:
            return view(*args, **kwargs)
        except attempts.NotAtThisStep:
            return to_turn()

    return guarded


def to_turn() -> Response:
    """To the page whose turn it is in this browser."""
    return redirect(url_for(turn(attempts.here(asking()))), 303)


def to_turn_of(begun: Asking) -> Response:
    """The same, with the secret that was handed out just now."""
    return redirect(url_for(turn(attempts.here(replace(begun, browser=begun.next_browser)))), 303)


def turn(attempt: Attempt | None) -> str:
    """The name of the page whose turn it is."""
    if attempt is None or not attempts.goes_on(attempt):
        return START
    return TURNS[Step(attempt.step)]


def unfinished() -> str | None:
    """The page on which this browser left off, if it did."""
    page = turn(attempts.here(asking()))
    return url_for(page) if page != START else None


def asking() -> Asking:
    """From where somebody asks, when nothing new is begun or proven."""
    return proving()[0]


def proving() -> tuple[Asking, str]:
    """From where somebody asks, and the secret that is to follow if something is begun or proven."""
    token = secret_cookies.new_token()
    found = Asking(secret_cookies.sent_hash(COOKIE), secret_cookies.hashed(token), web.address_key(), web.locale())
    return found, token


def hand_over(token: str) -> None:
    """From now on this browser bears the new secret."""
    secret_cookies.hand_out(COOKIE, token)


def show(name: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    """One of the templates of this slice."""
    return render_template(f"recovery/{name}.html", wait_in_words=web.wait_in_words, **values), status, headers or {}


def too_often(name: str, fault: throttle.Throttled, **values: Any) -> Answer:
    """A page with its form kept, and when it may be tried again."""
    return show(name, 429, {"Retry-After": str(fault.retry_after)}, wait=fault.retry_after, **values)
