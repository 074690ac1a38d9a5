"""Words in two languages: Indonesian is what the templates say, English comes from a dictionary beside them.

A service has two dictionaries: the shared `clients/english.json` and its own. Where English has a plural, the entry is a pair
and `n` decides.
"""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, Flask, g, redirect, request, session
from werkzeug.wrappers import Response

from clients import relying_party

JAKARTA = ZoneInfo("Asia/Jakarta")
LANGUAGES = ("id", "en")
SHARED = Path(__file__).parent / "english.json"
blueprint = Blueprint("language", __name__)


@lru_cache
def english(slug: str) -> dict[str, str | list[str]]:
    """The English of everything that the service `slug` says."""
    own = SHARED.parent / slug / "english.json"
    return {**json.loads(SHARED.read_text("utf-8")), **json.loads(own.read_text("utf-8"))}


def _(text: str, **values: object) -> str:
    """`text` in the reader's language, with `values` filled in."""
    said: str | list[str] = text
    if g.language == "en":
        said = english(relying_party.current().service.slug).get(text, text)
    if isinstance(said, list):
        said = said[0] if values.get("n") == 1 else said[1]
    return said % values if values else said


def either(indonesian: str, in_english: str) -> str:
    """The one of two texts that the reader understands."""
    return in_english if g.language == "en" else indonesian


def day(value: date) -> str:
    """A date as people write it: 3 Agustus 2026, 3 August 2026."""
    return format_date(value, "d MMMM yyyy", locale=g.language)


def in_days(days: int) -> str:
    """The date so many days from today, by the clock of Jakarta."""
    return day(datetime.now(JAKARTA).date() + timedelta(days=days))


def millions(low: int, high: int) -> str:
    """A monthly wage in rupiah: Rp4,9–5,6 juta."""
    figures = "–".join(f"{amount / 1_000_000:.1f}" for amount in (low, high))
    return either(f"Rp{figures.replace('.', ',')} juta", f"Rp{figures} million")


def init_app(app: Flask) -> None:
    """Let templates speak, and readers choose."""
    app.register_blueprint(blueprint)
    app.before_request(_choose)
    app.add_template_global(_, "_")
    for helper in (either, day, in_days, millions):
        app.add_template_global(helper, helper.__name__)


def _choose() -> None:
    """The reader's own choice; else what the account service says of them; else Indonesian."""
    chosen = session.get("language")
    if chosen not in LANGUAGES:
        local = relying_party.current().citizen()
        spoken = str(local.claims.get("locale", "")) if local else ""
        chosen = "en" if spoken.startswith("en") else "id"
    g.language = chosen


@blueprint.get("/language/<any(id, en):code>")
def choose(code: str) -> Response:
    """Remember the reader's language and show the same page again."""
    session["language"] = code
    return redirect(relying_party.local_path(request.args.get("back"), relying_party.current().service.url))
