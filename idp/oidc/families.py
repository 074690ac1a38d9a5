"""Refresh tokens: each works once and gives way to the next of its family; an old one that comes back ends the family.

SQL is the truth, so that no restart revives a token. The text names the family; 256 random bits more are kept as a hash."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, select, update

from idp import audit, clock
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.oidc import grants, provider
from idp.oidc.grants import Authorization
from idp.oidc.models import RefreshFamily


class UnknownToken(Exception):
    """No such refresh token, or it is past its time, or revoked."""


class ReplayedToken(Exception):
    """A refresh token that gave way to its successor came back; its family has been revoked."""


def begin(authorization: Authorization, code: str | None) -> str:
    """A new family with its first token."""
    secret, now, config = secrets.token_urlsafe(32), clock.now(), provider.config()
    family = RefreshFamily(
        id=new_id(),
        grant_id=authorization.grant_id,
        client_id=authorization.client_id,
        subject=authorization.subject,
        sid=authorization.sid,
        authorization=authorization.model_dump(mode="json", exclude_defaults=True),
        code_hash=grants.hashed(grants.parts(code)[1]) if code else None,
        token_hash=grants.hashed(secret),
        issued_at=now,
        idle_until=now + timedelta(seconds=config.refresh_token_idle),
        expires_at=now + timedelta(seconds=config.refresh_token_lifetime),
    )
    with unit_of_work() as session:
        session.add(family)
    return f"{family.id}.{secret}"


def find(token: str, client_id: str) -> RefreshFamily:
    """The family of a token that a client presents, if the token is the newest and still good.

    Raises UnknownToken; ReplayedToken when it is an old one, after everything has been revoked."""
    family_id, secret = _parts(token)
    family = db.session.get(RefreshFamily, family_id, populate_existing=True)
    if family is None or family.client_id != client_id:
        raise UnknownToken
    if not hmac.compare_digest(family.token_hash.encode(), grants.hashed(secret).encode()):
        _end_replayed(family)
    if not _is_living(family):
        raise UnknownToken
    return family


def peek(token: str, client_id: str) -> RefreshFamily | None:
    """The family of a client's newest token, without counting that as its use."""
    try:
        family_id, secret = _parts(token)
    except UnknownToken:
        return None
    family = db.session.get(RefreshFamily, family_id, populate_existing=True)
    if family is None or family.client_id != client_id or not _is_living(family):
        return None
    return family if hmac.compare_digest(family.token_hash.encode(), grants.hashed(secret).encode()) else None


def authorization_of(family: RefreshFamily) -> Authorization:
    """What the family's person allowed."""
    return Authorization.model_validate(family.authorization)


def rotate(family: RefreshFamily) -> str:
    """The next token in place of the present one; of many at once, one wins. Raises ReplayedToken for the others."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = RefreshFamily
    query = (
        update(row)
        .where(row.id == family.id, row.token_hash == family.token_hash, row.revoked_at.is_(None))
        .where(row.idle_until > now, row.expires_at > now)
        .values(token_hash=grants.hashed(secret), generation=row.generation + 1, idle_until=_idle_until())
        .execution_options(synchronize_session=False)
    )
    with unit_of_work() as session:
        won = cast(CursorResult[Any], session.execute(query)).rowcount == 1
    if not won:
        _end_replayed(family)
    return f"{family.id}.{secret}"


def keep_alive(family: RefreshFamily) -> None:
    """Use a token that does not rotate: only its idle time begins anew (FAPI 2.0 Security Profile 5.3.2.1)."""
    row = RefreshFamily
    query = update(row).where(row.id == family.id, row.revoked_at.is_(None)).values(idle_until=_idle_until())
    with unit_of_work() as session:
        if not cast(CursorResult[Any], session.execute(query.execution_options(synchronize_session=False))).rowcount:
            raise UnknownToken


def revoke(condition: ColumnElement[bool]) -> Sequence[str]:
    """Revoke the families that fit; answers the grants that they belong to."""
    row = RefreshFamily
    with unit_of_work() as session:
        query = update(row).where(condition, row.revoked_at.is_(None)).values(revoked_at=clock.now())
        found = session.scalars(query.returning(row.grant_id).execution_options(synchronize_session=False))
        return list(found)


def with_code(code: str) -> RefreshFamily | None:
    """The family that a code bought; for a code that is replayed when Redis knows it no longer."""
    grant_id, secret = grants.parts(code)
    row = RefreshFamily
    return db.session.scalar(select(row).where(row.grant_id == grant_id, row.code_hash == grants.hashed(secret)))


def _end_replayed(family: RefreshFamily) -> None:
    # Either the thief or the owner holds the newest token: nobody can tell, so both lose it (RFC 9700 4.14.2).
    grants.revoke([family.grant_id])
    with unit_of_work():
        if revoke(RefreshFamily.grant_id == family.grant_id):
            audit.record(audit.Event.REFRESH_TOKEN_REPLAYED, family.subject, client_id=family.client_id)
    raise ReplayedToken


def _is_living(family: RefreshFamily) -> bool:
    now = clock.now()
    return family.revoked_at is None and family.idle_until > now and family.expires_at > now


def _idle_until() -> Any:
    return clock.now() + timedelta(seconds=provider.config().refresh_token_idle)


def _parts(token: str) -> tuple[str, str]:
    family_id, dot, secret = token.partition(".")
    if not dot or len(family_id) != 32 or len(secret) != 43 or not token.isascii() or not family_id.isalnum():
        raise UnknownToken
    return family_id, secret
