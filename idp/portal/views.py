"""The portal's pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, g, render_template

from idp import accounts, profile, sessions
from idp.identity import PersonName
from idp.portal import services

blueprint = Blueprint("portal", __name__)


@blueprint.app_context_processor
def _navigation() -> dict[str, Callable[[], tuple[services.Entry, ...] | None]]:
    return {"navigation": navigation}


def navigation() -> tuple[services.Entry, ...] | None:
    """The navigation on top of signed-in pages; None for a stranger. Asked for by the layout, at most once a page."""
    return services.navigation(_shelf()) if sessions.current() else None


def _shelf() -> tuple[services.Service, ...]:
    if "services" not in g:
        g.services = services.shelf()
    shelf: tuple[services.Service, ...] = g.services
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
        completeness=told.completeness,
        steps=profile.steps_done(account.id),
        services=shelf,
        karirhub=services.named(shelf, "Karirhub"),
        skillhub=services.named(shelf, "Skillhub"),
    )


def _account() -> accounts.Account:
    session = sessions.current()
    account = accounts.find(session.account_id) if session else None
    if account is None:
        abort(403)
    return account


@blueprint.get(services.ALL_SERVICES)
@sessions.required
def all_services() -> str:
    """Every service, those that are still to come as well."""
    return render_template("portal/services.html", services=_shelf())


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
