"""Codes of an attempt: six digits, five tries, five minutes, one use; kept as a keyed hash in the attempt itself.

`otp` counts by account, and here it must not show whether there is one: every attempt has a code in force, also where
nobody got it, and every try writes the same rows."""

from __future__ import annotations

import hmac
import math
import re
import secrets
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update

from idp import clock, outbox, sealed, settings, sms_budget, throttle
from idp.extensions import after_commit, unit_of_work
from idp.recovery import attempts
from idp.recovery.models import CODE_STEPS, Attempt, Step

LIFE = timedelta(minutes=5)
TRIES = 5
FIRST_GAP_SECONDS = 30
LONGEST_GAP_SECONDS = 900


class WrongCode(Exception):
    """Not the code, or there is none. `tries_left` more with this one."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left)
        self.tries_left = tries_left


class Expired(Exception):
    """There is no code to try: too old, spent, used up, or not yet sent."""


class TooSoon(Exception):
    """Another one can be asked for later."""


def put_into(attempt: Attempt, *, block: str | None = None) -> str:
    """A fresh code for an attempt, inside a unit of work; the earlier one is void. Sending it is the caller's choice."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    attempt.code_hash, attempt.code_tries, attempt.code_block = _hash(attempt, code), 0, block
    attempt.code_expires_at = clock.now() + LIFE
    return code


def enter(attempt: Attempt, raw_code: str, then: Callable[[Attempt], None]) -> None:
    """Try a code. If it is right, `then` moves the attempt on in the same commit; of many at once one does.

    Raises WrongCode, Expired, attempts.NotAtThisStep, throttle.Throttled."""
    throttle.hit("recovery_codes_tried", attempt.subject or attempt.browser)
    code = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw_code[:64]))
    with unit_of_work() as session:
        fresh = (
            Attempt.id == attempt.id,
            Attempt.code_tries < TRIES,
            Attempt.code_expires_at > clock.now(),
            Attempt.code_hash.is_not(None),
        )
        counted = session.execute(
            update(Attempt)
            .where(*fresh, Attempt.step.in_(CODE_STEPS))
            .values(code_tries=Attempt.code_tries + 1)
            .execution_options(synchronize_session=False)
        )
        row = attempts.locked(session, attempt.id, *CODE_STEPS)
        tried = cast(CursorResult[Any], counted).rowcount == 1
        right = tried and hmac.compare_digest((row.code_hash or "").encode(), _hash(row, code).encode())
        if right and (row.step != Step.CODE or attempts.holds(row)):
            _spend(row, then)
            return
        if tried:
            outbox.put("recovery_wrong_code", {"attempt": row.id})
        tries_left = TRIES - row.code_tries
    if not tried:
        raise Expired
    raise WrongCode(tries_left)


def send(attempt: Attempt) -> None:
    """Have the worker send what an attempt waits for, inside a unit of work; another one can be asked for after 30 seconds, doubling."""
    gap = min(FIRST_GAP_SECONDS * 2 ** (attempt.asked_count - 1), LONGEST_GAP_SECONDS) if settings.current().limits == "on" else 0
    attempt.next_send_at = clock.now() + timedelta(seconds=gap)
    outbox.put("recovery_send", {"attempt": attempt.id, "count": attempt.asked_count})


def send_another(attempt_id: str) -> None:
    """Once more. Raises TooSoon, attempts.NotAtThisStep."""
    with unit_of_work() as session:
        row = attempts.locked(session, attempt_id, Step.LINK, *CODE_STEPS)
        if wait_of(row):
            raise TooSoon
        row.asked_count += 1
        send(row)


def wait_of(attempt: Attempt) -> int:
    """Seconds until another one may be asked for."""
    return max(0, math.ceil((attempt.next_send_at - clock.now()).total_seconds()))


def _spend(row: Attempt, then: Callable[[Attempt], None]) -> None:
    row.code_hash = row.code_expires_at = None
    if block := row.code_block:
        after_commit(lambda: sms_budget.code_entered(block))
    then(row)


def _hash(attempt: Attempt, code: str) -> str:
    return sealed.fingerprint("recovery code sent", f"{attempt.id}\x00{attempt.step}\x00{code}")
