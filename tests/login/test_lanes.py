"""Lanes by themselves: who shares one, how long each failure costs, when it is forgotten."""

from __future__ import annotations

import pytest

from idp.extensions import redis
from idp.login import lanes

DAY = 86_400
pytestmark = pytest.mark.any_database


def test_unknown_devices_share_a_lane_and_each_known_one_has_its_own(context) -> None:
    strangers = lanes.of("siti", "a", known=False)
    assert strangers == lanes.of("siti", "b", known=False)
    ours, others = lanes.of("siti", "a", known=True), lanes.of("siti", "b", known=True)
    assert (strangers.known, ours.known) == (False, True)
    nobody = [lanes.of(identifier, "a", known=False).key for identifier in ("x", "y")]
    assert len({strangers.key, ours.key, others.key, lanes.of("budi", "a", known=True).key, *nobody}) == 6


def test_five_failures_are_free_then_each_costs_twice_the_one_before_up_to_a_quarter_of_an_hour(context, clock) -> None:
    lane = lanes.of("siti", None, known=False)
    assert [lanes.enter(lane) for _ in range(5)] == [0, 1, 2, 3, 4]
    assert 0 < redis.ttl(lane.key) <= DAY
    for number, wait in enumerate((2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900), 5):
        assert lanes.enter(lane) == number
        assert DAY < redis.ttl(lane.key) <= 30 * DAY
        clock.shift(wait - 0.5)
        with pytest.raises(lanes.Blocked):
            lanes.enter(lane)
        clock.shift(0.6)
    lanes.clear(lane)
    assert lanes.enter(lane) == 0


def test_without_limits_nothing_is_counted(context, configured) -> None:
    lane = lanes.of("siti", None, known=False)
    configured(limits="off")
    assert [lanes.enter(lane) for _ in range(10)] == [0] * 10
    assert not redis.exists(lane.key)
