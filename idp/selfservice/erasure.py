"""The end of an account at its owner's wish: asked for, thirty days to think better of it, then unreadable for good.

ask (fresh proof) -> services lose access, other sign-ins end -> 30 days, in which the owner may take it back -> erased"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from idp import accounts, audit, clock, factors, notices, oidc, organisations, outbox, sessions, settings
from idp.extensions import db, unit_of_work
from idp.selfservice import telling
from idp.selfservice.models import ErasureRequest

GRACE = timedelta(days=30)
PATIENCE = timedelta(days=365)
MARGIN_SECONDS = 5


def asked(account_id: str) -> datetime | None:
    """The day on which the account ends, if its owner wants that."""
    row = db.session.get(ErasureRequest, account_id)
    return row.due_at if row else None


def ask(sso: sessions.SsoSession, account: accounts.Account) -> datetime:
    """End the account after the time of grace; asked again, the first day stays."""
    due_at = asked(account.id)
    if due_at is not None:
        return due_at
    oidc.end_all_access(account.id)  # what services were allowed stays known until the end: then they are told
    now = clock.now()
    due_at = now + GRACE
    with unit_of_work() as session:
        session.add(ErasureRequest(account_id=account.id, asked_at=now, due_at=due_at))
        sessions.end_everywhere(account.id, "erasure_requested", except_sid=sso.sid)
        audit.record(audit.Event.ERASURE_REQUESTED, account.id)
        telling.tell(account, "erasure_requested", grave=True, due_at=due_at)
        payload = {"account_id": account.id, "due_at": due_at.isoformat()}
        outbox.put("erasure", payload, expires_at=due_at + PATIENCE, delay=GRACE.total_seconds() + MARGIN_SECONDS)
    return due_at


def cancel(account: accounts.Account) -> bool:
    """Keep the account after all; answers whether there was something to take back."""
    with unit_of_work() as session:
        row = session.get(ErasureRequest, account.id, with_for_update=True)
        if row is None:
            return False
        session.delete(row)
        audit.record(audit.Event.ERASURE_CANCELLED, account.id)
        telling.tell(account, "erasure_cancelled")
    return True


@outbox.handler("erasure")
def carry_out(payload: dict[str, Any]) -> None:
    """The time of grace is over: erase, unless that was taken back (or asked for anew, on a later day)."""
    account_id = payload["account_id"]
    due_at = asked(account_id)
    if due_at is None or due_at.isoformat() != payload["due_at"] or due_at > clock.now():
        return
    account = accounts.find(account_id)
    if account is not None:
        erase_now(account)


def erase_now(account: accounts.Account, *, officer: str | None = None) -> None:
    """Erase an account for good; at the wish of its owner, or by an officer whom the trail names."""
    account_id = account.id
    with unit_of_work() as session:
        oidc.tell(oidc.Signal.ACCOUNT_PURGED, account_id)
        oidc.forget(account_id)
        sessions.end_everywhere(account_id, "erased")
        factors.forget(account_id)
        organisations.forget(account_id)
        _say_goodbye(account)
        session.execute(delete(ErasureRequest).where(ErasureRequest.account_id == account_id))
        accounts.erasure.erase(account_id, officer)
        days = settings.current().erased_nik_days
        outbox.put("nik_release", {"account_id": account_id}, expires_at=clock.now() + timedelta(days=days) + PATIENCE, delay=days * 86_400)


@outbox.handler("nik_release")
def release_nik(payload: dict[str, Any]) -> None:
    """The NIK may be registered again."""
    accounts.erasure.release_nik(payload["account_id"])


def _say_goodbye(account: accounts.Account) -> None:
    # Sealed by the ring, not by the account's own key: that one is about to be destroyed.
    notices.mail(account.email, "account_erased", account.locale, name=account.name.value)
