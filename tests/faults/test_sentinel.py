"""A Redis that is watched by Sentinels: its primary dies, a replica takes its place, and what was spent stays spent."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from flask import Flask
from redis.exceptions import RedisError

from idp import clock, settings, throttle
from idp.extensions import redis, redis_client
from idp.oidc import grants
from idp.oidc.grants import AccessRecord, Authorization
from tests.faults.sentinels import Watched

pytestmark = pytest.mark.any_database

LONGEST_OUTAGE_SECONDS = 15


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    found = Watched()
    yield found
    found.stop()


@pytest.fixture
def house(context: Flask, watched: Watched) -> Iterator[Flask]:
    """The application, whose Redis is the watched one meanwhile."""
    before = settings.current().redis_address
    settings.use(settings.current().model_copy(update={"redis_url": watched.url}))
    redis.connect(redis_client(watched.url))  # type: ignore[attr-defined]
    yield context
    redis.connect(redis_client(before))  # type: ignore[attr-defined]


def code_of(grant_id: str) -> str:
    now = clock.timestamp()
    bought = Authorization(grant_id=grant_id, client_id="c", subject=None, scope=("openid",), issued_at=now, code_expires_at=now + 60)
    return grants.issue_code(bought)[0]


def redeem(code: str) -> Authorization:
    grant_id, _ = grants.parts(code)
    return grants.redeem(code, grants.new_token(grant_id, 600), AccessRecord(issued_at=clock.timestamp()))


def seconds_until_answered() -> float:
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_OUTAGE_SECONDS:
        try:
            redis.set("idp:probe", b"1", ex=60)
        except RedisError:
            time.sleep(0.05)
        else:
            return time.monotonic() - began
    raise AssertionError("no replica took the primary's place")


def test_a_replica_takes_over_and_nothing_is_spent_twice(house: Flask, watched: Watched) -> None:
    spent, fresh = code_of(grants.new_grant_id()), code_of(grants.new_grant_id())
    redeem(spent)
    for _ in range(20):
        throttle.hit("client_authentication_failures", "one")
    before = watched.kill_primary()
    assert 0 < seconds_until_answered() < LONGEST_OUTAGE_SECONDS
    assert watched.primary() != before
    with pytest.raises(grants.ReplayedCode):
        redeem(spent)
    with pytest.raises(throttle.Throttled):
        throttle.hit("client_authentication_failures", "one")
    assert redeem(fresh).client_id == "c"
