"""`/akun/password`."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import accounts, factors, throttle
from idp.selfservice import confirmation, passwords, people
from idp.selfservice.forms import PasswordForm
from idp.selfservice.routes import Answer, blueprint, show


@blueprint.get("/akun/password")
def password_page() -> Answer:
    """Ask for the present password and the new one."""
    account = people.me()
    return confirmed_first(account) or show("password", form=PasswordForm(formdata=None, owner=_owner(account)))


@blueprint.post("/akun/password")
def change_password() -> Answer:
    """The new password is sent."""
    account = people.me()
    if first := confirmed_first(account):
        return first
    sent = PasswordForm(owner=_owner(account))
    if not sent.validate():
        return show("password", 400, form=sent)
    try:
        passwords.change(people.here(), sent.present.data, sent.password.data)
    except confirmation.NotConfirmed:
        sent.present.errors = [_("Ini bukan password kamu yang sekarang.")]
        return show("password", 400, form=sent)
    except throttle.Throttled as too_often:
        return show("password", retry_after=too_often.retry_after, form=sent)
    flash(_("Password kamu sudah diganti. Semua perangkat lain sudah dikeluarkan."), "good")
    return redirect(url_for("selfservice.overview"), 303)


def confirmed_first(account: accounts.Account) -> Answer | None:
    """Where there is a second factor the password alone does not change the password."""
    if factors.enrolled(account.id) and not confirmation.is_fresh(people.here()):
        return redirect(url_for("selfservice.confirmation_page", next="/akun/password"), 303)
    return None


def _owner(account: accounts.Account) -> accounts.Owner:
    return accounts.Owner(nik=account.nik, name=account.name, email=account.email, phone=account.phone)
