"""`/akun/dua-langkah/passkey`: adding a passkey. It needs JavaScript; whoever has none adds an authenticator app."""

from __future__ import annotations

from flask import jsonify
from flask_babel import gettext as _

from idp import factors
from idp.selfservice import devices, people, two_step
from idp.selfservice.forms import PasskeyForm
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show
from idp.selfservice.views.two_step import added


@blueprint.get("/akun/dua-langkah/passkey")
@freshly_confirmed("two_step_page")
def passkey_page() -> Answer:
    """Ask what the new passkey is to be called."""
    return show("passkey", form=PasskeyForm(formdata=None, data={"name": _proposed_name(), "end_others": True}))


@blueprint.post("/akun/dua-langkah/passkey")
@freshly_confirmed("two_step_page")
def add_passkey() -> Answer:
    """The device's answer is sent."""
    sent = PasskeyForm()
    if not sent.validate():
        return show("passkey", 400, form=sent)
    try:
        codes = two_step.add_passkey(people.here(), sent.credential.data or "", sent.name.data, end_others=sent.end_others.data)
    except factors.Refused:
        sent.form_errors.append(_("Passkey ini belum bisa dipakai. Coba lagi, atau pakai aplikasi autentikator."))
        return show("passkey", 400, form=sent)
    return added(_("Passkey sudah terpasang. Kamu bisa memakainya untuk masuk tanpa password."), codes)


@blueprint.post("/akun/dua-langkah/passkey/opsi/buat")
@freshly_confirmed("two_step_page")
def new_passkey_options() -> Answer:
    """The challenge for a new passkey."""
    account = people.me()
    return jsonify(factors.passkeys.registration_options(account.id, account.email.value))


@blueprint.post("/akun/dua-langkah/passkey/opsi/tunjukkan")
@freshly_confirmed("two_step_page")
def show_passkey_options() -> Answer:
    """The challenge for one that this account has."""
    return jsonify(factors.passkeys.sign_in_options(people.me().id))


def _proposed_name() -> str:
    here = people.here()
    sign_in = devices.of(here.sid)
    return str(_("%(browser)s di %(system)s", browser=sign_in.browser, system=sign_in.system)) if sign_in else "Passkey"
