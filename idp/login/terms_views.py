"""`/masuk/persetujuan`: whoever agreed to an earlier version of the terms is asked anew, at the next sign-in."""

from __future__ import annotations

from flask import redirect

from idp import accounts, sessions
from idp.login.views import Answer, again, blueprint, door, next_path


@blueprint.get("/masuk/persetujuan")
def new_terms() -> Answer:
    """Show what is in force now."""
    session = sessions.current()
    if session is None:
        return again()
    if not accounts.terms.is_outdated(session.account_id):
        return redirect(next_path(), 303)
    return door("login/terms.html", 200, account=accounts.find(session.account_id), version=accounts.TERMS_VERSION)


@blueprint.post("/masuk/persetujuan")
def accept_terms() -> Answer:
    """The person agrees to the version in force."""
    session = sessions.current()
    if session is None:
        return again()
    accounts.terms.accept_terms(session.account_id)
    return redirect(next_path(), 303)
