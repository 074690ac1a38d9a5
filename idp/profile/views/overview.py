"""/profil: the whole profile as others would read it, with what is verified."""

from __future__ import annotations

from flask import abort, render_template

from idp import accounts, sessions, web
from idp.profile import whole
from idp.profile.steps import STEPS
from idp.profile.titles import TITLES


def page() -> str:
    """The page."""
    session = sessions.current()
    account = accounts.find(session.account_id) if session else None
    if account is None:
        abort(404)
    shown = whole.of(account.id)
    steps = [(step.name, TITLES[step.name], step.name in shown.steps_done) for step in STEPS]
    return render_template("profile/profil.html", account=account, profile=shown, steps=steps, language=web.locale())
