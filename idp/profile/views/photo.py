"""Step 1: Foto profil."""

from __future__ import annotations

from flask import abort, flash, make_response, request
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from idp import uploads
from idp.profile import files, photos, picture_links, reviews
from idp.profile.answers import Photo, file_names
from idp.profile.files import NoRoom
from idp.profile.models import PhotoReview
from idp.profile.records import Conflict
from idp.profile.storage import Missing, NotStored
from idp.profile.views import serving, wizard
from idp.profile.views.wizard import Visit
from idp.throttle import Throttled
from idp.uploads import Refused
from idp.uploads.made import JPEG

UPLOAD, REVIEW = "upload", "review"
WHY_REFUSED: dict[str, LazyString] = {
    "empty": lazy_gettext("Pilih foto dulu."),
    "bytes": lazy_gettext("Ukuran foto paling besar 5 MB. Pilih foto yang lebih kecil."),
    "type": lazy_gettext("Berkas ini bukan foto jpg atau png. Pilih foto lain."),
    "pixels": lazy_gettext("Foto ini terlalu besar. Kecilkan dulu, atau ambil foto baru."),
    "small": lazy_gettext("Foto ini terlalu kecil. Pilih foto dengan ukuran paling sedikit 240 × 320 piksel."),
    "broken": lazy_gettext("Foto ini rusak dan tidak bisa dibuka. Pilih foto lain."),
    "busy": serving.BUSY,
}
DOUBTS: dict[str, LazyString] = {
    "no_face": lazy_gettext("Kami tidak menemukan wajah. Hadapkan wajahmu lurus ke kamera, di tempat yang terang, lalu ambil foto lagi."),
    "faces": lazy_gettext("Ada lebih dari satu wajah. Ambil foto saat kamu sendirian."),
    "face_small": lazy_gettext("Wajahmu terlalu kecil di foto ini. Mendekatlah ke kamera, sampai kepala dan bahumu memenuhi foto."),
    "blurred": lazy_gettext("Wajahmu kurang tajam. Pegang kamera dengan tenang, bersihkan lensanya, lalu ambil foto lagi."),
}


class PhotoPage:
    """A file to upload or a picture to take. Walking on without one is allowed; the step stays open."""

    template = "profile/foto.html"

    def show(self, visit: Visit) -> Response:
        """The photo, or the place for it."""
        return self._page(visit)

    def take(self, visit: Visit) -> Response:
        """Store what was uploaded, then walk on or show it; or ask for a review of what was doubted."""
        if wizard.pressed() == REVIEW:
            return self._ask_review(visit)
        upload = request.files.get("photo")
        if upload is None or not upload.filename:
            return self._page(visit, WHY_REFUSED["empty"]) if wizard.pressed() == UPLOAD else wizard.walk(visit.step)
        try:
            doubt = photos.take_in(visit.account.id, upload.stream.read(uploads.LARGEST_BYTES + 1), visit.shown_version)
        except (Refused, NoRoom, NotStored, Throttled) as fault:
            return self._page(visit, WHY_REFUSED[fault.reason] if isinstance(fault, Refused) else serving.why_not(fault))
        except Conflict:
            return wizard.render_conflict(self.template, visit, photo=visit.answers)
        if doubt:
            return self._page(visit, DOUBTS[doubt])
        if wizard.pressed() != wizard.LEAVE:
            wizard.saved()
        return wizard.again(visit) if wizard.pressed() == UPLOAD else wizard.walk(visit.step)

    def _ask_review(self, visit: Visit) -> Response:
        try:
            reviews.ask(visit.account.id)
        except reviews.NothingWaits:
            return self._page(visit, WHY_REFUSED["empty"])
        flash(_("Terima kasih. Petugas akan meninjau fotomu, dan kamu akan menerima kabar lewat email."), "good")
        return wizard.again(visit)

    def _page(self, visit: Visit, refusal: LazyString | None = None) -> Response:
        review = reviews.of(visit.account.id)
        return wizard.render(self.template, visit, 422 if refusal else 200, photo=visit.answers, refusal=refusal, review=review)


PAGE = PhotoPage()


def serve(name: str) -> Response:
    """One's own photo; whoever else asks, or asks for another one, learns nothing."""
    visit = wizard.arrive("foto")
    if name not in _own(visit.answers, reviews.of(visit.account.id)):
        abort(404)
    try:
        answer = make_response(files.content(visit.account.id, name))
    except (files.NotThere, Missing, NotStored):
        abort(404)
    answer.mimetype = JPEG
    return serving.guarded(answer, name, "inline; filename=foto.jpg")


def share(token: str) -> Response:
    """The photo for a service whose claims hold this address."""
    try:
        name, content = picture_links.behind(token)
    except picture_links.NotALink:
        abort(404)
    answer = make_response(content)
    answer.mimetype = JPEG
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the service shows it on a page of its own
    return serving.guarded(answer, name, "inline; filename=foto.jpg")


def _own(stored: object, review: PhotoReview | None) -> frozenset[str]:
    own = file_names(stored) if isinstance(stored, Photo) else frozenset()
    return own | file_names(review.photo if review else None)
