"""Removing a factor that cannot be shown any more: it goes after a waiting time, during which its owner is told and can stop it.

Until then it counts; from that moment on it counts no more, whether a job has run or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from idp import audit, clock
from idp.extensions import db, unit_of_work
from idp.factors import authenticators, passkeys
from idp.factors.models import Authenticator, NoSuchFactor, Passkey

WAIT = timedelta(days=3)


def ask(account_id: str, kind: str, factor_id: str) -> datetime:
    """Let a factor go after the waiting time; answers when. Asked again, the first moment stays. Raises NoSuchFactor."""
    with unit_of_work():
        row = _own(account_id, kind, factor_id)
        if row.removal_due_at is None:
            row.removal_due_at = clock.now() + WAIT
            audit.record(audit.Event.FACTOR_REMOVAL_ASKED, account_id, kind=kind, factor=factor_id)
        return row.removal_due_at


def stop(account_id: str, kind: str, factor_id: str) -> None:
    """Keep it after all. Raises NoSuchFactor when it is gone."""
    with unit_of_work():
        row = _own(account_id, kind, factor_id)
        if row.removal_due_at is not None:
            row.removal_due_at = None
            audit.record(audit.Event.FACTOR_REMOVAL_STOPPED, account_id, kind=kind, factor=factor_id)


def finish(account_id: str, kind: str, factor_id: str) -> bool:
    """Delete what is past its day; answers whether there was something. For the worker."""
    with unit_of_work():
        row = _find(kind, factor_id)
        if row is None or row.account_id != account_id or row.removal_due_at is None or row.removal_due_at > clock.now():
            return False
        (authenticators if kind == "authenticator" else passkeys).remove(account_id, factor_id)
    return True


def _own(account_id: str, kind: str, factor_id: str) -> Authenticator | Passkey:
    row = _find(kind, factor_id)
    if row is None or row.account_id != account_id or (row.removal_due_at is not None and row.removal_due_at <= clock.now()):
        raise NoSuchFactor
    return row


def _find(kind: str, factor_id: str) -> Authenticator | Passkey | None:
    if kind == "authenticator":
        return db.session.get(Authenticator, factor_id)
    return db.session.get(Passkey, factor_id) if kind == "passkey" else None
