"""Step 1: Foto profil."""

from __future__ import annotations

from flask import abort, make_response, request
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from idp import settings
from idp.profile import flow, photo, storage
from idp.profile.answers import Photo, StoredFile
from idp.profile.photo import Refused
from idp.profile.records import Conflict
from idp.profile.storage import Missing, Storage
from idp.profile.views import wizard
from idp.profile.views.wizard import Visit

UPLOAD = "upload"
WHY_REFUSED: dict[str, LazyString] = {
    "empty": lazy_gettext("Pilih foto dulu."),
    "bytes": lazy_gettext("Ukuran foto paling besar 5 MB. Pilih foto yang lebih kecil."),
    "type": lazy_gettext("Berkas ini bukan foto jpg atau png. Pilih foto lain."),
    "pixels": lazy_gettext("Foto ini terlalu besar. Kecilkan dulu, atau ambil foto baru."),
    "small": lazy_gettext("Foto ini terlalu kecil. Pilih foto dengan ukuran paling sedikit 240 × 320 piksel."),
    "broken": lazy_gettext("Foto ini rusak dan tidak bisa dibuka. Pilih foto lain."),
}


class PhotoPage:
    """A file to upload. Walking on without one is allowed; the step stays open."""

    template = "profile/foto.html"

    def show(self, visit: Visit) -> Response:
        """The photo, or the place for it."""
        return wizard.render(self.template, visit, photo=visit.answers)

    def take(self, visit: Visit) -> Response:
        """Store what was uploaded, then walk on or show it."""
        upload = request.files.get("photo")
        if upload is None or not upload.filename:
            return self._refuse(visit, "empty") if wizard.pressed() == UPLOAD else wizard.walk(visit.step)
        try:
            self._store(visit, upload.stream.read(photo.MAX_BYTES + 1))
        except Refused as refusal:
            return self._refuse(visit, refusal.reason)
        except Conflict:
            return wizard.render_conflict(self.template, visit, photo=visit.answers)
        wizard.saved()
        return wizard.again(visit) if wizard.pressed() == UPLOAD else wizard.walk(visit.step)

    def _store(self, visit: Visit, content: bytes) -> None:
        pictures, place = photo.portrait(content), _place()
        stored = Photo(large=storage.keep(place, pictures.large), small=storage.keep(place, pictures.small))
        try:
            flow.replace_photo(visit.account.id, stored, visit.shown_version, place.delete)
        except BaseException:
            for file in (stored.large, stored.small):
                place.delete(file.name)
            raise

    def _refuse(self, visit: Visit, reason: str) -> Response:
        return wizard.render(self.template, visit, 422, photo=visit.answers, refusal=WHY_REFUSED[reason])


PAGE = PhotoPage()


def serve(name: str) -> Response:
    """One's own photo; whoever else asks, or asks for another one, learns nothing."""
    stored = wizard.arrive("foto").answers
    file = next((one for one in _files(stored) if one.name == name), None)
    if file is None:
        abort(404)
    try:
        answer = make_response(storage.read(_place(), file))
    except Missing:
        abort(404)
    answer.mimetype = photo.MEDIA_TYPE
    answer.headers["Content-Disposition"] = "inline; filename=foto.jpg"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # Another photo has another name; but on a shared computer the next person must not find it.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie"
    answer.set_etag(file.name)
    return answer.make_conditional(request)


def _files(stored: object) -> tuple[StoredFile, ...]:
    return (stored.large, stored.small) if isinstance(stored, Photo) else ()


def _place() -> Storage:
    return storage.at(settings.current().storage_url)
