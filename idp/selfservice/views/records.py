"""`/akun/riwayat`, `/akun/pembaca` and `/akun/layanan`: what happened, who read what, and who may."""

from __future__ import annotations

import re

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from idp import oidc, web
from idp.selfservice import history, people
from idp.selfservice.routes import Answer, blueprint, show


@blueprint.get("/akun/riwayat")
def history_page() -> Answer:
    """What happened on this account, in words."""
    happenings, next_page = history.page(people.me().id, _event_id(request.args.get("sebelum", "")))
    return show("history", happenings=happenings, next_page=next_page)


@blueprint.get("/akun/pembaca")
def readings_page() -> Answer:
    """Which service read what, and when."""
    readings, next_page = oidc.readings.of(people.me().id, web.locale(), _event_id(request.args.get("sebelum", "")))
    return show("readings", readings=readings, next_page=next_page)


@blueprint.get("/akun/layanan")
def connections_page() -> Answer:
    """The services that were let in."""
    return show("connections", services=oidc.services(people.me().id, web.locale()))


@blueprint.post("/akun/layanan/<client_id>/cabut")
def disconnect(client_id: str) -> Answer:
    """Let a service in no more. That makes nothing weaker, so nothing is asked for."""
    name = oidc.name_of(client_id) or client_id
    if oidc.disconnect(client_id, people.me().id):
        flash(_("Izin %(service)s sudah dicabut. Layanan itu tidak bisa membaca datamu lagi.", service=name), "good")
    return redirect(url_for("selfservice.connections_page"), 303)


def _event_id(raw: str) -> str | None:
    return raw if re.fullmatch("[0-9a-f]{32}", raw) else None
