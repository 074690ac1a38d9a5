"""The limits are those that were decided, and the documentation says them as they are."""

from __future__ import annotations

from pathlib import Path

from idp import otp, settings, sms_budget, throttle
from idp.accounts import code_tries
from idp.login import lanes
from idp.petitions import CLOCK
from idp.recovery import cases, codes
from idp.recovery.models import ATTEMPT_LIFE

DOCUMENT = Path(__file__).parent.parent / "docs" / "limits.md"
DECIDED = {
    "sms_per_phone": ("1 per 30 seconds", "3 per 15 minutes", "5 per 1 hour", "10 per 1 day"),
    "sms_per_address": ("10 per 1 hour",),
    "sms_per_registration": ("5 per 30 days",),
    "dukcapil_per_nik": ("5 per 1 day", "10 per 30 days"),
    "dukcapil_per_address": ("20 per 1 hour",),
    "sign_in_failures_per_address": ("60 per 1 minute", "600 per 1 hour"),
    "forgotten_password": ("3 per 1 hour", "10 per 1 day"),
    "client_authentication_failures": ("20 per 1 minute",),
}


def test_the_documentation_says_every_limit_as_it_is() -> None:
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    said = {row[0].strip("`"): row[-1] for row in rows}
    assert said == {name: ", ".join(figures) for name, figures in throttle.LIMITS.items()}


def test_the_figures_are_those_that_were_decided() -> None:
    assert {name: throttle.LIMITS[name] for name in DECIDED} == DECIDED
    assert (otp.TRIES_PER_CODE, otp.TRIES_PER_DAY, code_tries.MOST_WRONG_CODES_IN_A_ROW) == (5, 20, 100)
    assert (otp.LIFE_SECONDS, otp.FIRST_GAP_SECONDS, otp.LONGEST_GAP_SECONDS, otp.DAY_SECONDS) == (300, 30, 900, 86_400)
    assert (codes.LIFE.total_seconds(), codes.TRIES, codes.FIRST_GAP_SECONDS, codes.LONGEST_GAP_SECONDS) == (300, 5, 30, 900)
    assert (sms_budget.SHARE_OF_NEWCOMERS, sms_budget.SENDS_BEFORE_JUDGING, sms_budget.LEAST_ENTERED) == (0.8, 100, 40)
    assert (sms_budget.HOUR_SECONDS, sms_budget.STOPPED_SECONDS, sms_budget.PREFIX_LENGTH) == (3600, 3600, 8)
    assert (lanes.FREE_FAILURES, lanes.LONGEST_WAIT_SECONDS, lanes.FAILURES_BEFORE_CODE, lanes.DAY_SECONDS) == (5, 900, 100, 86_400)
    assert (cases.UNDECIDED_FOR.days, cases.FINISH_WITHIN.days, cases.OFFICERS, cases.OFFICERS_FOR_VERIFIED) == (30, 7, 1, 2)
    assert ATTEMPT_LIFE.total_seconds() == 30 * 60
    assert CLOCK.total_seconds() == 72 * 3600


def test_lives_are_those_that_were_decided() -> None:
    chosen = settings.Settings(_env_file=None)  # type: ignore[call-arg]
    assert (chosen.code_lifetime, chosen.access_token_lifetime) == (60, 600)
    assert (chosen.refresh_token_lifetime, chosen.refresh_token_idle) == (30 * 86_400, 14 * 86_400)
    assert (chosen.session_idle, chosen.session_lifetime) == (30 * 60, 12 * 3600)
    assert chosen.recovery_waiting == 24 * 3600
