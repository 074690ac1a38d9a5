"""The profile's pages: /profil, the wizard under /profil/lengkapi, photos, and what the pages' scripts ask for."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import format_date, format_decimal
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from idp import regions, sessions, web
from idp.profile import flow, rich_text, unsent, vocabulary
from idp.profile.answers import AbroadAddress, HomeAddress, Place
from idp.profile.views import attachments, biodata, history, lookups, overview, photo, sending, skills, wizard
from idp.profile.views.history import HistoryPage
from idp.profile.views.wizard import Page

blueprint = Blueprint("profile", __name__)

# A document or photo that is too long is refused in words, beside what was typed: it has to be read for that.
UPLOADING = frozenset({"profile.add_entry", "profile.change_entry", "profile.take_file"})
REQUEST_BYTES = 24 * 1024 * 1024
TYPED_LONG = frozenset({"profile.take_step", "profile.add_entry", "profile.change_entry"})

PAGES: dict[str, Page] = {"foto": photo.PAGE, "biodata": biodata.PAGE, **history.PAGES, "keahlian": skills.PAGE}


@blueprint.url_value_preprocessor
def allow_for_documents(endpoint: str | None, values: dict[str, str] | None) -> None:
    """Runs before the token of the form is looked for, which reads the whole request."""
    brings_photo = endpoint == "profile.take_step" and values == {"name": "foto"}
    if endpoint in UPLOADING or brings_photo:
        request.max_content_length = REQUEST_BYTES


@blueprint.before_request
def keep_what_comes_too_late() -> None:
    """Whoever was away for too long signs in again, and finds what they had typed."""
    if request.method != "POST" or request.endpoint not in TYPED_LONG:
        return
    account_id = sessions.just_over()
    if account_id and unsent.keep(account_id, request.path, request.form):
        flash(_("Kamu keluar karena lama tidak aktif. Isianmu kami simpan: masuk lagi untuk melanjutkan."), "warn")


@blueprint.get("/profil")
@sessions.required
def whole() -> str:
    """The whole profile."""
    return overview.page()


@blueprint.post("/profil/kirim")
@sessions.required
def send() -> AnyResponse:
    """Send the profile as it is to the registry."""
    session = sessions.current()
    return sending.send(session.account_id) if session else redirect("/masuk", 303)


@blueprint.get("/profil/lengkapi")
@sessions.required
def resume() -> AnyResponse:
    """Go on where one left."""
    session = sessions.current()
    return wizard.to(flow.first_open(session.account_id)) if session else redirect("/masuk", 303)


@blueprint.get("/profil/lengkapi/<name>")
@sessions.required
def step(name: str) -> AnyResponse:
    """One step."""
    visit = wizard.arrive(name)
    return PAGES[name].show(visit)


@blueprint.post("/profil/lengkapi/<name>")
@sessions.required
def take_step(name: str) -> AnyResponse:
    """What was sent from one step."""
    visit = wizard.arrive(name)
    return PAGES[name].take(visit)


@blueprint.get("/profil/lengkapi/<name>/baru")
@sessions.required
def new_entry(name: str) -> AnyResponse:
    """The form for a new entry of a history."""
    return _history(name).show_entry(wizard.arrive(name), None)


@blueprint.post("/profil/lengkapi/<name>/baru")
@sessions.required
def add_entry(name: str) -> AnyResponse:
    """A new entry."""
    return _history(name).take_entry(wizard.arrive(name), None)


@blueprint.get("/profil/lengkapi/<name>/<entry_id>")
@sessions.required
def entry(name: str, entry_id: str) -> AnyResponse:
    """The form for one entry."""
    page, visit = _history(name), wizard.arrive(name)
    return page.show_entry(visit, history.find(visit, entry_id))


@blueprint.post("/profil/lengkapi/<name>/berkas")
@sessions.required
def take_file(name: str) -> AnyResponse:
    """A document by itself, before its entry is sent: what the pages' script asks for."""
    _history(name)
    return attachments.answer(wizard.arrive(name))


@blueprint.post("/profil/lengkapi/<name>/<entry_id>")
@sessions.required
def change_entry(name: str, entry_id: str) -> AnyResponse:
    """One entry, changed."""
    page, visit = _history(name), wizard.arrive(name)
    return page.take_entry(visit, history.find(visit, entry_id))


@blueprint.get("/profil/lengkapi/<name>/<entry_id>/hapus")
@sessions.required
def ask_deletion(name: str, entry_id: str) -> AnyResponse:
    """Whether one entry is to be taken away."""
    page, visit = _history(name), wizard.arrive(name)
    return page.ask_deletion(visit, history.find(visit, entry_id))


@blueprint.post("/profil/lengkapi/<name>/<entry_id>/hapus")
@sessions.required
def delete_entry(name: str, entry_id: str) -> AnyResponse:
    """One entry, taken away."""
    page, visit = _history(name), wizard.arrive(name)
    return page.delete_entry(visit, history.find(visit, entry_id))


@blueprint.get("/profil/foto/<file_name>.jpg")
@sessions.required
def own_photo(file_name: str) -> AnyResponse:
    """One's own photo."""
    return photo.serve(file_name)


@blueprint.get("/profil/berkas/<file_name>")
@sessions.required
def own_document(file_name: str) -> AnyResponse:
    """One's own document."""
    return attachments.serve(file_name)


@blueprint.get("/profil/wilayah")
def regions_below() -> Response:
    """Regions below a region, as JSON."""
    return lookups.below()


@blueprint.get("/foto/<token>")
def shared_photo(token: str) -> AnyResponse:
    """The photo, for services that were told its address."""
    return photo.share(token)


@blueprint.get("/profil/keahlian/saran")
def skill_suggestions() -> AnyResponse:
    """Skills that one may mean, as JSON."""
    return skills.suggestions()


@blueprint.app_template_filter("term")
def term(key: str | None, name: str) -> str:
    """A word of a vocabulary in the language of the page: `{{ entry.level|term('education_level') }}`."""
    return vocabulary.label(name, key, web.locale())


@blueprint.app_template_filter("day")
def day(value: object) -> str:
    """A date as people write it: 8 April 1990."""
    written: str = format_date(value, "d MMMM yyyy")
    return written


@blueprint.app_template_filter("formatted")
def formatted(value: str) -> Markup:
    """A description with its form, cleaned on the way out."""
    return Markup(rich_text.cleaned(value))  # noqa: S704 — cleaned just now


@blueprint.app_template_filter("weight")
def weight(size: int) -> str:
    """How long a file is, in words: 340 kB."""
    return f"{format_decimal(size / 1_000_000, '0.0')} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


@blueprint.app_template_filter("since")
def since(value: datetime | str) -> str:
    """The day of a moment, which the sources of answers keep as ISO 8601."""
    return day(datetime.fromisoformat(value) if isinstance(value, str) else value)


@blueprint.app_template_filter("place")
def place(value: Place) -> str:
    """A region as people know it; the stored name where the region is no more."""
    found = regions.find(value.code)
    return found.label if found else value.name


@blueprint.app_template_filter("domicile")
def domicile(value: HomeAddress | AbroadAddress) -> str:
    """An address in one line."""
    if isinstance(value, AbroadAddress):
        country = regions.country_name(value.country, web.locale()) or value.country
        return f"{value.street}, {value.city}, {country}".replace("\n", ", ")
    levels = (value.village, value.district, value.city, value.province)
    return f"{value.street}, {', '.join(place(one) for one in levels)} {value.postal_code}".replace("\n", ", ")


def _history(name: str) -> HistoryPage:
    page = history.PAGES.get(name)
    if page is None:
        raise NotFound
    return page
