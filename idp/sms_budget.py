"""What may be sent by SMS: per phone, per address, per registration, per hour, and not where codes never come back.

An SMS costs money and lands in somebody's pocket. The figures are those of `throttle.LIMITS` and of the hourly budget, of
which a fifth is kept for people whose account is already proven."""

from __future__ import annotations

from idp import audit, clock, settings, throttle
from idp.extensions import redis, unit_of_work
from idp.identity import PhoneNumber

HOUR_SECONDS = 3600
SHARE_OF_NEWCOMERS = 0.8
SENDS_BEFORE_JUDGING = 100
LEAST_ENTERED = 40
STOPPED_SECONDS = HOUR_SECONDS
# Country and number block. The operator's prefix alone would silence millions for what one range does.
PREFIX_LENGTH = 8


class NotReachable(ValueError):
    """Not an Indonesian mobile number: no code is sent there."""


def allow(to: PhoneNumber, *, address: str, registration: str | None, proofed: bool) -> None:
    """Count one SMS for this phone, client address and registration. Raises NotReachable and throttle.Throttled."""
    if not to.is_mobile:
        raise NotReachable
    if settings.current().limits == "off":
        return
    _raise_if_stopped(prefix(to))
    counted = [("sms_per_phone", to.e164), ("sms_per_address", address)]
    if registration:
        counted.append(("sms_per_registration", registration))
    for name, key in counted:
        throttle.check(name, key)
    _spend(proofed)
    for name, key in counted:
        throttle.hit(name, key)


def prefix(to: PhoneNumber) -> str:
    """The block of numbers that this one belongs to; too many people share it to be personal."""
    return to.e164[:PREFIX_LENGTH]


def code_sent(block: str) -> None:
    """A code left for a number of this block. After a hundred it is judged how many were entered."""
    sent = redis.hincrby(_tally(block), "sent", 1)
    if sent != SENDS_BEFORE_JUDGING:
        return
    entered = int(redis.hget(_tally(block), "entered") or 0)
    redis.delete(_tally(block))
    if entered < LEAST_ENTERED:
        redis.set(_stopped(block), b"1", ex=STOPPED_SECONDS)
        with unit_of_work():
            audit.record(audit.Event.SMS_PREFIX_STOPPED, None, block=block, entered=entered, of=SENDS_BEFORE_JUDGING)


def code_entered(block: str) -> None:
    """A code that was sent to this block has come back."""
    redis.hincrby(_tally(block), "entered", 1)


def spent_this_hour() -> int:
    """How many SMS were counted in this hour."""
    return int(redis.get(_hour_key(clock.timestamp() // HOUR_SECONDS)) or 0)


def _raise_if_stopped(block: str) -> None:
    left = redis.ttl(_stopped(block))
    if left > 0:
        raise throttle.Throttled("sms_prefix", left)


def _spend(proofed: bool) -> None:
    hour, into_it = divmod(clock.timestamp(), HOUR_SECONDS)
    budget = settings.current().sms_hourly_budget
    allowed = budget if proofed else int(budget * SHARE_OF_NEWCOMERS)
    key = _hour_key(hour)
    spent = redis.incr(key)
    redis.expire(key, 2 * HOUR_SECONDS)
    if spent > allowed:
        redis.decr(key)
        raise throttle.Throttled("sms_altogether", HOUR_SECONDS - into_it)


def _hour_key(hour: int) -> str:
    return f"idp:sms:hour:{hour}"


def _tally(block: str) -> str:
    return f"idp:sms:block:{block}"


def _stopped(block: str) -> str:
    return f"idp:sms:stopped:{block}"
