"""2,000 samples each, up to 6,000 until the interval decides: nobody can tell a registered person by time or answer."""

from __future__ import annotations

import statistics

import pytest

from tests.telling_apart import Samples, pair

FIRST, MORE, MOST = 2000, 1000, 6000
LEAST_AREA, LARGEST_AREA = 0.47, 0.53


@pytest.mark.any_database
@pytest.mark.parametrize("place", ["sign_in", "registration", "reset", "resend"])
def test_the_area_under_the_curve_tells_nothing(app, http, sandbox, worker, configured, place):
    configured(limits="off")
    people = pair(place, app, http, sandbox, worker)
    for _ in range(20):
        assert people.registered() == people.unregistered()
    samples = Samples(people)
    samples.take(FIRST)
    while not LEAST_AREA < samples.interval()[0] < samples.interval()[1] < LARGEST_AREA and len(samples.seconds[0]) < MOST:
        samples.take(MORE)
        worker.drain()
    low, high = samples.interval()
    medians = [statistics.median(one) for one in samples.seconds]
    print(f"{place}: area {samples.area():.3f} ({low:.3f} to {high:.3f}), {len(samples.seconds[0])} samples each, medians {medians}")
    assert LEAST_AREA < low < high < LARGEST_AREA
