"""The pages for whoever has lost everything, and for the owner who says "that was not me"."""

from __future__ import annotations

from flask import redirect, url_for

from idp import throttle, uploads
from idp.recovery import attempts, cases, lost, pages
from idp.recovery.forms import ContactsForm, LostForm, PhotoForm
from idp.recovery.models import Step
from idp.recovery.pages import Answer
from idp.recovery.views import blueprint


@blueprint.get("/pemulihan/kehilangan")
def lost_everything() -> Answer:
    """Who has lost e-mail and phone."""
    return pages.show("lost", form=LostForm())


@blueprint.post("/pemulihan/kehilangan")
def begin_lost() -> Answer:
    """Begin; nobody is looked up."""
    form = LostForm()
    if not form.validate():
        return pages.show("lost", 400, form=form)
    asking, token = pages.proving()
    try:
        lost.start(form.parsed["nik"], form.parsed["mother_name"], asking)
    except throttle.Throttled as fault:
        return pages.too_often("lost", fault, form=form)
    pages.hand_over(token)
    return redirect(url_for("recovery.contacts"), 303)


@blueprint.get("/pemulihan/kontak")
@pages.in_turn
def contacts() -> Answer:
    """Where the person can be reached from now on."""
    asked = attempts.at(pages.asking(), *lost.CONTACT_STEPS).asked
    form = ContactsForm(data={name: asked.get(name) for name in ("email", "phone")})
    return pages.show("contacts", form=form, taken=asked.get("taken"))


@blueprint.post("/pemulihan/kontak")
@pages.in_turn
def leave_contacts() -> Answer:
    """The new contacts are sent."""
    asking = pages.asking()
    attempts.at(asking, *lost.CONTACT_STEPS)
    form = ContactsForm()
    if not form.validate():
        return pages.show("contacts", 400, form=form)
    try:
        lost.leave_contacts(form.parsed["email"], form.parsed["phone"], asking)
    except throttle.Throttled as fault:
        return pages.too_often("contacts", fault, form=form)
    return redirect(url_for("recovery.code"), 303)


@blueprint.get("/pemulihan/dokumen")
@pages.in_turn
def document() -> Answer:
    """Ask for a photo of the identity card."""
    attempts.at(pages.asking(), Step.DOCUMENT)
    return pages.show("document", form=PhotoForm())


@blueprint.post("/pemulihan/dokumen")
@pages.in_turn
def submit() -> Answer:
    """The photo is sent: the waiting time begins."""
    form = PhotoForm()
    try:
        lost.submit(form.photo.data.read() if form.photo.data else b"", pages.asking())
    except uploads.Refused as refused:
        form.refuse(refused.reason)
        return pages.show("document", 400, form=form)
    return redirect(url_for("recovery.submitted"), 303)


@blueprint.get("/pemulihan/terkirim")
def submitted() -> Answer:
    """What happens next."""
    attempt = attempts.here(pages.asking())
    if attempt is None or attempt.proven != "case":
        return pages.to_turn()
    return pages.show("submitted")


@blueprint.get("/pemulihan/henti/<token>")
def stop(token: str) -> Answer:
    """The link in the notices to the old contacts: a page with one button, since mail programs look at links too."""
    can = cases.can_be_stopped(token)
    return pages.show("stop", 200 if can else 410, can=can)


@blueprint.post("/pemulihan/henti/<token>")
def do_stop(token: str) -> Answer:
    """That was not me."""
    try:
        cases.stop(token)
    except cases.NoSuchCase:
        return pages.show("stop", 410)
    return pages.show("stopped")


@blueprint.get("/pemulihan/permohonan/<token>")
def granted(token: str) -> Answer:
    """The link to finish a granted case."""
    try:
        cases.to_finish(token)
    except cases.NoSuchCase:
        return pages.show("granted", 410)
    return pages.show("granted", can=True)


@blueprint.post("/pemulihan/permohonan/<token>")
def finish(token: str) -> Answer:
    """Begin to finish it in this browser, by a code to the new phone."""
    asking, secret = pages.proving()
    try:
        cases.start_finishing(token, asking)
    except cases.NoSuchCase:
        return pages.show("granted", 410)
    pages.hand_over(secret)
    return redirect(url_for("recovery.code"), 303)
