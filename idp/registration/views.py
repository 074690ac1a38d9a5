"""The pages of registration: `/daftar`, `/daftar/kontak`, `/daftar/verifikasi` and what hangs on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from idp import accounts, otp, sessions, settings, sms_budget, throttle, web
from idp.gateways.dukcapil import HttpDukcapil
from idp.registration import activation, flow, pages, work
from idp.registration.forms import ContactsForm, IdentityForm, PhoneForm
from idp.registration.models import Application, Step
from idp.registration.registry import Registry
from idp.web import secret_cookies

ACR = "urn:siapkerja:acr:password"
UNPROVEN = {Step.CODE: "code", Step.GUARDIAN: "guardian"}  # an account is pending, and its page is next

blueprint = Blueprint("registration", __name__)


@blueprint.record_once
def connect(state: BlueprintSetupState) -> None:
    """Give the application its way to the civil registry."""
    chosen = settings.current()
    patient = HttpDukcapil(chosen)
    hurried = HttpDukcapil(chosen, deadline=chosen.dukcapil_page_patience)
    state.app.extensions.setdefault("registry", Registry(for_pages=hurried, for_worker=patient))


@blueprint.get("/daftar")
@pages.for_strangers
def identity() -> pages.Answer:
    """Step 1, or where an unfinished registration stands."""
    application = pages.here()
    if application is None or application.step in (Step.DRAFT, Step.REFUSED) or (application.is_recent and "ubah" in request.args):
        return _identity_page(pages.filled_in(application))
    if application.step == Step.WAITING:
        return pages.show("waiting", application=application)
    if application.step == Step.TAKEN:
        return redirect(pages.step_url("code"), 303)
    return pages.show("resume", application=application, at_code=application.step in UNPROVEN)


@blueprint.post("/daftar")
@pages.for_strangers
@pages.back_on_track
def apply() -> pages.Answer:
    """Step 1 is sent."""
    form = IdentityForm()
    if not form.validate():
        return _identity_page(form, 400)
    asking = pages.asking_from_here(make=True)
    return _checked(lambda: flow.apply(flow.Applicant(**form.parsed), asking, registry=work.registry()), form)


@blueprint.post("/daftar/lanjut")
@pages.for_strangers
@pages.back_on_track
def go_on() -> pages.Answer:
    """Go on with what was typed some time ago."""
    application = pages.here()
    if application is not None and application.step in UNPROVEN:
        return redirect(pages.step_url(UNPROVEN[Step(application.step)]), 303)
    return _checked(lambda: flow.check_again(pages.asking_from_here(), registry=work.registry()), pages.filled_in(application))


@blueprint.post("/daftar/baru")
@pages.for_strangers
def start_over() -> pages.Answer:
    """Somebody else, or from the start."""
    flow.abandon(pages.asking_from_here())
    secret_cookies.take_back(pages.COOKIE)
    return redirect(pages.step_url("identity"), 303)


def _checked(check: Callable[[], Application], form: IdentityForm) -> pages.Answer:
    try:
        application = check()
    except flow.NotRecognised:
        return _identity_page(form, 400, refused=True)
    except throttle.Throttled as too_often:
        return _identity_page(form, 429, retry_after=too_often.retry_after)
    if application.step == Step.CODE:
        return redirect(pages.step_url("code"), 303)
    return redirect(pages.step_url("contacts" if application.step == Step.MATCHED else "identity"), 303)


@blueprint.get("/daftar/kontak")
@pages.for_strangers
@pages.back_on_track
def contacts() -> pages.Answer:
    """Step 2."""
    application = pages.at(Step.MATCHED, Step.CODE)
    typed = application.answers if application.is_recent else {}
    form = ContactsForm(formdata=None, owner=pages.owner_of(application), data={name: typed.get(name) for name in ("email", "phone")})
    taken_from = activation.owner_of_what_is_taken(application) if application.collision else None
    return pages.show("contacts", form=form, collision=application.collision, owner=taken_from)


@blueprint.post("/daftar/kontak")
@pages.for_strangers
@pages.back_on_track
def leave_contacts() -> pages.Answer:
    """Step 2 is sent, or left for step 1 with "Kembali"."""
    application = pages.at(Step.MATCHED, Step.CODE)
    form = ContactsForm(owner=pages.owner_of(application))
    if "back" in request.form:
        activation.note_contacts(pages.asking_from_here(), form.email.data or "", form.phone.data or "")
        return redirect(pages.step_url("identity", ubah="1"), 303)
    if not form.validate():
        return pages.show("contacts", 400, form=form)
    return _code_sent(
        lambda: activation.leave_contacts(
            pages.asking_from_here(), password=form.password.data, shared_device=form.shared_device.data, **form.parsed
        ),
        "contacts",
        form,
    )


@blueprint.get("/daftar/nomor")
@pages.for_strangers
@pages.back_on_track
def phone() -> pages.Answer:
    """Step 3, "Ubah no HP"."""
    activation.pending_account(pages.at(Step.CODE))
    return pages.show("phone", form=PhoneForm(formdata=None))


@blueprint.post("/daftar/nomor")
@pages.for_strangers
@pages.back_on_track
def change_phone() -> pages.Answer:
    """Another phone, and a code to it."""
    form = PhoneForm()
    if not form.validate():
        return pages.show("phone", 400, form=form)
    return _code_sent(lambda: activation.change_phone(pages.asking_from_here(), form.parsed["phone"]), "phone", form)


def _code_sent(send: Callable[[], Any], page: str, form: FlaskForm) -> pages.Answer:
    try:
        send()
    except throttle.Throttled as too_often:
        return pages.show(page, 429, {"Retry-After": str(too_often.retry_after)}, form=form, wait=too_often.retry_after)
    except sms_budget.NotReachable:
        form.phone.errors = [*form.phone.errors, _("Kode tidak bisa dikirim ke nomor ini.")]
        return pages.show(page, 400, form=form)
    return redirect(pages.step_url("code"), 303)


@blueprint.get("/daftar/verifikasi")
@pages.for_strangers
@pages.back_on_track
def code() -> pages.Answer:
    """Step 3; also where signing in leads with an account that was never activated."""
    if held := sessions.held():
        return _taken_over(held)
    application = pages.at(Step.CODE, Step.TAKEN)
    if application.step == Step.TAKEN:
        return pages.show("taken", owner=activation.owner_of_what_is_taken(application))
    return _code_page(web.CodeForm(formdata=None), application)


@blueprint.post("/daftar/verifikasi")
@pages.for_strangers
@pages.back_on_track
def confirm() -> pages.Answer:
    """The code is entered."""
    application = pages.at(Step.CODE)
    form = web.CodeForm()
    if not form.validate():
        return _code_page(form, application, 400)
    recently = activation.pending_account(application).updated_at
    try:
        account = activation.confirm(pages.asking_from_here(), form.code.data)
    except activation.Collision as collision:
        return redirect(pages.step_url("code" if collision.what == "nik" else "contacts"), 303)
    except activation.GuardianNeeded:
        return redirect(pages.step_url("guardian"), 303)
    except otp.Refused as refusal:
        return _code_page(web.CodeForm(formdata=None), application, 400, refusal=refusal)
    return welcome(account, application, recently)


def welcome(account: accounts.Account, application: Application, password_typed_at: datetime) -> pages.Answer:
    """The account is active: its owner is signed in and goes where they were going."""
    secret_cookies.take_back(pages.COOKIE)
    shared = bool(application.answers.get("shared"))
    sessions.begin(account.id, amr=activation.means(password_typed_at), acr=ACR, shared_device=shared)
    if not shared:
        sessions.remember(account.id)
    return redirect(pages.way_on(application), 303)


@blueprint.post("/daftar/kirim-ulang")
@pages.for_strangers
@pages.back_on_track
def resend() -> pages.Answer:
    """Another code."""
    application = pages.at(Step.CODE)
    try:
        activation.resend(pages.asking_from_here())
    except otp.TooSoon:
        pass  # the page counts down to when it can be asked for
    except sms_budget.NotReachable:
        return pages.another_phone("phone")
    except throttle.Throttled as too_often:
        return _code_page(web.CodeForm(formdata=None), application, 429, wait=too_often.retry_after)
    else:
        flash(_("Kode baru sudah dikirim. Hanya kode terakhir yang berlaku."), "good")
    return redirect(pages.step_url("code"), 303)


def _taken_over(held: sessions.Held) -> pages.Answer:
    token = secret_cookies.new_token()
    asking = pages.asking_from_here(secret_cookies.hashed(token))
    application = flow.adopt(held.account_id, asking, shared_device=held.shared_device)
    sessions.release()
    secret_cookies.hand_out(pages.COOKIE, token, pages.COOKIE_SECONDS)
    try:
        activation.resend(asking)
    except otp.TooSoon:
        pass
    except sms_budget.NotReachable:
        return pages.another_phone("phone")
    except throttle.Throttled as too_often:
        return _code_page(web.CodeForm(formdata=None), application, wait=too_often.retry_after)
    return redirect(pages.step_url("code"), 303)


def _identity_page(form: IdentityForm, status: int = 200, *, refused: bool = False, retry_after: int | None = None) -> pages.Answer:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return pages.show("identity", status, headers, form=form, refused=refused, wait=retry_after)


def _code_page(
    form: web.CodeForm, application: Application, status: int = 200, wait: int | None = None, refusal: otp.Refused | None = None
) -> pages.Answer:
    account = activation.pending_account(application)
    state = otp.pending(activation.errand(account, application.device_hash))
    pages.let_the_form_leave()
    headers = {"Retry-After": str(wait)} if wait else {}
    return pages.show("code", status, headers, form=form, phone=account.phone.masked, state=state, wait=wait, refusal=refusal)
