"""Return paths: where a page may send a person on to, within this provider."""

from __future__ import annotations

from urllib.parse import urlsplit

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
