"""Documents of entries: a diploma, a reference, a certificate. Taken in at once, attached by the entry that is stored with it."""

from __future__ import annotations

from pathlib import PurePath

from idp import throttle, uploads
from idp.profile import files, typed_text
from idp.profile.answers import Document
from idp.uploads.made import JPEG, PDF

LONGEST_TITLE = 80
UNTITLED = "dokumen"
SUFFIXES = {JPEG: ".jpg", PDF: ".pdf"}


def take_in(account_id: str, upload: bytes, file_name: str) -> Document:
    """Store an upload for an entry to refer to within a day.

    Raises uploads.Refused, files.NoRoom, storage.NotStored and throttle.Throttled."""
    throttle.hit("uploads_per_account", account_id)
    made = uploads.document(upload)
    title = _title(file_name, made.media_type)
    file = files.take_in(account_id, made.content, media_type=made.media_type, title=title)
    return Document(file.name, title, made.media_type, len(made.content))


def _title(file_name: str, media_type: str) -> str:
    """What its owner calls it, with the ending of what it is now."""
    stem = PurePath(file_name.replace("\\", "/")).stem
    try:
        stem = typed_text.line(stem[:LONGEST_TITLE], longest=LONGEST_TITLE)
    except typed_text.Unfit:
        stem = UNTITLED
    return stem + SUFFIXES[media_type]
