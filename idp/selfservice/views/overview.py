"""`/akun`: how everything stands, and the way to each page; and `/akun/konfirmasi`, the fresh proof."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, request
from flask_babel import gettext as _

from idp import accounts, factors, sessions, throttle, web
from idp.accounts import reach
from idp.selfservice import confirmation, erasure, people
from idp.selfservice.forms import ConfirmForm
from idp.selfservice.routes import Answer, blueprint, show


@blueprint.get("/akun")
def overview() -> Answer:
    """Everything at a glance."""
    account = people.me()
    stands: dict[str, Any] = {"enrolled": factors.enrolled(account.id), "sign_ins": len(sessions.in_force(account.id))}
    stands["phone_is_stale"] = not reach.phone_may_receive_resets(account)
    return show("overview", account=account, ends_at=erasure.asked(account.id), terms_in_force=accounts.TERMS_VERSION, **stands)


@blueprint.get("/akun/konfirmasi")
def confirmation_page() -> Answer:
    """Ask for everything that signing in asks for."""
    if confirmation.is_fresh(people.here()):
        return redirect(_next(), 303)
    return _page(ConfirmForm(formdata=None))


@blueprint.post("/akun/konfirmasi")
def confirm() -> Answer:
    """The proof is sent."""
    sent, here = ConfirmForm(), people.here()
    people.me()
    if not sent.validate():
        return _page(sent, 400)
    try:
        if sent.credential.data:
            confirmation.by_passkey(here, sent.credential.data)
        else:
            confirmation.by_password(here, sent.password.data or "", sent.code.data or "")
    except confirmation.NotConfirmed:
        sent.form_errors.append(_("Ini belum benar. Periksa password kamu, dan kodenya kalau diminta."))
        return _page(sent, 400)
    except throttle.Throttled as too_often:
        return _page(sent, retry_after=too_often.retry_after)
    return redirect(_next(), 303)


@blueprint.post("/akun/konfirmasi/opsi")
def confirmation_options() -> Answer:
    """The challenge for a passkey of this account."""
    return jsonify(factors.passkeys.sign_in_options(people.me().id))


def _page(sent: ConfirmForm, status: int = 200, retry_after: int | None = None) -> Answer:
    return show("confirmation", status, retry_after, form=sent, enrolled=factors.enrolled(people.me().id), next_path=_next())


def _next() -> str:
    return web.safe_path(request.args.get("next"), "/akun")
