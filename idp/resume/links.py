"""Links to a résumé: given away by its owner, open without an account, over on a day or at once.

make -> IN FORCE -> withdrawn | expired
The secret is made from the link's id under a key of the house, so that its owner can see it again although it lies nowhere;
the table has its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import or_, select, update

from idp import accounts, audit, claims, clock, retention, sealed, settings, throttle
from idp.database import new_id
from idp.extensions import after_commit, db, unit_of_work
from idp.resume.models import ResumeLink

MOST_IN_FORCE = 10
KEPT = timedelta(days=365)
SECRET_LETTERS = 32  # of base64url: 192 bits


class TooMany(Exception):
    """So many links of one person are in force that one has to be withdrawn first."""


class NotThere(LookupError):
    """No such link, or not any more."""


def make(account_id: str, parts: Collection[str], *, days: int, purpose: str | None, for_services: bool = False) -> ResumeLink:
    """A new link to these parts, which services are told of too if its owner wants. Raises TooMany and throttle.Throttled."""
    if sum(link.is_in_force for link in of(account_id)) >= MOST_IN_FORCE:
        raise TooMany
    throttle.hit("resume_links_made", account_id)
    link_id, now = new_id(), clock.now()
    secret_hash = _hashed(_secret(link_id))
    with unit_of_work() as session:
        link = ResumeLink(
            id=link_id,
            account_id=account_id,
            secret_hash=secret_hash,
            parts=sorted(parts),
            for_services=for_services,
            created_at=now,
            expires_at=now + timedelta(days=days),
            opened=0,
            purpose=purpose,
        )
        session.add(link)
        audit.record(audit.Event.RESUME_SHARED, account_id, link=link_id, parts=link.parts, days=days)
        after_commit(partial(claims.forget, account_id))
    return link


def withdraw(account_id: str, link_id: str) -> bool:
    """End a link at once; answers whether there was one to end."""
    with unit_of_work() as session:
        link = session.get(ResumeLink, link_id, with_for_update=True)
        if link is None or link.account_id != account_id or not link.is_in_force:
            return False
        link.withdrawn_at = clock.now()
        audit.record(audit.Event.RESUME_WITHDRAWN, account_id, link=link_id)
        after_commit(partial(claims.forget, account_id))
    return True


def of(account_id: str) -> list[ResumeLink]:
    """All that somebody ever gave away, the latest first."""
    return list(db.session.scalars(select(ResumeLink).where(ResumeLink.account_id == account_id).order_by(ResumeLink.id.desc())))


def own(account_id: str, link_id: str) -> ResumeLink:
    """One of somebody's links that is in force. Raises NotThere."""
    link = db.session.get(ResumeLink, link_id)
    if link is None or link.account_id != account_id or not link.is_in_force:
        raise NotThere
    return link


def as_claims(account_id: str) -> dict[str, Any]:
    """`profile` (OpenID Connect Core 5.1): the latest link in force that its owner gave to services as well."""
    link = next((one for one in of(account_id) if one.for_services and one.is_in_force), None)
    return {"profile": address(link)} if link else {}


def found(secret: str) -> tuple[ResumeLink, accounts.Account]:
    """The link with this secret, and whose résumé it shows. Raises NotThere, whatever the reason."""
    link = db.session.scalar(select(ResumeLink).where(ResumeLink.secret_hash == _hashed(secret)))
    account = accounts.find(link.account_id) if link and link.is_in_force else None
    if link is None or account is None or not accounts.may_act(account):
        raise NotThere
    return link, account


def note_opened(link: ResumeLink) -> None:
    """Count for the owner that somebody looked."""
    with unit_of_work() as session:
        counted = update(ResumeLink).where(ResumeLink.id == link.id)
        session.execute(counted.values(opened=ResumeLink.opened + 1, opened_at=clock.now()))


def address(link: ResumeLink) -> str:
    """What its owner gives away."""
    return f"{settings.current().issuer}/cv/{_secret(link.id)}"


@retention.job("resume_links", "a year after they were over or withdrawn")
def remove_old() -> int:
    """Links that have been over for so long that their owner no longer asks about them."""
    since = clock.now() - KEPT
    return retention.remove(ResumeLink, or_(ResumeLink.expires_at < since, ResumeLink.withdrawn_at < since))


def told(link: ResumeLink) -> dict[str, Any]:
    """What is kept of a link, for its owner's download."""
    kept = ("purpose", "parts", "for_services", "created_at", "expires_at", "withdrawn_at", "opened", "opened_at")
    return {name: getattr(link, name) for name in kept}


def _secret(link_id: str) -> str:
    return sealed.fingerprint("resume link", link_id)[:SECRET_LETTERS]


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
