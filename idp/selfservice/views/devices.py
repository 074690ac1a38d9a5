"""`/akun/perangkat`: where one is signed in, and the page behind "bukan saya"."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import sessions
from idp.selfservice import devices, people
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show


@blueprint.get("/akun/perangkat")
def devices_page() -> Answer:
    """Every sign-in that counts, in words."""
    here = people.here()
    return show("devices", sign_ins=[devices.in_words(one, here.sid) for one in sessions.in_force(people.me().id)])


@blueprint.post("/akun/perangkat/<sid>/keluar")
@freshly_confirmed("devices_page")
def end_one(sid: str) -> Answer:
    """End one sign-in."""
    ended = devices.end_one(people.me().id, sid)
    flash(_("Perangkat itu sudah dikeluarkan.") if ended else _("Perangkat itu sudah tidak masuk."), "good")
    return redirect(url_for("selfservice.devices_page"), 303)


@blueprint.post("/akun/perangkat/keluarkan-lainnya")
@freshly_confirmed("devices_page")
def end_others() -> Answer:
    """End every sign-in but this one."""
    here = people.here()
    sessions.end_everywhere(people.me().id, "ended_by_owner", except_sid=here.sid)
    flash(_("Semua perangkat lain sudah dikeluarkan."), "good")
    return redirect(url_for("selfservice.devices_page"), 303)


@blueprint.get("/akun/bukan-saya/<token>")
def disown_page(token: str) -> Answer:
    """Ask before ending: mail programs open links by themselves."""
    try:
        sign_in = sessions.disowning.find(token)
    except sessions.disowning.NotALink:
        return show("disown", 404, sign_in=None, done=False)
    return show("disown", sign_in=devices.in_words(sign_in, None), done=False)


@blueprint.post("/akun/bukan-saya/<token>")
def disown(token: str) -> Answer:
    """End that sign-in, and lead into recovery: whoever it was knows the password."""
    try:
        sessions.disowning.disown(token)
    except sessions.disowning.NotALink:
        return show("disown", 404, sign_in=None, done=False)
    return show("disown", sign_in=None, done=True)
