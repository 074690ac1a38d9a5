"""Lanes: failures in a row, counted apart for each known device of an account and for all unknown ones together.

Five are free, then each costs twice the wait of the one before, up to a quarter of an hour. A device that signed in before
has a lane of its own, so strangers cannot lock its owner out. Identifiers that nobody has are counted just the same."""

from __future__ import annotations

from dataclasses import dataclass

from idp import clock, sealed, settings
from idp.extensions import redis

FREE_FAILURES = 5
LONGEST_WAIT_SECONDS = 900
FAILURES_BEFORE_CODE = 100
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of failures. `known` says whether it is a known device's own."""

    key: str
    known: bool


class Blocked(Exception):
    """Not now: too many failures in this lane."""


# KEYS: the lane. ARGV: now, free failures, longest wait, seconds of a day.
# The try is counted before it is made: of fifty at once no more get through than one after the other.
# Answers which try in a row it is, or 0: not now.
_ENTER = """
local now = tonumber(ARGV[1])
if now < tonumber(redis.call('HGET', KEYS[1], 'until') or '0') then return 0 end
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
local beyond = count - tonumber(ARGV[2])
if beyond > 0 then
  redis.call('HSET', KEYS[1], 'until', tostring(now + math.min(2 ^ beyond, tonumber(ARGV[3]))))
end
redis.call('EXPIRE', KEYS[1], beyond > 0 and 30 * ARGV[4] or ARGV[4])
return count
"""


def of(whom: str, device: str | None, *, known: bool) -> Lane:
    """The lane of an attempt: the device's own if it is known for the account, else the one of all unknown devices.

    `whom` is the account, or the fingerprint of an identifier that nobody has."""
    where = device if known else "unknown"
    name = sealed.fingerprint("lane", f"{whom}|{where}")
    return Lane(f"idp:login:lane:{name}", known)


def enter(lane: Lane) -> int:
    """Count a try; answers how many failures went before it in a row. Raises Blocked."""
    if settings.current().limits == "off":
        return 0
    count = int(redis.eval(_ENTER, 1, lane.key, clock.seconds(), FREE_FAILURES, LONGEST_WAIT_SECONDS, DAY_SECONDS))
    if not count:
        raise Blocked
    return count - 1


def clear(lane: Lane) -> None:
    """The row is broken: somebody proved to be the owner."""
    redis.delete(lane.key)
