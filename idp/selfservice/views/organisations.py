"""`/akun/organisasi`: as what one uses the account, where one belongs, and, for admins, who else does."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp import organisations, sms_budget, throttle
from idp.organisations import Role
from idp.selfservice import people, staff
from idp.selfservice.organisation_forms import CapacitiesForm, InvitationForm
from idp.selfservice.routes import Answer, blueprint, freshly_confirmed, show


@blueprint.errorhandler(organisations.NotAllowed)
def not_theirs(_fault: organisations.NotAllowed) -> Response:
    """Another organisation's page, or one that was left meanwhile: back to one's own."""
    flash(_("Kamu tidak mengurus organisasi itu (lagi)."), "warn")
    return redirect(url_for("selfservice.organisations_page"), 303)


@blueprint.get("/akun/organisasi")
def organisations_page() -> Answer:
    """Capacities, invitations, memberships."""
    mine = [str(one) for one in organisations.standing(people.me().id).chosen]
    return _page(CapacitiesForm(formdata=None, capacities=mine))


@blueprint.post("/akun/organisasi/peran")
def choose_capacities() -> Answer:
    """The person says as what the account is used."""
    sent = CapacitiesForm()
    if not sent.validate():
        return _page(sent, 400)
    try:
        organisations.choose(people.me().id, [organisations.Capacity(one) for one in sent.capacities.data])
    except organisations.Nothing:
        sent.capacities.errors = [_("Pilih sedikitnya satu.")]
        return _page(sent, 400)
    flash(_("Peranmu sudah disimpan."), "good")
    return redirect(url_for("selfservice.organisations_page"), 303)


@blueprint.post("/akun/organisasi/undangan/<invitation_id>")
def answer_invitation(invitation_id: str) -> Answer:
    """Accept or decline."""
    try:
        if request.form.get("answer") == "accept":
            name = organisations.accept(people.me(), invitation_id).name
            flash(_("Kamu sekarang anggota %(organisation)s.", organisation=name), "good")
        else:
            organisations.decline(people.me(), invitation_id)
            flash(_("Undangan ditolak."), "good")
    except organisations.Gone:
        flash(_("Undangan itu sudah tidak berlaku."), "warn")
    return redirect(url_for("selfservice.organisations_page"), 303)


@blueprint.post("/akun/organisasi/<organisation_id>/keluar")
def leave_organisation(organisation_id: str) -> Answer:
    """Leave; the last admin cannot."""
    account_id = people.me().id
    try:
        organisations.remove(organisation_id, account_id, by=account_id)
        flash(_("Kamu sudah keluar dari organisasi itu."), "good")
    except organisations.LastAdmin:
        flash(_("Kamu admin terakhir di sana. Jadikan orang lain admin dulu, baru keluar."), "bad")
    return redirect(url_for("selfservice.organisations_page"), 303)


@blueprint.get("/akun/organisasi/<organisation_id>")
def organisation_page(organisation_id: str) -> Answer:
    """Members and invitations, for an admin."""
    return _admins_page(organisation_id, InvitationForm(formdata=None))


@blueprint.post("/akun/organisasi/<organisation_id>/undang")
@freshly_confirmed("organisations_page")
def invite_member(organisation_id: str) -> Answer:
    """Invite by e-mail or phone; whether there is such an account is not said."""
    sent, account = InvitationForm(), people.me()
    if not sent.validate():
        return _admins_page(organisation_id, sent, 400)
    try:
        organisations.invite(organisation_id, sent.parsed, Role(sent.role.data), by=account.id, locale=str(get_locale())[:2])
    except sms_budget.NotReachable:
        sent.contact.errors = [_("SMS hanya bisa dikirim ke nomor HP Indonesia. Coba alamat emailnya.")]
        return _admins_page(organisation_id, sent, 400)
    except throttle.Throttled as too_often:
        return _admins_page(organisation_id, sent, retry_after=too_often.retry_after)
    flash(_("Undangan dikirim ke %(contact)s. Kalau orangnya menerima, namanya muncul di sini.", contact=sent.parsed.masked), "good")
    return redirect(url_for("selfservice.organisation_page", organisation_id=organisation_id), 303)


@blueprint.post("/akun/organisasi/<organisation_id>/undangan/<invitation_id>/batal")
@freshly_confirmed("organisations_page")
def withdraw_invitation(organisation_id: str, invitation_id: str) -> Answer:
    """Take an invitation back."""
    organisations.withdraw(organisation_id, invitation_id, by=people.me().id)
    flash(_("Undangan dibatalkan."), "good")
    return redirect(url_for("selfservice.organisation_page", organisation_id=organisation_id), 303)


@blueprint.post("/akun/organisasi/<organisation_id>/anggota/<account_id>")
@freshly_confirmed("organisations_page")
def change_member(organisation_id: str, account_id: str) -> Answer:
    """Another role for a member, or none."""
    wanted, by = request.form.get("role"), people.me().id
    try:
        if wanted in set(Role):
            organisations.change_role(organisation_id, account_id, Role(wanted), by=by)
            flash(_("Perannya sudah diubah."), "good")
        elif wanted == "none":
            organisations.remove(organisation_id, account_id, by=by)
            flash(_("Anggota itu sudah dikeluarkan."), "good")
    except organisations.LastAdmin:
        flash(_("Organisasi perlu sedikitnya satu admin. Jadikan orang lain admin dulu."), "bad")
    return redirect(url_for("selfservice.organisation_page", organisation_id=organisation_id), 303)


def _page(form: CapacitiesForm, status: int = 200) -> Answer:
    account = people.me()
    return show(
        "organisations",
        status,
        form=form,
        memberships=organisations.memberships(account.id),
        invitations=organisations.waiting(account),
        unproven_email=organisations.unproven_email_invited(account),
        kinds=staff.KINDS,
        roles=staff.ROLES,
    )


def _admins_page(organisation_id: str, form: InvitationForm, status: int = 200, retry_after: int | None = None) -> Answer:
    me = people.me()
    organisation = organisations.as_admin(me.id, organisation_id)
    return show(
        "organisation",
        status,
        retry_after,
        form=form,
        organisation=organisation,
        people=staff.of(organisation.id, me.id),
        invitations=organisations.invitations_of(organisation.id),
        kinds=staff.KINDS,
        roles=staff.ROLES,
    )
