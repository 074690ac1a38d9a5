"""What the pages of registration share: which one is whose turn, from where somebody asks, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.wrappers import Response

from idp import accounts, sessions, web
from idp.registration import flow
from idp.registration.forms import IdentityForm
from idp.registration.models import Application, Step
from idp.web import secret_cookies

COOKIE = "daftar"
COOKIE_SECONDS = 30 * 24 * 3600

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]
View = Callable[[], Answer]


def for_strangers(view: View) -> View:
    """Decorator: whoever is signed in already goes where they were going."""

    @wraps(view)
    def guarded() -> Answer:
        return redirect(way_on(), 303) if sessions.current() else view()

    return guarded


def back_on_track(view: View) -> View:
    """Decorator: a step that is not this registration's turn leads to the one that is."""

    @wraps(view)
    def guarded() -> Answer:
        try:
            return view()
        except (flow.NoSuchStep, ObjectDeletedError):  # the latter: another window finished it, or gave it up, meanwhile
            return redirect(step_url("identity"), 303)

    return guarded


def show(name: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    """One of the templates of this slice, with the links that all of them need."""
    path = way_on()
    links = {"next_path": path, "destination": web.destination(path), "url": step_url, "wait_in_words": web.wait_in_words}
    return render_template(f"registration/{name}.html", **links, **values), status, headers or {}


def let_the_form_leave() -> None:
    """Allow that the form of this page ends at the service."""
    # The answer to the last form leads on to the service, and browsers hold redirects to form-action as well.
    destination = web.destination(way_on())
    if destination and destination.origin:
        web.allow_form_action(destination.origin)


def here() -> Application | None:
    """The unfinished registration of this browser."""
    return flow.find(secret_cookies.sent_hash(COOKIE))


def at(*steps: Step) -> Application:
    """The registration of this browser if it is at one of these steps. Raises flow.NoSuchStep."""
    application = here()
    if application is None or application.step not in steps:
        raise flow.NoSuchStep
    if application.step == Step.MATCHED and not application.is_matched:
        raise flow.NoSuchStep
    return application


def asking_from_here(device_hash: str | None = None, *, make: bool = False) -> flow.Asking:
    """From where somebody asks; with `make` this browser gets a cookie if it has none."""
    device_hash = device_hash or secret_cookies.sent_hash(COOKIE)
    if device_hash is None and make:
        token = secret_cookies.new_token()
        secret_cookies.hand_out(COOKIE, token, COOKIE_SECONDS)
        device_hash = secret_cookies.hashed(token)
    return flow.Asking(device_hash=device_hash or "", address=web.address_key(), locale=web.locale(), next_path=way_on())


def owner_of(application: Application) -> accounts.Owner:
    """Whose NIK and name must not be in the password."""
    return accounts.Owner(nik=application.nik, name=application.name)


def filled_in(application: Application | None) -> IdentityForm:
    """Step 1 with what was typed, if that was a short time ago."""
    typed = application.answers if application is not None and application.is_recent else {}
    return IdentityForm(formdata=None, data={name: typed.get(name) for name in ("nik", "name", "mother_name")})


def way_on(application: Application | None = None) -> str:
    """Where the person was going."""
    if "next" in request.args:
        return web.safe_path(request.args.get("next"))
    return web.safe_path(application.next_path) if application else "/"


def step_url(step: str, **values: str) -> str:
    """The address of a step, with the way on."""
    path = way_on(here())
    query: dict[str, Any] = {**values, **({} if path == "/" else {"next": path})}
    return url_for(f"registration.{step}", **query)


def another_phone(step: str) -> Answer:
    """No code can be sent to the number any more (its block is none of mobile phones now): on to the step that asks for another."""
    flash(_("Kode tidak bisa dikirim ke nomor tadi. Tulis nomor lain."), "bad")
    return redirect(step_url(step), 303)
