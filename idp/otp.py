"""One-time codes: issued for one purpose, one account, one address and one browser; tried, counted and spent atomically.

A code is the first HOTP value (RFC 4226) of a random secret that is then forgotten. Redis keeps a keyed hash of it and
nothing else: five tries a code, twenty a day and account, a hundred in a row ever (those in SQL). Five minutes, one use."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import cast

import pyotp

from idp import accounts, audit, clock, sealed, settings, sms_budget
from idp.extensions import redis, unit_of_work
from idp.identity import EmailAddress, PhoneNumber

LIFE_SECONDS = 300
TRIES_PER_CODE = 5
TRIES_PER_DAY = 20
FIRST_GAP_SECONDS = 30
LONGEST_GAP_SECONDS = 900
KEPT_SECONDS = 3600
DAY_SECONDS = 86_400


__all__ = ["Errand", "Expired", "OnlyRecovery", "Purpose", "Refused", "TooManyTries", "TooSoon", "WrongCode", "issue", "pending", "verify"]


class Purpose(StrEnum):
    """What a code is good for; it is good for nothing else."""

    ACTIVATION = "activation"
    CHANGE_PHONE = "change_phone"
    GUARDIAN = "guardian"
    SIGN_IN = "sign_in"


OF_REGISTRATION = (Purpose.ACTIVATION, Purpose.GUARDIAN)


class Refused(Exception):
    """Why a code was not accepted: `reason` is "wrong", "expired", "tries", "today" or "recovery"."""

    reason = ""


class WrongCode(Refused):
    """Not the code. `tries_left` more with this one."""

    reason = "wrong"

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class Expired(Refused):
    """There is no code to try: too old, spent, or none was asked for in this browser."""

    reason = "expired"


class TooManyTries(Refused):
    """The code is used up by wrong tries; or the day is, then no new one helps before tomorrow."""

    def __init__(self, *, today: bool) -> None:
        super().__init__(today)
        self.reason = "today" if today else "tries"


class OnlyRecovery(Refused):
    """A hundred wrong codes in a row: no code opens this account any more."""

    reason = "recovery"


class TooSoon(Exception):
    """The next code can be asked for in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Errand:
    """What a code is for. All of it is part of the code's hash: changed in any point, the code is wrong.

    `to` comes from the account, never from the request; `browser` is a secret of the browser that asks."""

    purpose: Purpose
    account_id: str
    to: PhoneNumber | EmailAddress
    browser: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh code, to be sent and forgotten."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """The state of an errand: seconds until another code may be asked for, and whether a code is in force."""

    wait: int
    in_force: bool


# KEYS: the errand. ARGV: now, hash, expiry, hash of the recipient, block of numbers, first gap, longest gap, seconds to keep.
# Answers "" or the moment of the next code. A corrected address need not wait: the limits per phone and registration hold.
_ISSUE = """
local now = tonumber(ARGV[1])
local next_at = tonumber(redis.call('HGET', KEYS[1], 'next_at') or '0')
if redis.call('HGET', KEYS[1], 'to') == ARGV[4] and now < next_at then return tostring(next_at) end
local sends = redis.call('HINCRBY', KEYS[1], 'sends', 1)
local gap = math.min(tonumber(ARGV[6]) * 2 ^ (sends - 1), tonumber(ARGV[7]))
redis.call('HSET', KEYS[1], 'hash', ARGV[2], 'expires_at', ARGV[3], 'to', ARGV[4], 'block', ARGV[5],
           'tries', 0, 'next_at', tostring(now + gap))
redis.call('EXPIRE', KEYS[1], ARGV[8])
return ''
"""

# KEYS: the errand, the account's day. ARGV: now, hash, tries a code, tries a day, seconds of a day.
# Answers {"expired"}, {"day"}, {"tries"}, {"wrong", tries left} or {"right", block}. The winner of many takes the code away.
_VERIFY = """
local now = tonumber(ARGV[1])
local hash = redis.call('HGET', KEYS[1], 'hash')
if not hash or tonumber(redis.call('HGET', KEYS[1], 'expires_at')) <= now then return {'expired'} end
local since = tonumber(redis.call('HGET', KEYS[2], 'since') or '0')
if now - since >= tonumber(ARGV[5]) then
  redis.call('HSET', KEYS[2], 'since', ARGV[1], 'count', 0)
  redis.call('EXPIRE', KEYS[2], ARGV[5] * 2)
