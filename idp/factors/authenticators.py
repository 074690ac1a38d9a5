"""Authenticator apps: time-based one-time passwords (RFC 6238), several devices a person, every time step good for once.

offer (secret shown as QR and text) -> confirm (first code) -> verify at every sign-in -> remove"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pyotp
from sqlalchemy import CursorResult, delete, select, update

from idp import audit, clock, retention, sealed
from idp.extensions import db, unit_of_work
from idp.factors import tries
from idp.factors.models import LONGEST_NAME, Authenticator, NoSuchFactor, owned

STEP_SECONDS = 30
WINDOW = 1
OFFERED_FOR = timedelta(minutes=15)
MOST = 5
ISSUER = "SIAPkerja"


class TooMany(Exception):
    """The account has as many as it may have."""


class NotOffered(Exception):
    """Nothing is waiting to be confirmed: too long ago, done already, or never begun."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret to be taken into an app: as a link for the QR code, and as text to type."""

    authenticator_id: str
    link: str
    text: str


def list_of(account_id: str) -> list[Authenticator]:
    """The authenticators that count for an account, oldest first."""
    return list(db.session.scalars(select(Authenticator).where(owned(Authenticator, account_id)).order_by(Authenticator.created_at)))


def offer(account_id: str, label: str) -> Offer:
    """Offer a new secret; an earlier offer that was not confirmed is void. `label` is what the app shows. Raises TooMany."""
    if len(list_of(account_id)) >= MOST:
        raise TooMany
    with unit_of_work() as session:
        session.execute(delete(Authenticator).where(Authenticator.account_id == account_id, Authenticator.confirmed_at.is_(None)))
        row = Authenticator(account_id=account_id, secret=pyotp.random_base32(), name="", created_at=clock.now(), last_step=0)
        session.add(row)
    return _offer(row, label)


def offered(account_id: str, label: str) -> Offer:
    """What is waiting to be confirmed, to show it again. Raises NotOffered."""
    return _offer(_waiting(account_id), label)


def confirm(account_id: str, raw_code: str, name: str) -> Authenticator:
    """Take an offered authenticator into use by its first code. Raises NotOffered, Refused, TooMany, and as `tries.begin`."""
    row = _waiting(account_id)
    if len(list_of(account_id)) >= MOST:
        raise TooMany
    tries.begin(account_id)
    step = _matching_step(row.secret, raw_code)
    if step is None:
        raise tries.wrong(account_id, "authenticator")
    with unit_of_work() as session:
        now = clock.now()
        fresh = (Authenticator.id == row.id, Authenticator.confirmed_at.is_(None))
        changed = session.execute(_quietly(update(Authenticator).where(*fresh).values(confirmed_at=now, last_step=step)))
        if not cast(CursorResult[Any], changed).rowcount:
            raise NotOffered
        session.refresh(row)
        row.name = name[:LONGEST_NAME]
        audit.record(audit.Event.AUTHENTICATOR_ADDED, account_id, factor=row.id)
    tries.succeeded(account_id)
    return row


def verify(account_id: str, raw_code: str, only: str | None = None) -> Authenticator:
    """The authenticator that shows this code now; its time step is spent. `only` names one that it has to be.

    Of many who try the same code at once one wins. Raises Refused, and as `tries.begin`."""
    tries.begin(account_id)
    candidates = [row for row in list_of(account_id) if only in (None, row.id)]
    seen_before = False
    for row, step in _matches(candidates, raw_code):
        if _spend(row.id, step):
            tries.succeeded(account_id)
            return row
        seen_before = True
    raise tries.wrong(account_id, "authenticator", replayed=seen_before)


def rename(account_id: str, authenticator_id: str, name: str) -> None:
    """Give one another name. Raises NoSuchFactor."""
    with unit_of_work():
        _own(account_id, authenticator_id).name = name[:LONGEST_NAME]


def remove(account_id: str, authenticator_id: str) -> None:
    """Take one out of use, for good. Raises NoSuchFactor."""
    with unit_of_work() as session:
        session.delete(_own(account_id, authenticator_id))
        audit.record(audit.Event.AUTHENTICATOR_REMOVED, account_id, factor=authenticator_id)


@retention.job("offered_authenticators", "a day after they were offered and not confirmed")
def clean_up() -> int:
    """Remove secrets that were shown and never used; answers how many."""
    return retention.remove(Authenticator, Authenticator.confirmed_at.is_(None), Authenticator.created_at < clock.now() - timedelta(days=1))


def _own(account_id: str, authenticator_id: str) -> Authenticator:
    row = db.session.get(Authenticator, authenticator_id)
    if row is None or row.account_id != account_id:
        raise NoSuchFactor
    return row


def _waiting(account_id: str) -> Authenticator:
    oldest = clock.now() - OFFERED_FOR
    mine = (Authenticator.account_id == account_id, Authenticator.confirmed_at.is_(None), Authenticator.created_at > oldest)
    row = db.session.scalar(select(Authenticator).where(*mine).order_by(Authenticator.created_at.desc()).limit(1))
    if row is None:
        raise NotOffered
    return row


def _offer(row: Authenticator, label: str) -> Offer:
    link = pyotp.TOTP(row.secret).provisioning_uri(name=label, issuer_name=ISSUER)
    return Offer(row.id, link, " ".join(re.findall(".{1,4}", row.secret)))


def _matches(rows: Iterable[Authenticator], raw_code: str) -> list[tuple[Authenticator, int]]:
    found = ((row, _matching_step(_secret_of(row), raw_code)) for row in rows)
    return [(row, step) for row, step in found if step is not None]


def _secret_of(row: Authenticator) -> str | None:
    try:
        return cast(str, row.secret)
    except sealed.Unreadable:
        return None  # altered from outside: it proves nothing


def _matching_step(secret: str | None, raw_code: str) -> int | None:
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw_code[:64])).encode("utf-8", "surrogatepass")
    if secret is None:
        return None
    now = clock.timestamp() // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = [step for step in range(now - WINDOW, now + WINDOW + 1) if hmac.compare_digest(totp.generate_otp(step).encode(), code)]
    return found[-1] if found else None


def _spend(authenticator_id: str, step: int) -> bool:
    # Steps only go forward: an older code of the window is void as soon as a newer one was used (RFC 6238 5.2).
    with unit_of_work() as session:
        unspent = (Authenticator.id == authenticator_id, Authenticator.last_step < step)
        spent = session.execute(_quietly(update(Authenticator).where(*unspent).values(last_step=step, last_used_at=clock.now())))
        return cast(CursorResult[Any], spent).rowcount == 1


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
