"""The civil registry as registration asks it: a page never waits long, and the worker asks again when it must.

Several failures in a row, in whatever process, and pages stop asking: applications are kept and the worker asks for them,
a probe at a time, until the registry answers. Where it fails at once and does not keep anybody waiting, a page may be the probe:
the fault may be about one NIK alone. Its daily quota is counted here."""

from __future__ import annotations

from datetime import timedelta, timezone

from idp import clock, settings
from idp.extensions import redis
from idp.gateways.dukcapil import Dukcapil, Elements, Outcome, Verdict

FAILURES_BEFORE_REST = 3
REST_SECONDS = 120
PROBE_EVERY_SECONDS = 5
PROBE_WHEN_CLOSED_SECONDS = 60
CLOSED = ("quota", "hours")
SLOW = ("timeout", "resting")
DAY_SECONDS = 86_400
JAKARTA = timezone(timedelta(hours=7))

_FAILURES = "idp:registry:failures"
_RESTING = "idp:registry:resting"


class Registry:
    """Asks Dukcapil for a page with little patience, for the worker with all of it."""

    def __init__(self, *, for_pages: Dukcapil, for_worker: Dukcapil) -> None:
        self._for_pages = for_pages
        self._for_worker = for_worker

    def ask_for_page(self, elements: Elements) -> Verdict:
        """Ask now, or answer UNAVAILABLE at once while the registry is known to be down."""
        if _rest() is not None and not (_fails_at_once() and _may_probe(PROBE_EVERY_SECONDS)):
            return Verdict(Outcome.UNAVAILABLE, "resting")
        return self._ask(self._for_pages, elements)

    def ask_for_worker(self, elements: Elements) -> Verdict:
        """Ask with patience; while the registry is down only one probe every few seconds gets through."""
        pause = _rest()
        if pause is not None and not _may_probe(pause):
            return Verdict(Outcome.UNAVAILABLE, "resting")
        return self._ask(self._for_worker, elements)

    def _ask(self, dukcapil: Dukcapil, elements: Elements) -> Verdict:
        if not _within_quota():
            return Verdict(Outcome.UNAVAILABLE, "quota")
        verdict = dukcapil.verify(elements)
        if verdict.outcome is Outcome.UNAVAILABLE:
            _failed(verdict.reason)
        else:
            redis.delete(_FAILURES, _RESTING)
        return verdict


def _rest() -> int | None:
    """Seconds between probes while the registry is known to be down; None when it is not."""
    until, pause = redis.hmget(_RESTING, ["until", "pause"])
    if until is None or pause is None or float(until) <= clock.seconds():
        return None
    return int(pause)


def _fails_at_once() -> bool:
    return redis.hget(_RESTING, "at_once") == b"1"


def _may_probe(pause: int) -> bool:
    slot = int(clock.seconds() // pause)
    return bool(redis.set(f"idp:registry:probe:{pause}:{slot}", b"1", nx=True, ex=2 * pause))


def _failed(reason: str) -> None:
    failures = redis.incr(_FAILURES)
    redis.expire(_FAILURES, DAY_SECONDS)
    if failures >= FAILURES_BEFORE_REST:
        pause = PROBE_WHEN_CLOSED_SECONDS if reason in CLOSED else PROBE_EVERY_SECONDS
        at_once = int(reason not in SLOW)
        redis.hset(_RESTING, mapping={"until": clock.seconds() + REST_SECONDS, "pause": pause, "at_once": at_once})
        redis.expire(_RESTING, DAY_SECONDS)


def is_resting() -> bool:
    """Whether the registry is known to be down, and left alone but for a probe."""
    return _rest() is not None


def quota_left() -> int:
    """How many checks may still be asked for today."""
    return max(0, settings.current().dukcapil_quota - int(redis.get(_asked_today()) or 0))


def _within_quota() -> bool:
    key = _asked_today()
    asked = redis.incr(key)
    redis.expire(key, 2 * DAY_SECONDS)
    return asked <= settings.current().dukcapil_quota


def _asked_today() -> str:
    return f"idp:registry:asked:{clock.now().astimezone(JAKARTA):%Y%m%d}"
