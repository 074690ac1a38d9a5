"""The pages of the second step, `/masuk/langkah-kedua`, and of signing in by passkey."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _

from idp import factors, throttle, web
from idp.login import second_factor
from idp.login.forms import SecondFactorForm
from idp.login.views import Answer, again, attempt_here, blueprint, door, next_path, onward, way_on


@blueprint.get("/masuk/langkah-kedua")
def second_step() -> Answer:
    """Ask for what there is beside the password."""
    try:
        return _page(SecondFactorForm(formdata=None), _turn())
    except second_factor.NotNow:
        return again()


@blueprint.post("/masuk/langkah-kedua")
def prove_second() -> Answer:
    """A code or a passkey is sent."""
    sent = SecondFactorForm()
    try:
        at = _turn()
        if not sent.validate():
            return _page(sent, at, 400)
        attempt = attempt_here(shared_device=at.shared_device)
        if sent.credential.data:
            session = second_factor.by_passkey(at, sent.credential.data, attempt)
        else:
            session = second_factor.by_code(at, sent.code.data, attempt)
    except second_factor.NotNow:
        return again()
    except factors.Refused:
        return _refused(sent, at, _("Ini belum benar. Periksa lagi, atau tunggu kode berikutnya: setiap kode hanya bisa dipakai sekali."))
    except factors.OnlyRecovery:
        return _refused(sent, at, _("Terlalu banyak kode salah untuk akun ini. Pulihkan akunmu, atau hubungi Pusat Bantuan."))
    except throttle.Throttled as too_often:
        return _page(sent, at, 429, {"Retry-After": str(too_often.retry_after)}, wait=too_often.retry_after)
    return onward(session)


@blueprint.post("/masuk/langkah-kedua/opsi")
def second_step_options() -> Response:
    """The challenge for a passkey of the account whose turn it is."""
    try:
        return jsonify(factors.passkeys.sign_in_options(_turn().account_id))
    except second_factor.NotNow:
        return make_response(jsonify(error="not_now"), 409)


@blueprint.post("/masuk/passkey/opsi")
def passkey_options() -> Response:
    """The challenge for whoever has a passkey: the same for everybody."""
    return jsonify(factors.passkeys.sign_in_options())


@blueprint.post("/masuk/passkey")
def sign_in_by_passkey() -> Answer:
    """A passkey in place of everything else."""
    try:
        attempt = attempt_here(shared_device="shared_device" in request.form)
        session = second_factor.sign_in_by_passkey(request.form.get("credential", ""), attempt)
    except factors.Refused:
        flash(_("Passkey ini tidak bisa dipakai di sini. Coba lagi, atau masuk dengan password."), "bad")
        return redirect(url_for("login.form", **way_on()), 303)
    return onward(session)


def _turn() -> second_factor.Turn:
    return second_factor.turn(web.destination(next_path()))


def _refused(sent: SecondFactorForm, at: second_factor.Turn, words: str) -> Answer:
    sent.code.errors = [*sent.code.errors, words]
    return _page(sent, at, 400)


def _page(
    sent: SecondFactorForm, at: second_factor.Turn, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Answer:
    has = factors.enrolled(at.account_id)
    return door("login/second_factor.html", status, headers, form=sent, enrolled=has, is_step_up=at.session is not None, **values)