end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
if tries > tonumber(ARGV[3]) then return {'tries'} end
if redis.call('HINCRBY', KEYS[2], 'count', 1) > tonumber(ARGV[4]) then return {'day'} end
if hash == ARGV[2] then
  local block = redis.call('HGET', KEYS[1], 'block')
  redis.call('DEL', KEYS[1])
  return {'right', block}
end
return {'wrong', tonumber(ARGV[3]) - tries}
"""


def issue(errand: Errand, *, address: str, proofed: bool = False) -> Issued:
    """Make a code for an errand; an earlier one is void. Sending it is the caller's next line, in the same breath.

    `address` is what limits count the client by, `proofed` whether the account is active.
    Raises TooSoon, throttle.Throttled, sms_budget.NotReachable."""
    state = _state(errand)
    if state.wait:
        raise TooSoon(state.wait)
    block = ""
    if isinstance(errand.to, PhoneNumber):
        registration = errand.account_id if errand.purpose in OF_REGISTRATION else None
        sms_budget.allow(errand.to, address=address, registration=registration, proofed=proofed)
        block = sms_budget.prefix(errand.to)
    code = str(pyotp.HOTP(pyotp.random_base32()).at(0))
    now = clock.seconds()
    longest = LONGEST_GAP_SECONDS if settings.current().limits == "on" else 0
    arguments = (now, _hash(errand, code), now + LIFE_SECONDS, _hash(errand, "to"), block, FIRST_GAP_SECONDS, longest, KEPT_SECONDS)
    next_at = redis.eval(_ISSUE, 1, _key(errand), *arguments)
    if next_at:
        raise TooSoon(_seconds_until(float(next_at)))
    return Issued(code, datetime.fromtimestamp(now + LIFE_SECONDS, UTC))


def verify(errand: Errand, raw_code: str) -> None:
    """Spend the code of an errand; of many who try at once one wins. Raises WrongCode, Expired, TooManyTries, OnlyRecovery."""
    try:
        accounts.code_tries.reserve(errand.account_id)
    except accounts.code_tries.TooMany:
        raise OnlyRecovery from None
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw_code[:64]))
    arguments = (clock.seconds(), _hash(errand, code), TRIES_PER_CODE, TRIES_PER_DAY, DAY_SECONDS)
    answer = [bytes(part).decode() if isinstance(part, bytes) else str(part) for part in _tried(errand, arguments)]
    match answer:
        case ["right", block]:
            accounts.code_tries.forget(errand.account_id)
            if block:  # none for an address
                sms_budget.code_entered(block)
        case ["wrong", left]:
            with unit_of_work():
                audit.record(audit.Event.CODE_REFUSED, errand.account_id, purpose=errand.purpose, tries_left=int(left))
            if int(left) == 0:
                raise TooManyTries(today=False)
            raise WrongCode(int(left))
        case [refusal, *_]:
            accounts.code_tries.give_back(errand.account_id)
            if refusal == "expired":
                raise Expired
            raise TooManyTries(today=refusal == "day")


def pending(errand: Errand) -> Pending:
    """How an errand stands, for the page that asks for the code."""
    return _state(errand)


def _tried(errand: Errand, arguments: tuple[object, ...]) -> list[bytes | int]:
    answer: list[bytes | int] = redis.eval(_VERIFY, 2, _key(errand), _day_key(errand), *arguments)  # type: ignore[arg-type]
    return answer


def _state(errand: Errand) -> Pending:
    to, next_at, expires_at = cast(list[bytes], redis.hmget(_key(errand), ["to", "next_at", "expires_at"]))  # all or none of them
    if not to or to.decode() != _hash(errand, "to"):
        return Pending(0, in_force=False)
    return Pending(_seconds_until(float(next_at)), in_force=float(expires_at) > clock.seconds())


def _seconds_until(moment: float) -> int:
    return max(0, math.ceil(moment - clock.seconds()))


def _hash(errand: Errand, what: str) -> str:
    to = errand.to.e164 if isinstance(errand.to, PhoneNumber) else errand.to.key
    return sealed.fingerprint("otp", f"{errand.purpose}\x00{errand.account_id}\x00{to}\x00{errand.browser}\x00{what}")


def _key(errand: Errand) -> str:
    # What stands in braces decides the slot of a cluster: a script's keys have to share it.
    browser = sealed.fingerprint("otp browser", errand.browser)
    return f"idp:otp:{{{errand.account_id}}}:{errand.purpose}:{browser}"


def _day_key(errand: Errand) -> str:
    return f"idp:otp:{{{errand.account_id}}}:day"
