"""The blueprint of `/akun`, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from idp import sessions, web
from idp.selfservice import confirmation, people

blueprint = Blueprint("selfservice", __name__)
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
P = ParamSpec("P")


@blueprint.errorhandler(people.NobodyHere)
def sign_in_first(_fault: people.NobodyHere) -> Response:
    """Whoever is not signed in goes to the sign-in page and comes back."""
    return redirect(sessions.sign_in_url(), 303)


def freshly_confirmed(listing: str) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Decorator: whoever did not prove everything a short time ago does so first, and comes back.

    Back to the page, or to the `listing` from which a form was sent: what it carried is sent again by hand."""

    def guard(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Answer:
            if confirmation.is_fresh(people.here()):
                return view(*args, **kwargs)
            back = request.path if request.method == "GET" else url_for(f"selfservice.{listing}")
            return redirect(url_for("selfservice.confirmation_page", next=back), 303)

        return guarded

    return guard


def show(name: str, status: int = 200, retry_after: int | None = None, **values: Any) -> Answer:
    """One of the templates of this slice."""
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    page = render_template(f"selfservice/{name}.html", wait_in_words=web.wait_in_words, wait=retry_after, **values)
    return page, 429 if retry_after else status, headers
