"""The portal's pages."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, g, render_template, request

from idp import accounts, profile, sessions
from idp.identity import PersonName
from idp.portal import entrances, notifications

blueprint = Blueprint("portal", __name__)


@blueprint.app_context_processor
def _top() -> dict[str, Any]:
    return {"navigation": navigation, "unread": unread}


def navigation() -> tuple[entrances.Entry, ...] | None:
    """The navigation on top of signed-in pages; None for a stranger. Asked for by the layout, at most once a page."""
    return entrances.navigation(_shelf()) if sessions.current() else None


def unread() -> int:
    """The number at the bell, asked for by the layout of signed-in pages only: pages of the protocol have no bell."""
    session = sessions.current()
    return notifications.unread(session.account_id) if session else 0


def _shelf() -> tuple[entrances.Service, ...]:
    if "services" not in g:
        g.services = entrances.shelf()
    shelf: tuple[entrances.Service, ...] = g.services
    return shelf


def initials(name: PersonName) -> str:
    """What stands in the place of a photo: the first letters of the first two words."""
    return "".join(word[0] for word in name.value.split()[:2]).upper()


@blueprint.get("/")
@sessions.required
def home() -> str:
    """The signed-in home."""
    account = _account()
    told = profile.of(account.id)
    shelf = _shelf()
    return render_template(
        "portal/home.html",
        account=account,
        initials=initials(account.name),
        photo=profile.photo_address(told),
        verified=told.check == profile.Check.VERIFIED,
        waiting=told.check == profile.Check.WAITING,
        refused=told.check == profile.Check.REFUSED,
        completeness=told.completeness,
        steps=profile.steps_done(account.id),
        services=shelf,
        karirhub=entrances.named(shelf, "Karirhub"),
        skillhub=entrances.named(shelf, "Skillhub"),
    )


def _account() -> accounts.Account:
    session = sessions.current()
    account = accounts.find(session.account_id) if session else None
    if account is None:
        abort(403)
    return account


@blueprint.get(entrances.ALL_SERVICES)
@sessions.required
def all_services() -> str:
    """Every service, those that are still to come as well."""
    return render_template("portal/entrances.html", services=_shelf())


@blueprint.get("/pemberitahuan")
@sessions.required
def notifications_page() -> str:
    """What a person should know of. Whoever opens the first page has seen what is new."""
    account = _account()
    before = request.args.get("sebelum", "")
    shown, next_page = notifications.page(account.id, before if re.fullmatch("[0-9a-f]{32}", before) else None)
    if request.method == "GET" and shown and shown[0].is_new:
        notifications.mark_read(account.id, shown[0].event_id)
    return render_template("portal/notifications.html", notifications=shown, next_page=next_page)


@blueprint.get("/bantuan")
def help_page() -> str:
    """What to do when something does not work."""
    return render_template("pages/bantuan.html")


@blueprint.get("/kebijakan-privasi")
def privacy() -> str:
    """Which personal data are kept, why, and a person's rights (UU 27/2022)."""
    return render_template("pages/privasi.html", terms_version=accounts.TERMS_VERSION)


@blueprint.get("/syarat-ketentuan")
def terms() -> str:
    """The terms that a citizen accepts on registering."""
    return render_template("pages/ketentuan.html", terms_version=accounts.TERMS_VERSION)
