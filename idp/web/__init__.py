"""What every page shares: security headers, error pages, safe return paths, who is asking, health, languages.

Knows nothing of accounts, sign-ins or tokens."""

from collections.abc import Callable

from flask import Flask

from idp.web import assets, browser, errors, headers, health, language, proxies, request_log, secret_cookies
from idp.web.browser import browser_id, cookie_name
from idp.web.code_form import CodeForm
from idp.web.destinations import Destination, destination, remember_destination
from idp.web.headers import allow_form_action, allow_frame, keep_opener
from idp.web.language import locale
from idp.web.paths import safe_path, way_back
from idp.web.proxies import address_key, client_address
from idp.web.waiting import wait_in_words

__all__ = [
    "CodeForm",
    "Destination",
    "address_key",
    "allow_form_action",
    "allow_frame",
    "browser_id",
    "client_address",
    "cookie_name",
    "destination",
    "init_app",
    "locale",
    "keep_opener",
    "remember_destination",
    "safe_path",
    "way_back",
    "secret_cookies",
    "wait_in_words",
]


def init_app(app: Flask, *, cookie_secret: Callable[[], bytes]) -> None:
    """Give an application everything in this package."""
    proxies.init_app(app)
    browser.init_app(app, cookie_secret)
    language.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    request_log.init_app(app)
    assets.init_app(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(language.blueprint)
