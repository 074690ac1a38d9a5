"""The document of an entry: sent with the form or before it, kept beside faults elsewhere, given back to its owner only."""

from __future__ import annotations

from flask import abort, jsonify, make_response, request, url_for
from flask_babel import LazyString, lazy_gettext
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.wrappers import Response

from idp import sessions, uploads
from idp.profile import documents, files
from idp.profile.answers import Document, Entry
from idp.profile.fields import error
from idp.profile.files import NoRoom, NotThere
from idp.profile.history_forms import EntryForm
from idp.profile.storage import Missing, NotStored
from idp.profile.views import serving
from idp.profile.views.wizard import Visit
from idp.throttle import Throttled
from idp.uploads import Refused

WHY_REFUSED: dict[str, LazyString] = {
    "empty": lazy_gettext("Berkas ini kosong. Pilih berkas lain."),
    "bytes": lazy_gettext("Ukuran berkas paling besar 5 MB. Kecilkan dulu, atau foto dokumennya."),
    "type": lazy_gettext("Berkas ini bukan jpg, png, atau pdf. Pilih berkas lain, atau foto dokumennya."),
    "pixels": lazy_gettext("Gambar ini terlalu besar, paling banyak 25 megapiksel. Kecilkan dulu."),
    "small": lazy_gettext("Gambar ini terlalu kecil untuk dibaca. Pilih gambar yang lebih besar."),
    "broken": lazy_gettext("Berkas ini rusak dan tidak bisa dibuka. Simpan ulang sebagai PDF, atau foto dokumennya."),
    "locked": lazy_gettext("PDF ini terkunci kata sandi. Simpan tanpa kata sandi lalu unggah lagi."),
    "pages": lazy_gettext("PDF ini lebih dari 40 halaman. Unggah halaman yang penting saja."),
    "active": lazy_gettext(
        "PDF ini berisi skrip atau berkas lain di dalamnya, jadi tidak kami simpan demi keamanan. Cetak ke PDF dulu, atau foto dokumennya."
    ),
    "busy": serving.BUSY,
}


def take_in(visit: Visit, form: EntryForm) -> bool:
    """Take in the file that came with the form, if any, and keep it by its name; a fault stands at its field."""
    sent = request.files.get("document")
    if sent is None or not sent.filename:
        return True
    try:
        form.kept.data = _taken(visit, sent).name
    except (Refused, NoRoom, NotStored, Throttled) as fault:
        error(form.document, _why(fault))
        return False
    return True


def chosen(visit: Visit, form: EntryForm, entry: Entry | None) -> Document | None:
    """The document that the entry is to have: the one just sent, the one it has, or none."""
    try:
        if form.kept.data:
            return files.unattached(visit.account.id, form.kept.data)
    except NotThere:
        form.kept.data = ""
    return None if form.drop.data or entry is None else entry.document


def answer(visit: Visit) -> Response:
    """A document by itself, as JSON: its name, or why it was refused."""
    sent = request.files.get("document")
    try:
        taken = _taken(visit, sent) if sent else None
    except (Refused, NoRoom, NotStored, Throttled) as fault:
        return make_response(jsonify(error=str(_why(fault))), 429 if isinstance(fault, Throttled) else 422)
    if taken is None:
        return make_response(jsonify(error=str(WHY_REFUSED["empty"])), 422)
    return make_response(jsonify(name=taken.name, title=taken.title, address=address(taken)), 201)


def address(document: Document) -> str:
    """Where its owner finds it."""
    return url_for("profile.own_document", file_name=document.name)


def serve(name: str) -> Response:
    """One's own document; whoever else asks learns nothing."""
    session = sessions.current()
    account_id = session.account_id if session else ""
    try:
        document = files.described(account_id, name)
        content = make_response(files.content(account_id, name))
    except (NotThere, Missing, NotStored):
        abort(404)
    content.mimetype = document.media_type
    disposition = Headers()
    disposition.set("Content-Disposition", "attachment", filename=document.title)
    return serving.guarded(content, name, disposition["Content-Disposition"])


def _taken(visit: Visit, sent: FileStorage) -> Document:
    return documents.take_in(visit.account.id, sent.stream.read(uploads.LARGEST_BYTES + 1), sent.filename or "")


def _why(fault: Exception) -> LazyString:
    return WHY_REFUSED[fault.reason] if isinstance(fault, Refused) else serving.why_not(fault)
