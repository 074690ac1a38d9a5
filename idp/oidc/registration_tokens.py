"""Initial access tokens (RFC 7591 3): an administrator's word that somebody may register one client."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from idp import clock, sealed
from idp.extensions import unit_of_work
from idp.oidc.models import RegistrationToken


def issue(days: int) -> tuple[str, datetime]:
    """A fresh token and when it ends; the token itself is not kept."""
    token = secrets.token_urlsafe(32)
    expires_at = clock.now() + timedelta(days=days)
    with unit_of_work() as session:
        session.add(RegistrationToken(id=_fingerprint(token), created_at=clock.now(), expires_at=expires_at))
    return token, expires_at


def spend(token: str) -> bool:
    """Use a token up, inside the unit of work that registers the client; False when it is void or was used."""
    now = clock.now()
    row = RegistrationToken
    with unit_of_work() as session:
        query = update(row).where(row.id == _fingerprint(token), row.used_at.is_(None), row.expires_at > now)
        done = cast(CursorResult[Any], session.execute(query.values(used_at=now)))
        return bool(done.rowcount)


def _fingerprint(token: str) -> str:
    return sealed.fingerprint("initial_access_token", token)
