"""Return paths: where a page may send a person on to, within this provider."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request

LONGEST = 2_000


def safe_path(target: str | None, default: str = "/") -> str:
    """The target if it is a path of this provider, else the default. Never another host, whatever its spelling."""
    if not target or len(target) > LONGEST or not target.startswith("/") or target.startswith("//"):
        return default
    if any(ord(character) < 0x21 or character in '\\"<>`' or ord(character) == 0x7F for character in target):
        return default
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else target


def way_back() -> str:
    """The path of this page as a browser can open it again: where something can only be sent to, that of the page above."""
    path, query = request.path, request.query_string.decode("ascii", "replace")
    while not _can_be_opened(path):
        path = path.rpartition("/")[0] or "/"
    return safe_path(f"{path}?{query}" if query else path)


def _can_be_opened(path: str) -> bool:
    # Of no host: pages that refuse a request for its host ask this too.
    methods = current_app.url_map.bind("").allowed_methods(path) if path != "/" else ()
    # Of a page that does not exist the way back is itself: it says so in the language that was chosen.
    return "GET" in methods or (not methods and path == request.path) or path == "/"
