"""Files of the profile on their way out: to their owner, as files, doing nothing. And in words why one cannot be taken in."""

from __future__ import annotations

from flask import request
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from idp.profile.files import NoRoom
from idp.throttle import Throttled

BUSY = lazy_gettext("Sedang banyak yang mengunggah. Tunggu sebentar lalu coba lagi.")
NO_ROOM = lazy_gettext("Ruang berkasmu sudah penuh (50 MB). Hapus beberapa berkas lama dulu.")
TOO_OFTEN = lazy_gettext("Kamu sudah sering mengunggah hari ini. Coba lagi nanti; isianmu yang lain tetap bisa disimpan.")
NOT_STORED = lazy_gettext("Berkas belum bisa disimpan karena gangguan di pihak kami. Coba lagi sebentar lagi.")


def why_not(fault: Exception) -> LazyString:
    """Why a file that is sound cannot be taken in now."""
    if isinstance(fault, NoRoom):
        return NO_ROOM
    return TOO_OFTEN if isinstance(fault, Throttled) else NOT_STORED


def guarded(answer: Response, name: str, disposition: str) -> Response:
    """A file that no browser makes anything else of."""
    answer.headers["Content-Disposition"] = disposition
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Another file has another name; but on a shared computer the next person must not find it.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.set_etag(name)
    return answer.make_conditional(request)
