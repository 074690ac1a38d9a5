"""Simpan dan Kirim: the profile goes to the registry, and the person hears what came of it."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp import throttle
from idp.profile import flow, steps
from idp.profile.models import Check
from idp.profile.records import Conflict
from idp.profile.views import wizard


def send(account_id: str) -> Response:
    """Put name, birth date, birth place and sex to the registry, and lead on to the profile."""
    overview = redirect(url_for("profile.whole"), 303)
    try:
        check = flow.submit(account_id, dukcapil=current_app.extensions["dukcapil"])
    except flow.NothingToCheck:
        flash(_("Isianmu tersimpan. Lengkapi biodata dulu supaya profilmu bisa diverifikasi."), "warn")
        return wizard.to(steps.STEPS[1])
    except throttle.Throttled:
        flash(_("Profilmu tersimpan. Data ini sudah terlalu sering diperiksa, coba kirim lagi besok."), "warn")
        return overview
    except Conflict:
        flash(_("Biodata berubah selagi diperiksa. Kirim sekali lagi."), "warn")
        return overview
    # A refusal and a wait are told on the page itself, for as long as they last.
    if check is Check.VERIFIED:
        flash(_("Profilmu tersimpan dan identitasmu terverifikasi."), "good")
    return overview
