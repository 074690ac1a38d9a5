"""The cache of claims: sealed in Redis for a minute, dropped with the commit that changes what they were made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

import structlog
from redis.exceptions import RedisError
from sqlalchemy import event

from idp import sealed
from idp.accounts import Account
from idp.extensions import after_commit, redis
from idp.organisations import CapacityRow, Membership
from idp.profile import ProfileRow, StepRow

LIFE_SECONDS = 60
LOCALES = ("id", "en")
_log = structlog.get_logger("idp.claims")


def read(account_id: str, locale: str, also: Iterable[tuple[Any, ...]] = ()) -> dict[str, Any] | None:
    """What was kept, if it is still there; `also` are commands for the same trip."""
    key = _key(account_id, locale)
    pipeline = redis.pipeline(transaction=False)
    pipeline.get(key)
    for command in also:
        pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
    blob = pipeline.execute()[0]
    if not isinstance(blob, bytes):
        return None
    try:
        kept: dict[str, Any] = json.loads(sealed.open(blob, key))
    except sealed.Unreadable:
        return None
    return kept


def write(account_id: str, locale: str, claims: dict[str, Any]) -> None:
    """Keep for a while."""
    key = _key(account_id, locale)
    redis.set(key, sealed.seal(json.dumps(claims).encode(), key), ex=LIFE_SECONDS)


def forget(account_id: str) -> None:
    """Drop what is kept of a person. When that fails it lives for a minute at most."""
    try:
        redis.delete(*(_key(account_id, locale) for locale in LOCALES))
    except RedisError as fault:
        _log.warning("claims_not_forgotten", fault=type(fault).__name__)


def _key(account_id: str, locale: str) -> str:
    return f"idp:claims:{account_id}:{locale}"


def _changed(_mapper: Any, _connection: Any, row: Any) -> None:
    account_id = row.id if isinstance(row, Account) else row.account_id
    after_commit(partial(forget, account_id))


for _model in (Account, StepRow, ProfileRow, Membership, CapacityRow):
    for _change in ("after_insert", "after_update", "after_delete"):
        event.listen(_model, _change, _changed)
