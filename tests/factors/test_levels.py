"""How strong a sign-in is called."""

from __future__ import annotations

import pytest

from idp import factors
from idp.factors import levels


@pytest.mark.parametrize(
    ("amr", "acr"),
    [
        (("pwd",), "urn:siapkerja:acr:password"),
        (("pwd", "otp", "sms"), "urn:siapkerja:acr:otp"),
        (("pwd", "otp", "mfa"), "urn:siapkerja:acr:mfa"),
        (("hwk", "user", "mfa"), "phr"),
        (("pwd", "swk", "user", "mfa"), "phr"),
    ],
)
def test_methods_make_a_level(amr, acr):
    assert factors.level_of(amr) == acr


@pytest.mark.asvs("V6.3.3")
@pytest.mark.parametrize("weaker", range(4))
@pytest.mark.parametrize("stronger", range(4))
def test_a_level_reaches_itself_and_weaker_ones(weaker, stronger):
    assert factors.reaches(levels.LEVELS[stronger], [levels.LEVELS[weaker]]) == (stronger >= weaker)


def test_an_unknown_level_is_reached_by_none_of_ours():
    assert not factors.reaches("phr", ["urn:mace:incommon:iap:gold"])
    assert not factors.reaches("", ["urn:siapkerja:acr:password"])
