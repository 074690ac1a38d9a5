"""`/akun/data/koreksi`: data that a person cannot change alone are put to the officers, who have 3 x 24 hours."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import petitions, throttle
from idp.selfservice import people
from idp.selfservice.forms import CorrectionForm
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show


@blueprint.get("/akun/data/koreksi")
def corrections_page() -> Answer:
    """What was asked before, and the form for more."""
    return _page(CorrectionForm(formdata=None))


@blueprint.post("/akun/data/koreksi")
@freshly_confirmed("corrections_page")
def ask_for_correction() -> Answer:
    """A correction is asked for."""
    sent, account = CorrectionForm(), people.me()
    if not sent.validate():
        return _page(sent, 400)
    try:
        petitions.ask(account, petitions.Kind.CORRECTION, sent.words.data, sent.about.data)
    except petitions.AlreadyOpen:
        sent.about.errors = [_("Permintaanmu untuk data ini sudah ada dan menunggu jawaban.")]
        return _page(sent, 409)
    except throttle.Throttled as too_often:
        return _page(sent, retry_after=too_often.retry_after)
    flash(_("Permintaanmu sudah dikirim. Petugas menjawab dalam 3×24 jam."), "good")
    return redirect(url_for("selfservice.corrections_page"), 303)


def _page(sent: CorrectionForm, status: int = 200, retry_after: int | None = None) -> Answer:
    mine = petitions.of(people.me().id, petitions.Kind.CORRECTION)
    subjects = {choice.value: choice.label for choice in sent.about.choices}
    return show("corrections", status, retry_after, form=sent, petitions=mine, subjects=subjects)
