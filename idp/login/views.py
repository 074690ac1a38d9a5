"""The pages of signing in and out: `/masuk`, `/masuk/kode`, `/keluar`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp import accounts, otp, sessions, sms_budget, throttle, web
from idp.login import flow, second_factor
from idp.login.forms import SignInForm
from idp.web import secret_cookies

blueprint = Blueprint("login", __name__)
NEXT_PAGES = {
    flow.Unfinished: "registration.code",
    flow.Suspended: "login.suspended",
    flow.SecondFactorNeeded: "login.second_step",
    flow.CodeNeeded: "login.code",
}
Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/masuk")
def form() -> Answer:
    """Ask who it is. Somebody who is signed in sees the form only when a page sent them here to prove it again."""
    session = sessions.current()
    if session is not None and "next" not in request.args:
        return redirect("/", 303)
    destination = web.destination(next_path())
    if second_factor.is_wanted(session, destination):
        return redirect(url_for("login.second_step", **way_on()), 303)
    hint = destination.login_hint if destination else None
    return _page(SignInForm(formdata=None, data={"identifier": hint}))


@blueprint.post("/masuk")
def sign_in() -> Answer:
    """The form is sent."""
    sent = SignInForm()
    if not sent.validate():
        return _page(sent, 400)
    try:
        typed = {"raw_identifier": sent.identifier.data, "password": sent.password.data}
        session = flow.sign_in(attempt_here(shared_device=sent.shared_device.data, **typed))
    except flow.Refused:
        return _page(sent, 400, refused=True)
    except tuple(NEXT_PAGES) as more:
        return redirect(url_for(NEXT_PAGES[type(more)], **way_on()), 303)
    except throttle.Throttled as too_often:
        return _page(sent, 429, {"Retry-After": str(too_often.retry_after)}, wait=too_often.retry_after)
    return onward(session)


@blueprint.get("/masuk/kode")
def code() -> Answer:
    """Ask for the code that is needed besides the password."""
    held = sessions.held()
    return _code_page(web.CodeForm(formdata=None), held) if held else again()


@blueprint.post("/masuk/kode")
def confirm() -> Answer:
    """The code is entered."""
    held, sent = sessions.held(), web.CodeForm()
    if held is None:
        return again()
    if not sent.validate():
        return _code_page(sent, held, 400)
    try:
        session = flow.confirm(held, sent.code.data, attempt_here(shared_device=held.shared_device))
    except flow.SecondFactorNeeded:
        return redirect(url_for("login.second_step", **way_on()), 303)
    except flow.Refused:
        return again()
    except otp.Refused as refusal:
        return _code_page(web.CodeForm(formdata=None), held, 400, refusal=refusal)
    return onward(session)


@blueprint.post("/masuk/kirim-ulang")
def resend() -> Answer:
    """Another code."""
    held = sessions.held()
    if held is None:
        return again()
    try:
        flow.send_code(held.account_id, attempt_here(shared_device=held.shared_device))
    except flow.Refused:
        return again()
    except otp.TooSoon:
        pass  # the page counts down to when it can be asked for
    except sms_budget.NotReachable:
        flash(_("Kode tidak bisa dikirim ke nomor ini."), "bad")
    except throttle.Throttled as too_often:
        return _code_page(web.CodeForm(formdata=None), held, 429, wait=too_often.retry_after)
    else:
        flash(_("Kode baru sudah dikirim. Hanya kode terakhir yang berlaku."), "good")
    return redirect(url_for("login.code", **way_on()), 303)


@blueprint.get("/keluar")
def ask_to_leave() -> Answer:
    """Ask before signing out: a link or an image must not do it."""
    return render_template("login/leave.html", signed_in=sessions.current() is not None)


@blueprint.post("/keluar")
def leave() -> Answer:
    """Sign out."""
    # A known device stays known (V14.3.1). A shared one forgets everything, in whatever way its sign-in ends.
    secret_cookies.clear_site("cache", "storage")
    flow.sign_out(sessions.current())
    return redirect(url_for("login.ask_to_leave"), 303)


def attempt_here(*, shared_device: bool, **typed: str) -> flow.Attempt:
    """What was typed, if anything, and where."""
    return flow.Attempt(
        address=web.address_key(),
        browser=web.browser_id(),
        locale=web.locale(),
        device=sessions.this_device(),
        known_accounts=sessions.accounts_known_here(),
        shared_device=shared_device,
        **typed,
    )


def _page(sent: SignInForm, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    session = sessions.current()
    signed_in = accounts.find(session.account_id) if session else None
    return door("login/sign_in.html", status, headers, form=sent, signed_in=signed_in, **values)


def _code_page(
    sent: web.CodeForm, held: sessions.Held, status: int = 200, wait: int | None = None, refusal: otp.Refused | None = None
) -> Answer:
    try:
        account, state = flow.code_state(held, web.browser_id())
    except flow.Refused:
        return again()
    headers = {"Retry-After": str(wait)} if wait else {}
    return door("login/code.html", status, headers, form=sent, phone=account.phone.masked, state=state, wait=wait, refusal=refusal)


def door(template: str, status: int, headers: dict[str, str] | None = None, **values: Any) -> Answer:
    destination = web.destination(next_path())
    if destination and destination.origin:
        # The answer to the form leads on to the service, and browsers hold redirects to form-action as well.
        web.allow_form_action(destination.origin)
    shared = {"next_path": next_path(), "way_on": way_on(), "destination": destination, "wait_in_words": web.wait_in_words}
    return render_template(template, **shared, **values), status, headers or {}


def onward(session: sessions.SsoSession) -> Response:
    """Everything is proven: to where the person was going, past the terms if they changed since they were agreed to."""
    if accounts.terms.is_outdated(session.account_id):
        return redirect(url_for("login.new_terms", **way_on()), 303)
    return redirect(next_path(), 303)


def again() -> Response:
    return redirect(url_for("login.form", **way_on()), 303)


def next_path() -> str:
    return web.safe_path(request.args.get("next"))


def way_on() -> dict[str, Any]:
    return {} if next_path() == "/" else {"next": next_path()}
