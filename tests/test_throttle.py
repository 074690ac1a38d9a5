"""Limits hold under concurrency, say how long to wait, and can be switched off in a sandbox only."""

import threading
import time

import pytest

from idp import settings, throttle
from idp.extensions import redis
from tests.owning import at_once

NAME = "client_authentication_failures"


def test_the_twentieth_is_allowed_and_the_next_is_told_to_wait_as_long_as_it_has_to(context, clock):
    began = time.time()
    throttle.hit(NAME, "one")
    begun = time.time()
    for _ in range(19):
        throttle.hit(NAME, "one")
    asked = time.time()
    with pytest.raises(throttle.Throttled) as refused:
        throttle.hit(NAME, "one")
    assert refused.value.name == NAME
    assert began + 60 - time.time() < refused.value.retry_after <= begun + 60 - asked + 1
    throttle.hit(NAME, "another")
    clock.shift(refused.value.retry_after)
    throttle.hit(NAME, "one")


@pytest.mark.parametrize("limits", ["on", "off"])
def test_a_count_that_is_given_back_was_never_made(context, configured, limits):
    for _ in range(20):
        throttle.hit(NAME, "one")
    configured(limits=limits)
    throttle.give_back(NAME, "one")
    configured(limits="on")
    if limits == "on":
        throttle.hit(NAME, "one")
    with pytest.raises(throttle.Throttled):
        throttle.hit(NAME, "one")


def test_whoever_a_wide_window_refuses_is_not_counted_in_a_narrow_one(context, clock):
    for number in range(19):
        throttle.hit("factor_tries", "crowd")
        if number % 5 == 4 or number == 18:
            clock.shift(301)
    at_once(context, lambda number: throttle.hit("factor_tries", "crowd"))
    counted = sorted(redis.llen(key) for key in redis.keys("idp:limit*"))
    assert counted == [1, 20]


@pytest.mark.asvs("V15.4.1", "V2.3.2")
@pytest.mark.parametrize(("name", "allowed"), [(NAME, 20), ("sms_per_phone", 1)])
def test_fifty_at_once_are_counted_one_by_one(context, name, allowed):
    """Of several windows a narrow one that refuses must not fill the wider ones: then nobody would win."""
    outcomes = []

    def knock():
        try:
            throttle.hit(name, "crowd")
            outcomes.append(True)
        except throttle.Throttled:
            outcomes.append(False)

    threads = [threading.Thread(target=knock) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(True) == allowed


def test_asking_does_not_count_and_reset_forgets(context):
    for _ in range(30):
        throttle.check(NAME, "asked")
    for _ in range(20):
        throttle.hit(NAME, "asked")
    with pytest.raises(throttle.Throttled):
        throttle.check(NAME, "asked")
    throttle.reset(NAME, "asked")
    throttle.check(NAME, "asked")


def test_limits_can_be_off_in_a_sandbox_and_not_in_production(context, configured):
    configured(limits="off")
    for _ in range(100):
        throttle.hit(NAME, "free")
    with pytest.raises(ValueError, match="IDP_LIMITS: limits must be on"):
        settings.Settings(_env_file=None, mode="production", limits="off")
