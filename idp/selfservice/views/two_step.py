"""`/akun/dua-langkah`: authenticator apps and recovery codes; passkeys are beside them."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import clock, factors, throttle
from idp.factors import authenticators, passkeys, removal
from idp.selfservice import people, two_step
from idp.selfservice.forms import AuthenticatorForm, NameForm, RemovalForm
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show

Factor = factors.Authenticator | factors.Passkey
KINDS = {"authenticator": factors.Authenticator, "passkey": factors.Passkey}
NAMING = {"authenticator": authenticators.rename, "passkey": passkeys.rename}


@blueprint.errorhandler(factors.TooMany)
def too_many(_fault: factors.TooMany) -> Answer:
    """There are as many as there may be."""
    flash(_("Jumlahnya sudah paling banyak. Hapus salah satu dulu."), "warn")
    return redirect(url_for("selfservice.two_step_page"), 303)


@blueprint.errorhandler(factors.OnlyRecovery)
def only_recovery(_fault: factors.OnlyRecovery) -> Answer:
    """No code helps any more."""
    flash(_("Terlalu banyak kode salah untuk akun ini. Pulihkan akunmu, atau hubungi Pusat Bantuan."), "bad")
    return redirect(url_for("selfservice.overview"), 303)


@blueprint.errorhandler(factors.NoSuchFactor)
def gone(_fault: factors.NoSuchFactor) -> Answer:
    """What a page speaks of is not there (any more), or is somebody else's."""
    flash(_("Itu sudah tidak ada."), "warn")
    return redirect(url_for("selfservice.two_step_page"), 303)


@blueprint.get("/akun/dua-langkah")
def two_step_page() -> Answer:
    """What there is beside the password."""
    return show("two_step", enrolled=factors.enrolled(people.me().id), now=clock.now())


@blueprint.get("/akun/dua-langkah/aplikasi")
@freshly_confirmed("two_step_page")
def authenticator_page() -> Answer:
    """The secret as QR code and text, and the question for its first code."""
    return _authenticator_page(AuthenticatorForm(formdata=None))


@blueprint.post("/akun/dua-langkah/aplikasi/konfirmasi")
@freshly_confirmed("two_step_page")
def add_authenticator() -> Answer:
    """The first code is sent."""
    sent = AuthenticatorForm()
    if not sent.validate():
        return _authenticator_page(sent, 400)
    try:
        codes = two_step.add_authenticator(people.here(), sent.code.data, sent.name.data, end_others=sent.end_others.data)
    except factors.NotOffered:
        return redirect(url_for("selfservice.authenticator_page"), 303)
    except factors.Refused:
        sent.code.errors = [_("Kode ini belum benar. Tunggu kode berikutnya, dan pastikan jam HP kamu otomatis.")]
        return _authenticator_page(sent, 400)
    except throttle.Throttled as too_often:
        return _authenticator_page(sent, retry_after=too_often.retry_after)
    return added(_("Aplikasi autentikator sudah terpasang. Mulai sekarang kodenya diminta setiap kali kamu masuk."), codes)


@blueprint.post("/akun/dua-langkah/kode-pemulihan")
@freshly_confirmed("two_step_page")
def remake_recovery_codes() -> Answer:
    """New recovery codes in place of the old ones."""
    account = people.me()
    if not factors.enrolled(account.id):
        return redirect(url_for("selfservice.two_step_page"), 303)
    return show("recovery_codes", codes=two_step.remake_recovery_codes(account))


@blueprint.get("/akun/dua-langkah/<any(authenticator, passkey):kind>/<factor_id>")
@freshly_confirmed("two_step_page")
def factor_page(kind: str, factor_id: str) -> Answer:
    """One factor: rename or remove it."""
    return _factor_page(_factor(kind, factor_id), RemovalForm(formdata=None))


