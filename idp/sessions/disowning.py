"""The link "bukan saya" in the notice of a sign-in: whoever gets the notice ends that sign-in, signed in or not.

Nothing is stored: the link is the id of the sign-in with a keyed mark. All that it can do is to end that sign-in."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import timedelta

from sqlalchemy import delete

from idp import audit, clock, sealed
from idp.extensions import db, unit_of_work
from idp.sessions import lifecycle
from idp.sessions.models import KnownDevice, StoredSession

LIFE = timedelta(days=14)
MARK_BYTES = 8  # with the id it makes a link that fits into an SMS
ID_BYTES = 16


class NotALink(Exception):
    """No sign-in has this link, or it was long ago."""


def link_token(sid: str) -> str:
    """The last part of the link: 32 characters."""
    return base64.urlsafe_b64encode(bytes.fromhex(sid) + _mark(sid)).decode()


def find(token: str) -> StoredSession:
    """The sign-in behind a link, ended or not. Raises NotALink."""
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NotALink from fault
    sid, mark = raw[:ID_BYTES].hex(), raw[ID_BYTES:]
    if len(raw) != ID_BYTES + MARK_BYTES or not hmac.compare_digest(mark, _mark(sid)):
        raise NotALink
    row = db.session.get(StoredSession, sid)
    if row is None or row.created_at + LIFE <= clock.now():
        raise NotALink
    return row


def disown(token: str) -> str:
    """End the sign-in, and let its browser be a stranger's again; answers whose account it is. Raises NotALink."""
    row = find(token)
    with unit_of_work() as session:
        lifecycle.end(row.id, "disowned")
        # The device became known with that sign-in, in the same minute.
        since = row.created_at - timedelta(minutes=1)
        session.execute(delete(KnownDevice).where(KnownDevice.account_id == row.account_id, KnownDevice.first_seen_at >= since))
        audit.record(audit.Event.SESSION_DISOWNED, row.account_id, sid=row.id)
    return row.account_id


def _mark(sid: str) -> bytes:
    return base64.urlsafe_b64decode(sealed.fingerprint("disown", sid) + "=")[:MARK_BYTES]
