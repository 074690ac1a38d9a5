"""The civil registry as registration asks it: a page never waits long, and the worker asks again when it must.

Several failures in a row, in whatever process, and pages stop asking: applications are kept and the worker asks for them,
a probe at a time, until the registry answers. Its daily quota is counted here."""

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
DAY_SECONDS = 86_400
JAKARTA = timezone(timedelta(hours=7))

_FAILURES = "idp:registry:failures"
_RESTING = "idp:registry:resting"
_PROBED = "idp:registry:probed"


class Registry:
    """Asks Dukcapil for a page with little patience, for the worker with all of it."""

    def __init__(self, *, for_pages: Dukcapil, for_worker: Dukcapil) -> None:
        self._for_pages = for_pages
        self._for_worker = for_worker

    def ask_for_page(self, elements: Elements) -> Verdict:
        """Ask now, or answer UNAVAILABLE at once while the registry is known to be down."""
        if redis.exists(_RESTING):
            return Verdict(Outcome.UNAVAILABLE, "resting")
        return self._ask(self._for_pages, elements)

    def ask_for_worker(self, elements: Elements) -> Verdict:
        """Ask with patience; while the registry is down only one probe every few seconds gets through."""
        if redis.exists(_RESTING) and not redis.set(_PROBED, b"1", nx=True, ex=PROBE_EVERY_SECONDS):
            return Verdict(Outcome.UNAVAILABLE, "resting")
        return self._ask(self._for_worker, elements)

    def _ask(self, dukcapil: Dukcapil, elements: Elements) -> Verdict:
        if not _within_quota():
            return Verdict(Outcome.UNAVAILABLE, "quota")
        verdict = dukcapil.verify(elements)
        if verdict.outcome is Outcome.UNAVAILABLE:
            _failed(verdict.reason)
        else:
            redis.delete(_FAILURES, _RESTING, _PROBED)
        return verdict


def _failed(reason: str) -> None:
    failures = redis.incr(_FAILURES)
    redis.expire(_FAILURES, DAY_SECONDS)
    if failures >= FAILURES_BEFORE_REST:
        redis.set(_RESTING, b"1", ex=REST_SECONDS)
        if reason in CLOSED:
            redis.set(_PROBED, b"1", ex=PROBE_WHEN_CLOSED_SECONDS)


def _within_quota() -> bool:
    key = f"idp:registry:asked:{clock.now().astimezone(JAKARTA):%Y%m%d}"
    asked = redis.incr(key)
    redis.expire(key, 2 * DAY_SECONDS)
    return asked <= settings.current().dukcapil_quota
