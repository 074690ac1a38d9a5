"""`/akun/bahasa`: in which language a person is told things by SMS and mail. Pages have their own switch, at the browser."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import accounts
from idp.selfservice import people
from idp.selfservice.forms import LanguageForm
from idp.selfservice.routes import Answer, blueprint, show


@blueprint.get("/akun/bahasa")
def language_page() -> Answer:
    """Ask for the language."""
    return show("language", form=LanguageForm(formdata=None, data={"language": people.me().locale}))


@blueprint.post("/akun/bahasa")
def choose_language() -> Answer:
    """The language is sent."""
    sent = LanguageForm()
    if not sent.validate():
        return show("language", 400, form=sent)
    accounts.set_locale(people.me().id, sent.language.data)
    flash(_("Mulai sekarang SMS dan email dari kami memakai bahasa itu."), "good")
    return redirect(url_for("selfservice.overview"), 303)
