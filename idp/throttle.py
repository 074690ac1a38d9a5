"""Limits: one table, and one question: may this be done once more?

The figures are those of docs/limits.md. Counting is atomic in Redis (moving windows); keys are hashed there."""

from __future__ import annotations

import hashlib
import time
from functools import lru_cache
from typing import Any, cast

from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from idp import settings
from idp.extensions import redis

LIMITS: dict[str, tuple[str, ...]] = {
    "client_authentication_failures": ("20 per 1 minute",),
    "device_code_guesses": ("10 per 1 minute", "100 per 1 hour"),
    "data_downloads": ("5 per 1 day",),
    "dukcapil_per_address": ("20 per 1 hour",),
    "dukcapil_per_device": ("10 per 1 day",),
    "dukcapil_per_nik": ("5 per 1 day", "10 per 30 days"),
    "email_links_per_account": ("3 per 1 hour", "10 per 1 day"),
    "factor_tries": ("5 per 5 minutes", "20 per 1 day"),
    "forgotten_password": ("3 per 1 hour", "10 per 1 day"),
    "invitations_per_contact": ("3 per 1 day",),
    "invitations_per_organisation": ("50 per 1 day",),
    "owner_told_of_attempt": ("1 per 1 hour", "5 per 1 day"),
    "password_confirmations": ("5 per 15 minutes", "20 per 1 day"),
    "petitions_per_account": ("5 per 1 day",),
    "recovery_cases_per_account": ("3 per 30 days",),
    "recovery_codes_tried": ("20 per 1 day",),
    "recovery_contacts_per_attempt": ("5 per 1 hour",),
    "recovery_lost_per_nik": ("3 per 1 day", "5 per 30 days"),
    "recovery_mail_per_address": ("10 per 1 hour",),
    "recovery_starts_per_address": ("30 per 1 minute", "300 per 1 hour"),
    "resume_downloads": ("30 per 1 hour",),
    "resume_links_made": ("20 per 1 day",),
    "resume_opened_per_address": ("60 per 1 minute", "600 per 1 hour"),
    "sign_in_failures_per_address": ("60 per 1 minute", "600 per 1 hour"),
    "sms_per_address": ("10 per 1 hour",),
    "sms_per_phone": ("1 per 30 seconds", "3 per 15 minutes", "5 per 1 hour", "10 per 1 day"),
    "sms_per_registration": ("5 per 30 days",),
    "uploads_per_account": ("60 per 1 hour", "200 per 1 day"),
}


class Throttled(Exception):
    """Too often. `retry_after` says in how many seconds it may be tried again."""

    def __init__(self, name: str, retry_after: int) -> None:
        super().__init__(name)
        self.name = name
        self.retry_after = retry_after


def hit(name: str, key: str) -> None:
    """Count one. Raises Throttled when that is one too many; then it is not counted."""
    _ask(name, key, count=True)


def check(name: str, key: str) -> None:
    """Like `hit`, without counting."""
    _ask(name, key, count=False)


def reset(name: str, key: str) -> None:
    """Forget what was counted."""
    limiter = _limiter()
    for item in _items(name):
        limiter.storage.clear(item.key_for(name, _hashed(key)))


def give_back(name: str, key: str) -> None:
    """Take back the latest count: what was counted turned out not to have been a try."""
    if settings.current().limits == "off":
        return
    _give_back(_limiter(), _items(name), name, _hashed(key))


def _ask(name: str, key: str, *, count: bool) -> None:
    items = _items(name)
    if settings.current().limits == "off":
        return
    limiter = _limiter()
    hashed = _hashed(key)
    for item in items:
        if not limiter.test(item, name, hashed):
            raise Throttled(name, _wait(limiter, item, name, hashed))
    for number, item in enumerate(items if count else ()):
        if not limiter.hit(item, name, hashed):  # another was faster since it was tested
            _give_back(limiter, items[:number], name, hashed)
            raise Throttled(name, _wait(limiter, item, name, hashed))


def _give_back(limiter: MovingWindowRateLimiter, items: tuple[RateLimitItem, ...], name: str, hashed: str) -> None:
    storage = cast(RedisStorage, limiter.storage)
    for item in items:
        redis.lpop(storage.prefixed_key(item.key_for(name, hashed)))


def _wait(limiter: MovingWindowRateLimiter, item: RateLimitItem, name: str, hashed: str) -> int:
    return max(1, int(limiter.get_window_stats(item, name, hashed).reset_time - time.time()) + 1)


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


@lru_cache
def _items(name: str) -> tuple[RateLimitItem, ...]:
    return tuple(item for text in LIMITS[name] for item in parse_many(text))


class _Counters(RedisStorage):
    """The library's scripts on this process's own client.

    A client of the library's own would have another patience (5 s), and another opinion of what an address is."""

    def get_connection(self, readonly: bool = False) -> Any:
        """The client that everything else uses."""
        return redis


def _limiter() -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(_counters(settings.current().redis_address))


@lru_cache
def _counters(_address: str) -> _Counters:
    # One for each address: the scripts are bound to the client that was in use when they were made.
    return _Counters("redis://", key_prefix="idp:limit")
