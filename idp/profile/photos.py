"""Foto profil: taken in, doubted or not, and shown to its owner.

upload -> portrait -> stored, or kept aside with a doubt that its owner can have reviewed"""

from __future__ import annotations

from idp import throttle, uploads
from idp.extensions import unit_of_work
from idp.profile import files, flow, reviews
from idp.profile.answers import Photo, file_names
from idp.profile.steps import STEPS
from idp.uploads.made import JPEG

TITLE = "foto.jpg"


def take_in(account_id: str, upload: bytes, shown_version: int) -> str | None:
    """Store a photo; answers the doubt that keeps it from the profile, if there is one.

    Raises uploads.Refused, files.NoRoom, storage.NotStored, records.Conflict and throttle.Throttled."""
    throttle.hit("uploads_per_account", account_id)
    made = uploads.portrait(upload)
    large, small = (files.take_in(account_id, size, media_type=JPEG, title=TITLE) for size in (made.large, made.small))
    photo = Photo(large, small)
    if made.doubt:
        reviews.offer(account_id, photo, made.doubt)
        return made.doubt
    try:
        with unit_of_work():
            flow.save(account_id, STEPS[0], photo, shown_version)
            reviews.drop(account_id)
    except Exception:
        with unit_of_work():
            files.let_go(account_id, file_names(photo))
        raise
    return None
