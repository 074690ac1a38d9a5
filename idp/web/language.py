"""Languages: Indonesian first, English complete. A person's choice counts most, then the service's wish, then the browser's."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, has_request_context, make_response, redirect, request
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from idp import settings
from idp.extensions import babel
from idp.web import translations
from idp.web.browser import cookie_name
from idp.web.destinations import destination
from idp.web.paths import safe_path, way_back

LANGUAGES = ("id", "en")
YEAR_SECONDS = 365 * 24 * 3600
blueprint = Blueprint("language", __name__)


def init_app(app: Flask) -> None:
    """Let Flask-Babel ask `locale()`."""
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Jakarta"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations.compiled(settings.current().var_dir.absolute() / "translations"))
    babel.init_app(app, locale_selector=locale)
    app.jinja_env.globals["locale"] = locale
    app.jinja_env.globals["way_back"] = way_back


def locale() -> str:
    """The language of this page: "id" or "en"."""
    if not has_request_context():
        return "id"
    if "locale" not in g:
        g.locale = _choose()
    return str(g.locale)


def _choose() -> str:
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    chosen = request.cookies.get(cookie_name("lang"), "")
    if chosen in LANGUAGES:
        return chosen
    return _wished_by_service() or request.accept_languages.best_match(LANGUAGES, "id") or "id"


def _wished_by_service() -> str | None:
    wished = request.args.get("ui_locales", "").split()
    if not wished and (target := _target()):
        wished = list(_remembered_wish(target))
    return next((tag[:2].lower() for tag in wished if tag[:2].lower() in LANGUAGES), None)


def _target() -> str | None:
    try:
        return request.form.get("next") or request.args.get("next")
    except HTTPException:
        # A body that is too large is refused by an error page, which is written in some language too.
        return request.args.get("next")


def _remembered_wish(target: str) -> tuple[str, ...]:
    try:
        found = destination(safe_path(target))
    except RedisError:
        # The page that says so is written in some language too.
        return ()
    return found.ui_locales if found else ()


@blueprint.get("/bahasa/<language>")
def choose(language: str) -> AnyResponse:
    """Keep the choice in a cookie and go back to the page that offered it."""
    answer: Response = make_response(redirect(safe_path(request.args.get("next")), 303))
    if language in LANGUAGES:
        answer.set_cookie(
            cookie_name("lang"), language, max_age=YEAR_SECONDS, secure=settings.current().https, httponly=True, samesite="Lax"
        )
    return answer
