"""The pages of a forgotten password: `/pemulihan` and what follows from it. Those of everything lost are in `lost_views`."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, jsonify, redirect, url_for
from flask_babel import gettext as _

from idp import accounts, factors, throttle
from idp.recovery import attempts, codes, flow, lost, pages
from idp.recovery.attempts import Asking
from idp.recovery.flow import LinkState, Way
from idp.recovery.forms import CodeForm, FactorForm, PasswordForm, StartForm
from idp.recovery.models import Step
from idp.recovery.pages import Answer

blueprint = Blueprint("recovery", __name__)


@blueprint.get("/pemulihan")
def start() -> Answer:
    """Whose password was forgotten, and by what to prove it."""
    return pages.show("start", form=StartForm(), unfinished=pages.unfinished())


@blueprint.post("/pemulihan")
def begin() -> Answer:
    """Begin; the answer is the same for whomever."""
    form = StartForm()
    if not form.validate():
        return pages.show("start", 400, form=form)
    asking, token = pages.proving()
    try:
        flow.start(form.identifier.data, Way(form.way.data), asking)
    except throttle.Throttled as fault:
        return pages.too_often("start", fault, form=form)
    pages.hand_over(token)
    return pages.to_turn_of(asking)


@blueprint.get("/pemulihan/email")
@pages.in_turn
def mailed() -> Answer:
    """A link is in the mail, if there is an account."""
    attempt = attempts.at(pages.asking(), Step.LINK)
    return pages.show("mailed", wait=codes.wait_of(attempt))


@blueprint.get("/pemulihan/kode")
@pages.in_turn
def code() -> Answer:
    """Ask for the code that was sent."""
    return _code_page(CodeForm())


@blueprint.post("/pemulihan/kode")
@pages.in_turn
def enter_code() -> Answer:
    """A code is sent."""
    asking, token = pages.proving()
    attempt = attempts.at(asking, Step.CODE, Step.NEW_EMAIL, Step.NEW_PHONE)
    form = CodeForm()
    if not form.validate():
        return _code_page(form, 400)
    if attempt.step != Step.CODE:
        return _code_tried(form, lambda: lost.enter_code(form.code.data, asking)) or pages.to_turn()
    if (refused := _code_tried(form, lambda: flow.enter_code(form.code.data, asking))) is not None:
        return refused
    pages.hand_over(token)
    return pages.to_turn_of(asking)


@blueprint.post("/pemulihan/kirim-ulang")
@pages.in_turn
def send_again() -> Answer:
    """Another code or link; too soon changes nothing."""
    try:
        flow.send_again(pages.asking())
    except codes.TooSoon:
        flash(_("Tunggu sebentar sebelum meminta lagi."), "warn")
    return pages.to_turn()


@blueprint.get("/pemulihan/tautan/<token>")
def link(token: str) -> Answer:
    """A mailed link was opened; nothing is spent before the button."""
    state = flow.look_at_link(token, pages.asking())
    return pages.show("link", 410 if state is LinkState.GONE else 200, state=state, token=token)


@blueprint.post("/pemulihan/tautan/<token>")
def use_link(token: str) -> Answer:
    """Spend the link in the browser that asked for it."""
    return _spend_link(token, flow.use_link)


@blueprint.post("/pemulihan/tautan/<token>/di-sini")
def start_here(token: str) -> Answer:
    """Spend the link for a fresh start in this browser, by a code to the phone."""
    return _spend_link(token, flow.start_here)


@blueprint.get("/pemulihan/faktor")
@pages.in_turn
def factor() -> Answer:
    """Ask for the second factor."""
    return _factor_page(FactorForm())


@blueprint.post("/pemulihan/faktor")
@pages.in_turn
def prove_factor() -> Answer:
    """A code or a passkey is sent."""
    asking, token = pages.proving()
    form = FactorForm()
    if not form.validate():
        return _factor_page(form, 400)
    try:
        if form.credential.data:
            flow.prove_passkey(form.credential.data, asking)
        else:
            flow.prove_factor(form.code.data, asking)
    except factors.Refused:
        return _refused(form, _("Ini belum benar. Periksa lagi, atau tunggu kode berikutnya: setiap kode hanya bisa dipakai sekali."))
    except factors.OnlyRecovery:
        return _refused(form, _("Terlalu banyak kode salah untuk akun ini. Pakai jalan untuk yang kehilangan semuanya."))
    except throttle.Throttled as fault:
        return _factor_page(form, 429, {"Retry-After": str(fault.retry_after)}, wait=fault.retry_after)
    pages.hand_over(token)
    return pages.to_turn_of(asking)


@blueprint.post("/pemulihan/faktor/opsi")
def factor_options() -> Answer | Response:
    """The challenge for a passkey of the account whose turn it is."""
    try:
        return jsonify(factors.passkeys.sign_in_options(attempts.at(pages.asking(), Step.FACTOR).account_id))
    except attempts.NotAtThisStep:
        return jsonify(error="not_now"), 409  # type: ignore[return-value]


@blueprint.get("/pemulihan/password")
@pages.in_turn
def password() -> Answer:
    """Ask for the new password; the contacts are shown masked, now that one was proven."""
    return _password_page(PasswordForm())


@blueprint.post("/pemulihan/password")
@pages.in_turn
def set_password() -> Answer:
    """The new password is sent."""
    form = PasswordForm()
    if not form.validate():
        return _password_page(form, 400)
    try:
        flow.set_password(form.password.data, pages.asking())
    except flow.BadPassword as bad:
        form.refuse(bad.faults)
        return _password_page(form, 400)
    except accounts.AlreadyTaken as taken:
        return _password_page(form, 409, taken=taken.what[0])
    except throttle.Throttled as fault:
        return _password_page(form, 429, {"Retry-After": str(fault.retry_after)}, wait=fault.retry_after)
    return redirect(url_for("recovery.done"), 303)


@blueprint.get("/pemulihan/selesai")
def done() -> Answer:
    """The password is changed; whoever is not there yet goes on where it is their turn."""
    attempt = attempts.here(pages.asking())
    if attempt is None or attempt.step != Step.DONE or attempt.proven == "case":
        return pages.to_turn()
    return pages.show("done")


def _code_tried(form: CodeForm, enter: Callable[[], None]) -> Answer | None:
    try:
        enter()
    except codes.WrongCode as wrong:
        form.code.errors = [*form.code.errors, _tries_left(wrong.tries_left)]
        return _code_page(form, 400)
    except codes.Expired:
        form.code.errors = [*form.code.errors, _("Kode ini tidak berlaku (lagi). Minta kode baru.")]
        return _code_page(form, 400)
    except throttle.Throttled as fault:
        return _code_page(form, 429, {"Retry-After": str(fault.retry_after)}, too_often=fault.retry_after)
    return None


def _tries_left(number: int) -> str:
    if number == 0:
        return str(_("Kode salah terlalu sering. Minta kode baru."))
    return str(_("Kode belum benar. Kamu masih bisa mencoba %(number)s kali.", number=number))


def _code_page(form: CodeForm, status: int = 200, headers: dict[str, str] | None = None, too_often: int = 0) -> Answer:
    attempt = attempts.at(pages.asking(), Step.CODE, Step.NEW_EMAIL, Step.NEW_PHONE)
    sent_to = attempt.asked.get("email" if attempt.step == Step.NEW_EMAIL else "phone")
    values = {"wait": codes.wait_of(attempt), "too_often": too_often, "step": attempt.step, "sent_to": sent_to, "is_second": attempt.proven}
    return pages.show("code", status, headers, form=form, **values)


def _factor_page(form: FactorForm, status: int = 200, headers: dict[str, str] | None = None, wait: int = 0) -> Answer:
    attempt = attempts.at(pages.asking(), Step.FACTOR)
    enrolled = factors.enrolled(attempt.account_id or "")
    return pages.show("factor", status, headers, form=form, enrolled=enrolled, wait=wait)


def _refused(form: FactorForm, words: str) -> Answer:
    form.code.errors = [*form.code.errors, words]
    return _factor_page(form, 400)


def _password_page(
    form: PasswordForm, status: int = 200, headers: dict[str, str] | None = None, *, taken: str = "", wait: int = 0
) -> Answer:
    contacts = flow.masked_contacts(attempts.at(pages.asking(), Step.PASSWORD))
    return pages.show("password", status, headers, form=form, contacts=contacts, taken=taken, wait=wait)


def _spend_link(token: str, spend: Callable[[str, Asking], None]) -> Answer:
    asking, secret = pages.proving()
    try:
        spend(token, asking)
    except flow.LinkGone:
        return pages.show("link", 410, state=LinkState.GONE)
    pages.hand_over(secret)
    return pages.to_turn_of(asking)
