"""The photo's address for services: sealed, so that nobody can guess it or read from it whose photo it is.

It ends after a week, with another photo, and with the account; a service learns a fresh one with the claims."""

from __future__ import annotations

import base64
from datetime import timedelta

from idp import accounts, clock, sealed, settings
from idp.profile import files, records, storage
from idp.profile.answers import Photo
from idp.profile.steps import STEPS

PATH = "/foto/"
LIFE = timedelta(days=7)
CONTEXT = "picture link"


class NotALink(LookupError):
    """Forged, too old, or of a photo that is no longer shown."""


def address(account_id: str, photo: Photo) -> str:
    """The absolute address of the large photo (OpenID Connect Core 5.1, `picture`)."""
    expiry = int((clock.now() + LIFE).timestamp())
    blob = sealed.seal(f"{account_id}|{photo.large.name}|{expiry}".encode(), CONTEXT)
    return f"{settings.current().issuer}{PATH}{base64.urlsafe_b64encode(blob).rstrip(b'=').decode()}"


def behind(token: str) -> tuple[str, bytes]:
    """Name and content of the photo, a JPEG. Raises NotALink."""
    account_id, name, expiry = _opened(token)
    row = records.row(account_id, STEPS[0])
    photo = row.answers if row else None
    current = isinstance(photo, Photo) and photo.large.name == name
    if not current or int(expiry) <= clock.timestamp() or not accounts.may_act_by_id(account_id):
        raise NotALink
    try:
        return name, files.content(account_id, name)
    except (files.NotThere, storage.Missing, storage.NotStored):
        raise NotALink from None


def _opened(token: str) -> tuple[str, str, str]:
    try:
        blob = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        account_id, name, expiry = sealed.open(blob, CONTEXT).decode().split("|")
    except (ValueError, sealed.Unreadable):
        raise NotALink from None
    return account_id, name, expiry
