"""Known devices: browsers in which a person has signed in before, for a year. Strangers' mistakes do not lock them out."""

from __future__ import annotations

from datetime import timedelta

from flask import g
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.extensions import after_commit, db, unit_of_work
from idp.sessions.models import KnownDevice
from idp.web import secret_cookies

COOKIE = "device"
REMEMBERED = timedelta(days=365)


def accounts_known_here() -> frozenset[str]:
    """Ids of the accounts that have signed in in this browser within a year: one statement, whoever is asking."""
    if "known_accounts" not in g:
        g.known_accounts = _known(this_device())
    known: frozenset[str] = g.known_accounts
    return known


def this_device() -> str | None:
    """A stable name for this browser, once somebody has signed in here."""
    return secret_cookies.sent_hash(COOKIE)


def remember(account_id: str) -> None:
    """From now on this browser is known for this person."""
    with unit_of_work() as session:
        token_hash = this_device()
        if token_hash is None or not _known(token_hash):
            # A secret that nobody has signed in with may have been planted: it gets no trust.
            token = secret_cookies.new_token()
            token_hash = secret_cookies.hashed(token)
            after_commit(lambda: secret_cookies.hand_out(COOKIE, token, secret_cookies.YEAR_SECONDS))
        _keep(session, account_id, token_hash)


def _keep(session: Session, account_id: str, token_hash: str) -> None:
    now = clock.now()
    device = session.scalar(select(KnownDevice).where(KnownDevice.token_hash == token_hash, KnownDevice.account_id == account_id))
    if device is not None:
        device.last_seen_at = now
        return
    try:
        with session.begin_nested():
            session.add(KnownDevice(token_hash=token_hash, account_id=account_id, first_seen_at=now, last_seen_at=now))
    except IntegrityError:
        return  # the same browser signed in twice at once
    audit.record(audit.Event.DEVICE_REMEMBERED, account_id)


def _known(token_hash: str | None) -> frozenset[str]:
    if token_hash is None:
        return frozenset()
    oldest = clock.now() - REMEMBERED
    wanted = select(KnownDevice.account_id).where(KnownDevice.token_hash == token_hash, KnownDevice.last_seen_at > oldest)
    return frozenset(db.session.scalars(wanted))
