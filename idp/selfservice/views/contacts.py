"""`/akun/kontak`: e-mail address and phone; and `/akun/urungkan`, where the old contact takes a change back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _

from idp import accounts, otp, sms_budget, throttle, web
from idp.accounts import reach
from idp.selfservice import contacts, people
from idp.selfservice.forms import EmailForm, PhoneForm
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show


@blueprint.get("/akun/kontak")
def contacts_page() -> Answer:
    """Both contacts, and what waits for its proof."""
    account = people.me()
    is_stale = not reach.phone_may_receive_resets(account)
    return show(
        "contacts",
        account=account,
        phone_is_stale=is_stale,
        family=_family(account),
        asked={kind: contacts.open_change(account.id, kind) for kind in ("email", "phone")},
    )


@blueprint.get("/akun/kontak/email")
@freshly_confirmed("contacts_page")
def email_page() -> Answer:
    """Ask for the new address."""
    return show("email", form=EmailForm(formdata=None))


@blueprint.post("/akun/kontak/email")
@freshly_confirmed("contacts_page")
def ask_email() -> Answer:
    """The new address is sent."""
    sent, account = EmailForm(), people.me()
    if not sent.validate():
        return show("email", 400, form=sent)
    return _send_link(account, sent)


@blueprint.post("/akun/kontak/email/konfirmasi")
def prove_present_email() -> Answer:
    """A link to the present address, to prove it. Only whoever reads there gains by it."""
    account = people.me()
    sent = EmailForm(formdata=None)
    sent.parsed = account.email
    return _send_link(account, sent)


@blueprint.get("/akun/kontak/email/<token>")
def email_link(token: str) -> Answer:
    """Ask before changing: mail programs open links by themselves."""
    try:
        return show("email_link", change=contacts.behind_link(token, people.me().id))
    except contacts.NotALink:
        return show("email_link", 404, change=None)


@blueprint.post("/akun/kontak/email/<token>")
def prove_email(token: str) -> Answer:
    """The address is proven."""
    try:
        contacts.prove_email(token, people.me().id)
    except (contacts.NotALink, accounts.NotThere):
        return show("email_link", 404, change=None)
    except accounts.AlreadyTaken:
        return show("email_link", 409, change=None, taken=True)
    flash(_("Emailmu sudah dikonfirmasi."), "good")
    return redirect(url_for("selfservice.contacts_page"), 303)


@blueprint.get("/akun/kontak/hp")
@freshly_confirmed("contacts_page")
def phone_page() -> Answer:
    """Ask for the new number."""
    return show("phone", form=PhoneForm(formdata=None))


@blueprint.post("/akun/kontak/hp")
@freshly_confirmed("contacts_page")
def ask_phone() -> Answer:
    """The new number is sent: a code goes there."""
    sent, account = PhoneForm(), people.me()
    if not sent.validate():
        return show("phone", 400, form=sent)
    return _send_code(account, sent)


@blueprint.post("/akun/kontak/hp/konfirmasi")
def prove_present_phone() -> Answer:
    """A code to the present phone, to prove it again. Only whoever has it gains by it."""
    account = people.me()
    sent = PhoneForm(formdata=None)
    sent.parsed = account.phone
    return _send_code(account, sent)


def _send_code(account: accounts.Account, sent: PhoneForm) -> Answer:
    try:
        contacts.ask_phone(account, sent.parsed, browser=web.browser_id(), address=web.address_key())
    except otp.TooSoon:
        pass  # the code page counts down
    except throttle.Throttled as too_often:
        return show("phone", retry_after=too_often.retry_after, form=sent)
    except sms_budget.NotReachable:
        sent.phone.errors = [_("Nomor ini belum bisa dikirimi kode. Pakai nomor lain.")]
        return show("phone", 400, form=sent)
    return redirect(url_for("selfservice.phone_code_page"), 303)


@blueprint.get("/akun/kontak/hp/kode")
def phone_code_page() -> Answer:
    """Ask for the code that the new phone got."""
    return _code_page(web.CodeForm(formdata=None))


@blueprint.post("/akun/kontak/hp/kode")
def prove_phone() -> Answer:
    """The code is entered."""
    sent, account = web.CodeForm(), people.me()
    if not sent.validate():
        return _code_page(sent, 400)
    try:
        contacts.prove_phone(account.id, sent.code.data, browser=web.browser_id())
    except otp.Refused as refusal:
        return _code_page(web.CodeForm(formdata=None), 400, refusal=refusal)
    except (contacts.NothingAsked, accounts.NotThere):
        return redirect(url_for("selfservice.contacts_page"), 303)
    except accounts.AlreadyTaken:
        flash(_("Nomor ini sudah dipakai akun lain, jadi nomormu tidak diganti."), "bad")
        return redirect(url_for("selfservice.contacts_page"), 303)
    flash(_("Nomor HP kamu sudah dikonfirmasi."), "good")
    return redirect(url_for("selfservice.contacts_page"), 303)


@blueprint.post("/akun/kontak/hp/kirim-ulang")
@freshly_confirmed("phone_code_page")
def resend_phone_code() -> Answer:
    """Another code to the same number."""
    account = people.me()
    change = contacts.open_change(account.id, "phone")
    if change is None:
        return redirect(url_for("selfservice.contacts_page"), 303)
    try:
        contacts.ask_phone(account, change.new, browser=web.browser_id(), address=web.address_key())  # type: ignore[arg-type]
    except otp.TooSoon:
        pass
    except (throttle.Throttled, sms_budget.NotReachable) as refusal:
        return _code_page(web.CodeForm(formdata=None), retry_after=getattr(refusal, "retry_after", 60))
    return redirect(url_for("selfservice.phone_code_page"), 303)


@blueprint.get("/akun/urungkan/<token>")
def undo_page(token: str) -> Answer:
    """Ask before undoing, whoever holds the old contact, signed in or not."""
    try:
        return show("undo", change=contacts.behind_undo_link(token), done=False)
    except contacts.NotALink:
        return show("undo", 404, change=None, done=False)


@blueprint.post("/akun/urungkan/<token>")
def undo(token: str) -> Answer:
    """Take the change back, and lead into recovery: whoever made it was signed in."""
    try:
        contacts.undo(token)
    except (contacts.NotALink, accounts.AlreadyTaken, accounts.NotThere):
        return show("undo", 404, change=None, done=False)
    return show("undo", change=None, done=True)


def _send_link(account: accounts.Account, sent: EmailForm) -> Answer:
    try:
        contacts.ask_email(account, sent.parsed)
    except throttle.Throttled as too_often:
        return show("email", retry_after=too_often.retry_after, form=sent)
    flash(_("Tautan konfirmasi sudah dikirim ke %(email)s. Buka dalam 24 jam.", email=sent.parsed.value), "good")
    return redirect(url_for("selfservice.contacts_page"), 303)


def _code_page(sent: web.CodeForm, status: int = 200, retry_after: int | None = None, refusal: otp.Refused | None = None) -> Answer:
    try:
        change, state = contacts.asked_phone(people.me().id, web.browser_id())
    except contacts.NothingAsked:
        return redirect(url_for("selfservice.contacts_page"), 303)
    return show("phone_code", status, retry_after, form=sent, change=change, state=state, refusal=refusal)


def _family(account: accounts.Account) -> dict[str, Any]:
    """How many others have this phone, and whether it is the one who signs in by it."""
    return {"others": len(accounts.phones.sharers(account)), "signs_in": accounts.phones.signs_in(account)}
