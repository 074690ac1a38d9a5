"""Limits hold under concurrency, say how long to wait, and can be switched off in a sandbox only."""

import threading

import pytest

from idp import settings, throttle

NAME = "client_authentication_failures"


def test_the_twentieth_is_allowed_and_the_next_is_told_to_wait(context):
    for _ in range(20):
        throttle.hit(NAME, "one")
    with pytest.raises(throttle.Throttled) as refused:
        throttle.hit(NAME, "one")
    assert 1 <= refused.value.retry_after <= 61
    throttle.hit(NAME, "another")


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
