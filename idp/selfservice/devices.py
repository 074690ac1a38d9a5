"""Sign-ins in words that a person understands: which browser on which device, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString

from idp import sessions
from idp.extensions import db


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in as its owner sees it."""

    sid: str
    browser: str | LazyString
    system: str | LazyString
    since: datetime
    last_seen: datetime
    is_here: bool
    is_shared: bool
    has_ended: bool


def in_words(row: sessions.StoredSession, here: str | None) -> SignIn:
    """A stored sign-in in words; `here` is the sid of the one who looks."""
    browser, system = sessions.device_words(row)
    return SignIn(
        sid=row.id,
        browser=browser,
        system=system,
        since=row.created_at,
        last_seen=row.last_seen_at,
        is_here=row.id == here,
        is_shared=row.shared_device,
        has_ended=row.ended_at is not None,
    )


def of(sid: str) -> SignIn | None:
    """The sign-in with this id."""
    row = db.session.get(sessions.StoredSession, sid)
    return in_words(row, sid) if row else None


def end_one(account_id: str, sid: str) -> bool:
    """End a sign-in of this account; answers whether there was one to end."""
    row = db.session.get(sessions.StoredSession, sid)
    return row is not None and row.account_id == account_id and sessions.end(sid, "ended_by_owner")
