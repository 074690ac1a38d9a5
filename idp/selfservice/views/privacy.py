"""`/akun/data`: download, terms, and the end of the account."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from idp import accounts, throttle
from idp.selfservice import download, erasure, people
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show


@blueprint.get("/akun/data")
def data_page() -> Answer:
    """What is kept, the terms that were agreed to, and the way to download or end it all."""
    return _page()


@blueprint.post("/akun/data/unduh")
@freshly_confirmed("data_page")
def download_data() -> Answer:
    """Everything, as a file."""
    account = people.me()
    try:
        throttle.hit("data_downloads", account.id)
    except throttle.Throttled as too_often:
        return _page(too_often.retry_after)
    answer: Response = make_response(download.document(account))
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="siapkerja-data.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/akun/data/setuju")
def accept_terms() -> Answer:
    """Agree to the terms in force."""
    accounts.terms.accept_terms(people.me().id)
    flash(_("Terima kasih. Persetujuanmu sudah dicatat."), "good")
    return redirect(url_for("selfservice.data_page"), 303)


@blueprint.get("/akun/hapus")
@freshly_confirmed("data_page")
def erasure_page() -> Answer:
    """Say what would happen, before asking for it."""
    return show("erase", due_at=erasure.asked(people.me().id), days=erasure.GRACE.days)


@blueprint.post("/akun/hapus")
@freshly_confirmed("data_page")
def erase() -> Answer:
    """The owner wants the account to end."""
    erasure.ask(people.here(), people.me())
    return redirect(url_for("selfservice.overview"), 303)


@blueprint.post("/akun/hapus/batal")
def keep() -> Answer:
    """Keep it after all."""
    if erasure.cancel(people.me()):
        flash(_("Penghapusan dibatalkan. Akunmu tetap ada."), "good")
    return redirect(url_for("selfservice.overview"), 303)


def _page(retry_after: int | None = None) -> Answer:
    parts = [about for about, _part in download.PARTS.values()]
    return show("data", retry_after=retry_after, account=people.me(), parts=parts, terms_in_force=accounts.TERMS_VERSION)
