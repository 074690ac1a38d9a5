"""What a browser calls itself, in two coarse words, so that people recognise their devices in a list."""

from __future__ import annotations

from flask import has_request_context, request

# In this order: Edge and Opera say that they are Chrome, Chrome that it is Safari, Android that it is Linux.
BROWSERS = (
    ("Edg", "edge"), ("OPR/", "opera"), ("SamsungBrowser", "samsung"), ("UCBrowser", "uc"), ("Firefox", "firefox"),
    ("FxiOS", "firefox"), ("CriOS", "chrome"), ("Chrome", "chrome"), ("Safari", "safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "android"), ("iPhone", "iphone"), ("iPad", "ipad"), ("Windows", "windows"), ("CrOS", "chromeos"),
    ("Mac OS X", "mac"), ("Linux", "linux"),
)  # fmt: skip
UNKNOWN = "unknown"


def described() -> str:
    """The browser of this request as "chrome android"; what is not known is "unknown"."""
    agent = request.headers.get("User-Agent", "")[:400] if has_request_context() else ""
    return " ".join(next((word for mark, word in marks if mark in agent), UNKNOWN) for marks in (BROWSERS, SYSTEMS))
