"""Registered and unregistered people: the same answer, in the same time. What differs by little shows in soak, with 2,000 of each."""

from __future__ import annotations

import statistics

import pytest

from tests.telling_apart import Samples, pair

TIMES = 200


@pytest.mark.any_database
@pytest.mark.asvs("V6.3.8", "V11.2.4")
@pytest.mark.parametrize("place", ["sign_in", "registration", "reset", "resend"])
def test_nobody_can_tell_a_registered_person_by_time_or_answer(app, http, sandbox, worker, configured, place):
    configured(limits="off")
    people = pair(place, app, http, sandbox, worker)
    for _ in range(4):
        assert people.registered() == people.unregistered()
    samples = Samples(people)
    samples.take(TIMES)
    assert 0.38 < samples.area() < 0.62, [statistics.median(one) for one in samples.seconds]