@blueprint.post("/akun/dua-langkah/<any(authenticator, passkey):kind>/<factor_id>/nama")
@freshly_confirmed("two_step_page")
def rename_factor(kind: str, factor_id: str) -> Answer:
    """Another name is sent."""
    sent = NameForm()
    if not sent.validate():
        return _factor_page(_factor(kind, factor_id), RemovalForm(formdata=None), 400, naming=sent)
    NAMING[kind](people.me().id, factor_id, sent.name.data)
    return redirect(url_for("selfservice.two_step_page"), 303)


@blueprint.post("/akun/dua-langkah/<any(authenticator, passkey):kind>/<factor_id>/hapus")
@freshly_confirmed("two_step_page")
def remove_factor(kind: str, factor_id: str) -> Answer:
    """Remove a factor by showing it."""
    sent = RemovalForm()
    sent.validate()
    try:
        two_step.remove(people.me(), kind, factor_id, (sent.code.data if kind == "authenticator" else sent.credential.data) or "")
    except factors.Refused:
        sent.code.errors = [_("Ini belum benar. Tulis kode terbaru dari aplikasi ini.")]
        return _factor_page(_factor(kind, factor_id), sent, 400)
    except throttle.Throttled as too_often:
        return _factor_page(_factor(kind, factor_id), sent, retry_after=too_often.retry_after)
    flash(_("Sudah dihapus."), "good")
    return redirect(url_for("selfservice.two_step_page"), 303)


@blueprint.post("/akun/dua-langkah/<any(authenticator, passkey):kind>/<factor_id>/lepas")
@freshly_confirmed("two_step_page")
def let_factor_go(kind: str, factor_id: str) -> Answer:
    """It cannot be shown any more: it goes after the waiting time."""
    two_step.let_go(people.me(), kind, factor_id)
    flash(_("Permintaanmu dicatat. Sampai harinya tiba semua tetap seperti sekarang, dan kamu bisa membatalkannya."), "good")
    return redirect(url_for("selfservice.two_step_page"), 303)


@blueprint.post("/akun/dua-langkah/<any(authenticator, passkey):kind>/<factor_id>/pertahankan")
def keep_factor(kind: str, factor_id: str) -> Answer:
    """Keep it after all. That makes nothing weaker, so nothing is asked for."""
    removal.stop(people.me().id, kind, factor_id)
    flash(_("Dibatalkan. Tidak ada yang dihapus."), "good")
    return redirect(url_for("selfservice.two_step_page"), 303)


def added(message: str, codes: tuple[str, ...]) -> Answer:
    """After a factor was added: the recovery codes that came with the first one, this once."""
    flash(message, "good")
    return show("recovery_codes", codes=codes) if codes else redirect(url_for("selfservice.two_step_page"), 303)


def _authenticator_page(sent: AuthenticatorForm, status: int = 200, retry_after: int | None = None) -> Answer:
    account = people.me()
    try:
        offer = authenticators.offered(account.id, account.email.value)
    except factors.NotOffered:
        offer = authenticators.offer(account.id, account.email.value)
    picture = factors.qr_code(offer.link, _("Kode QR untuk aplikasi autentikator"))
    return show("authenticator", status, retry_after, form=sent, offer=offer, picture=picture)


def _factor_page(
    factor: Factor, sent: RemovalForm, status: int = 200, *, retry_after: int | None = None, naming: NameForm | None = None
) -> Answer:
    kind = "authenticator" if isinstance(factor, factors.Authenticator) else "passkey"
    naming = naming or NameForm(formdata=None, data={"name": factor.name})
    return show("factor", status, retry_after, kind=kind, factor=factor, form=sent, naming=naming, days=removal.WAIT.days)


def _factor(kind: str, factor_id: str) -> Factor:
    has = factors.enrolled(people.me().id)
    every: tuple[Factor, ...] = (*has.authenticators, *has.passkeys)
    for one in every:
        if one.id == factor_id and isinstance(one, KINDS[kind]):
            return one
    raise factors.NoSuchFactor
