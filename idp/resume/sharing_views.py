"""`/resume/tautan`: the owner's links, each with its QR code."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from idp import factors
from idp.resume import content, links
from idp.resume.forms import LinkForm
from idp.resume.routes import blueprint, me


@blueprint.get("/resume/tautan/baru")
def new_link_page() -> str:
    """Choose what to show."""
    me()
    return render_template("resume/new_link.html", form=LinkForm(formdata=None))


@blueprint.post("/resume/tautan/baru")
def make_link() -> AnyResponse | tuple[str, int]:
    """Give a new link away."""
    account, form = me(), LinkForm()
    if not form.validate():
        return render_template("resume/new_link.html", form=form), 422
    purpose = " ".join((form.purpose.data or "").split())
    try:
        link = links.make(
            account.id, form.parts.data, days=int(form.days.data), purpose=purpose or None, for_services=bool(form.for_services.data)
        )
    except links.TooMany:
        form.form_errors = [
            *form.form_errors,
            _("Kamu punya %(count)s tautan yang masih berlaku. Cabut satu dulu.", count=links.MOST_IN_FORCE),
        ]
        return render_template("resume/new_link.html", form=form), 422
    return redirect(url_for("resume.link_page", link_id=link.id), 303)


@blueprint.get("/resume/tautan/<link_id>")
def link_page(link_id: str) -> str:
    """One link: the address, the QR code, what it shows."""
    try:
        link = links.own(me().id, link_id)
    except links.NotThere:
        abort(404)
    address = links.address(link)
    shown = [part.title for part in content.PARTS if part.name in link.parts]
    picture = factors.qr_code(address, _("Kode QR untuk membuka resume"))
    return render_template("resume/link.html", link=link, address=address, shown=shown, picture=picture)


@blueprint.post("/resume/tautan/<link_id>/cabut")
def withdraw_link(link_id: str) -> AnyResponse:
    """From now on it opens nothing."""
    if links.withdraw(me().id, link_id):
        flash(_("Tautan dicabut. Resume tidak bisa dibuka lagi lewat tautan itu."), "good")
    return redirect(url_for("resume.overview"), 303)
