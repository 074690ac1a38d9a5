"""Sign-ins in Redis: one look-up answers who is here, for a minute at a time. Without Redis everything still works.

An entry holds ids and times, nothing of a person. A sign-in that ended leaves a tombstone, so that a request under way
at that moment cannot put the old entry back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import structlog
from redis.exceptions import RedisError

from idp import clock
from idp.extensions import redis
from idp.sessions.models import SsoSession

FRESH_SECONDS = 60
TOMBSTONE_SECONDS = 120
ENDED = b"ended"

_log = structlog.get_logger("idp.sessions")


class Ended(Exception):
    """This sign-in was ended a moment ago."""


def read(token_hash: str) -> SsoSession | None:
    """The sign-in if SQL was asked within the last minute. Raises Ended."""
    try:
        entry = redis.get(_key(token_hash))
    except RedisError:
        _log.warning("session_cache_unavailable")
        return None
    if entry == ENDED:
        raise Ended
    if entry is None:
        return None
    values = json.loads(entry)
    age = clock.seconds() - values.pop("read_at")
    return _session(values) if 0 <= age < FRESH_SECONDS else None


def write(token_hash: str, session: SsoSession) -> None:
    """Keep what SQL said, unless a tombstone stands there."""
    values = {
        "sid": session.sid,
        "account_id": session.account_id,
        "auth_time": session.auth_time.timestamp(),
        "acr": session.acr,
        "amr": session.amr,
        "shared_device": session.shared_device,
        "expires_at": session.expires_at.timestamp(),
        "last_seen_at": session.last_seen_at.timestamp(),
        "read_at": clock.seconds(),
    }
    try:
        redis.set(_key(token_hash), json.dumps(values), ex=FRESH_SECONDS, nx=True)
    except RedisError:
        _log.warning("session_cache_unavailable")


def bury(token_hash: str) -> None:
    """This token opens nothing any more, from now on and for every worker."""
    try:
        redis.set(_key(token_hash), ENDED, ex=TOMBSTONE_SECONDS)
    except RedisError:
        _log.warning("session_cache_unavailable")


def _session(values: dict[str, Any]) -> SsoSession:
    moments = {name: datetime.fromtimestamp(values[name], UTC) for name in ("auth_time", "expires_at", "last_seen_at")}
    return SsoSession(**{**values, **moments, "amr": tuple(values["amr"])})


def _key(token_hash: str) -> str:
    return f"idp:sso:{token_hash}"
