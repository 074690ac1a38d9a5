"""How long somebody has to wait, in words."""

from __future__ import annotations

from flask_babel import ngettext


def wait_in_words(seconds: int) -> str:
    """ "40 detik", "5 menit", "2 jam": never shorter than it is."""
    if seconds < 90:
        return str(ngettext("%(num)s detik", "%(num)s detik", max(1, seconds)))
    if seconds < 5400:
        return str(ngettext("%(num)s menit", "%(num)s menit", -(-seconds // 60)))
    return str(ngettext("%(num)s jam", "%(num)s jam", -(-seconds // 3600)))
