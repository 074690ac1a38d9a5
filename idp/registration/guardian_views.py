"""`/daftar/wali`: the phone of a minor's parent or guardian, and the code by which they agree."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _

from idp import otp, settings, sms_budget, throttle, web
from idp.identity import PhoneNumber
from idp.registration import activation, guardians, pages
from idp.registration.forms import GuardianForm
from idp.registration.views import blueprint, welcome


@blueprint.get("/daftar/wali")
@pages.for_strangers
@pages.back_on_track
def guardian() -> pages.Answer:
    """Who is the parent or guardian?"""
    guardians.at_guardian(pages.asking_from_here())
    return _page(form=GuardianForm(formdata=None))


@blueprint.post("/daftar/wali")
@pages.for_strangers
@pages.back_on_track
def ask_guardian() -> pages.Answer:
    """Their phone is sent."""
    form = GuardianForm()
    guardians.at_guardian(pages.asking_from_here())
    if not form.validate():
        return _page(400, form=form)
    return _asked(form.parsed["phone"], form)


@blueprint.get("/daftar/wali/kode")
@pages.for_strangers
@pages.back_on_track
def guardian_code() -> pages.Answer:
    """Ask for the code that they got."""
    return _code_page(web.CodeForm(formdata=None))


@blueprint.post("/daftar/wali/kode")
@pages.for_strangers
@pages.back_on_track
def guardian_agrees() -> pages.Answer:
    """The code is entered."""
    application = guardians.at_guardian(pages.asking_from_here())
    form = web.CodeForm()
    if not form.validate():
        return _code_page(form, 400)
    recently = activation.pending_account(application).updated_at
    try:
        account = guardians.agree(pages.asking_from_here(), form.code.data)
    except activation.Collision as collision:
        return redirect(pages.step_url("code" if collision.what == "nik" else "contacts"), 303)
    except otp.Refused as refusal:
        return _code_page(web.CodeForm(formdata=None), 400, refusal=refusal)
    return welcome(account, application, recently)


@blueprint.post("/daftar/wali/kirim-ulang")
@pages.for_strangers
@pages.back_on_track
def ask_guardian_again() -> pages.Answer:
    """Another code to the same phone."""
    phone, _state = guardians.asked(pages.asking_from_here())
    try:
        guardians.ask(pages.asking_from_here(), phone)
    except otp.TooSoon:
        pass  # the page counts down to when it can be asked for
    except sms_budget.NotReachable:
        return pages.another_phone("guardian")
    except throttle.Throttled as too_often:
        return _code_page(web.CodeForm(formdata=None), 429, wait=too_often.retry_after)
    else:
        flash(_("Kode baru sudah dikirim. Hanya kode terakhir yang berlaku."), "good")
    return redirect(pages.step_url("guardian_code"), 303)


def _asked(phone: PhoneNumber, form: GuardianForm) -> pages.Answer:
    try:
        guardians.ask(pages.asking_from_here(), phone)
    except otp.TooSoon:
        pass  # the code that is on its way to this phone is good
    except guardians.OwnPhone:
        form.phone.errors = [*form.phone.errors, _("Ini nomormu sendiri. Tulis nomor orang tua atau walimu.")]
        return _page(400, form=form)
    except sms_budget.NotReachable:
        form.phone.errors = [*form.phone.errors, _("Kode tidak bisa dikirim ke nomor ini.")]
        return _page(400, form=form)
    except throttle.Throttled as too_often:
        return _page(429, {"Retry-After": str(too_often.retry_after)}, form=form, wait=too_often.retry_after)
    return redirect(pages.step_url("guardian_code"), 303)


def _code_page(form: web.CodeForm, status: int = 200, wait: int | None = None, refusal: otp.Refused | None = None) -> pages.Answer:
    phone, state = guardians.asked(pages.asking_from_here())
    pages.let_the_form_leave()
    headers = {"Retry-After": str(wait)} if wait else {}
    return pages.show("guardian_code", status, headers, form=form, phone=phone.masked, state=state, wait=wait, refusal=refusal)


def _page(status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> pages.Answer:
    return pages.show("guardian", status, headers, age=settings.current().guardian_below_age, **values)
