"""A browser and its device in words that a person understands."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from idp.sessions.models import StoredSession

BROWSERS = {
    "chrome": "Chrome", "edge": "Microsoft Edge", "firefox": "Firefox", "opera": "Opera", "safari": "Safari",
    "samsung": "Samsung Internet", "uc": "UC Browser",
}  # fmt: skip
SYSTEMS = {
    "android": _l("HP Android"), "chromeos": "Chromebook", "ipad": "iPad", "iphone": "iPhone", "linux": _l("komputer Linux"),
    "mac": "Mac", "windows": _l("komputer Windows"),
}  # fmt: skip
UNKNOWN_BROWSER = _l("Browser lain")
UNKNOWN_SYSTEM = _l("perangkat lain")


def device_words(row: StoredSession) -> tuple[str | LazyString, str | LazyString]:
    """Browser and device of a stored sign-in."""
    browser, _, system = row.browser.partition(" ")
    return BROWSERS.get(browser, UNKNOWN_BROWSER), SYSTEMS.get(system, UNKNOWN_SYSTEM)
