"""`/masuk/dihentikan`: whoever knows the password of a suspended account reads why, and appeals."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import accounts, petitions, sessions, throttle
from idp.login.forms import AppealForm
from idp.login.views import Answer, again, blueprint, door, way_on


@blueprint.get("/masuk/dihentikan")
def suspended() -> Answer:
    """Why, and what can be done."""
    account = _stopped()
    return _page(AppealForm(formdata=None), account) if account else again()


@blueprint.post("/masuk/dihentikan")
def appeal() -> Answer:
    """The appeal is sent."""
    sent, account = AppealForm(), _stopped()
    if account is None:
        return again()
    if not sent.validate():
        return _page(sent, account, 400)
    try:
        petitions.ask(account, petitions.Kind.APPEAL, sent.words.data)
    except petitions.AlreadyOpen:
        pass  # the page shows the one that waits
    except throttle.Throttled as too_often:
        return _page(sent, account, 429, too_often.retry_after)
    else:
        flash(_("Keberatanmu sudah dikirim. Petugas menjawab dalam 3×24 jam."), "good")
    return redirect(url_for("login.suspended", **way_on()), 303)


def _stopped() -> accounts.Account | None:
    held = sessions.held()
    account = accounts.find(held.account_id) if held else None
    return account if account is not None and account.state == accounts.State.SUSPENDED else None


def _page(sent: AppealForm, account: accounts.Account, status: int = 200, wait: int | None = None) -> Answer:
    headers = {"Retry-After": str(wait)} if wait else {}
    petition = petitions.appeal_of(account)
    return door("login/suspended.html", status, headers, form=sent, account=account, petition=petition, wait=wait)
