"""One-time codes: for one purpose, account, address and browser; once, for five minutes, five tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from idp import accounts, audit, otp, sms_budget
from idp import clock as the_clock
from idp.extensions import db, redis
from idp.identity import EmailAddress, PhoneNumber
from idp.throttle import Throttled
from tests.owning import at_once, holder
from tests.timing import MovedClock

PHONE = PhoneNumber("+6281277700077")
OTHER_PHONE = PhoneNumber("+6281277700078")


@pytest.fixture
def errand(app: Flask) -> otp.Errand:
    return otp.Errand(otp.Purpose.ACTIVATION, holder(app).account_id, PHONE, "browser-1")


@pytest.fixture
def ask(app: Flask) -> Callable[..., str]:
    def issue(errand: otp.Errand, **options: Any) -> str:
        with app.app_context():
            return otp.issue(errand, **({"address": "192.0.2.1"} | options)).code

    return issue


@pytest.fixture
def enter(app: Flask) -> Callable[[otp.Errand, str], str]:
    """What becomes of a code: "right", or the reason of the refusal."""

    def verify(errand: otp.Errand, code: str) -> str:
        with app.app_context():
            try:
                otp.verify(errand, code)
            except otp.Refused as refused:
                return refused.reason
            return "right"

    return verify


Ask = Callable[..., str]
Enter = Callable[[otp.Errand, str], str]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.asvs("V6.5.1", "V6.5.4")
def test_a_code_is_six_digits_and_good_once(errand: otp.Errand, ask: Ask, enter: Enter) -> None:
    code = ask(errand)
    assert len(code) == 6
    assert code.isdigit()
    assert enter(errand, code) == "right"
    assert enter(errand, code) == "expired"


@pytest.mark.parametrize("written", ["{0}{1}{2} {3}{4}{5}", " {0}{1}{2}-{3}{4}{5} ", "{0} {1} {2} {3} {4} {5}"])
def test_a_code_is_read_as_people_write_it(errand: otp.Errand, ask: Ask, enter: Enter, written: str) -> None:
    assert enter(errand, written.format(*ask(errand))) == "right"


@pytest.mark.asvs("V6.5.5")
def test_a_code_lives_five_minutes(errand: otp.Errand, ask: Ask, enter: Enter, clock: MovedClock) -> None:
    code = ask(errand)
    clock.shift(298)
    assert enter(errand, wrong(code)) == "wrong"
    clock.shift(3)
    assert enter(errand, code) == "expired"


@pytest.mark.asvs("V6.6.3")
def test_after_five_wrong_tries_the_right_code_is_worth_nothing(errand: otp.Errand, ask: Ask, enter: Enter) -> None:
    code = ask(errand)
    assert [enter(errand, wrong(code)) for _ in range(5)] == ["wrong"] * 4 + ["tries"]
    assert enter(errand, code) == "tries"


def test_a_refusal_says_how_many_tries_are_left_and_is_on_record(errand: otp.Errand, ask: Ask, app: Flask) -> None:
    code = ask(errand)
    with app.app_context():
        with pytest.raises(otp.WrongCode) as refused:
            otp.verify(errand, wrong(code))
        recorded = db.session.query(audit.AuditEvent).filter_by(event="code_refused").one()
    assert refused.value.tries_left == 4
    assert (recorded.subject, recorded.facts) == (errand.account_id, {"purpose": "activation", "tries_left": 4})


def test_a_code_says_when_it_ends_and_its_return_is_counted_for_its_block(errand: otp.Errand, app: Flask) -> None:
    with app.app_context():
        issued = otp.issue(errand, address="192.0.2.1")
        assert 299 < (issued.expires_at - the_clock.now()).total_seconds() <= 300
        otp.verify(errand, issued.code)
        assert redis.hgetall("idp:sms:block:+6281277") == {b"entered": b"1"}


def later(clock: MovedClock) -> None:
    clock.shift(31 * 60)


@pytest.mark.asvs("V6.6.3")
def test_after_twenty_wrong_tries_in_a_day_no_new_code_helps_before_tomorrow(
    errand: otp.Errand, ask: Ask, enter: Enter, clock: MovedClock
) -> None:
    signing_in = replace(errand, purpose=otp.Purpose.SIGN_IN)
    for _ in range(4):
        code = ask(signing_in)
        assert [enter(signing_in, wrong(code)) for _ in range(5)] == ["wrong"] * 4 + ["tries"]
        later(clock)
    assert enter(signing_in, ask(signing_in)) == "today"
    clock.shift(86_400)
    assert enter(signing_in, ask(signing_in)) == "right"


@pytest.mark.asvs("V6.6.3")
def test_after_a_hundred_wrong_codes_in_a_row_only_recovery_helps(errand: otp.Errand, ask: Ask, enter: Enter, app: Flask) -> None:
    with app.app_context():
        for _ in range(99):
            accounts.code_tries.reserve(errand.account_id)
    code = ask(errand)
    assert enter(errand, wrong(code)) == "wrong"
    assert enter(errand, code) == "recovery"


def test_a_right_code_breaks_the_row_and_an_expired_one_does_not_count(errand: otp.Errand, ask: Ask, enter: Enter, app: Flask) -> None:
    def in_a_row() -> int:
        with app.app_context():
            return db.session.get_one(accounts.Account, errand.account_id).wrong_codes

    assert enter(errand, "000000") == "expired"
    assert in_a_row() == 0
    code = ask(errand)
    enter(errand, wrong(code))
    assert in_a_row() == 1
    enter(errand, code)
    assert in_a_row() == 0


@pytest.mark.asvs("V6.6.2")
@pytest.mark.parametrize(
    "elsewhere",
    [{"purpose": otp.Purpose.SIGN_IN}, {"browser": "browser-2"}, {"to": OTHER_PHONE}, {"to": EmailAddress("a@example.id")}],
)
def test_a_code_is_worth_nothing_on_another_errand(errand: otp.Errand, ask: Ask, enter: Enter, elsewhere: dict[str, Any]) -> None:
    code = ask(errand)
    assert enter(replace(errand, **elsewhere), code) in ("expired", "wrong")
    assert enter(errand, code) == "right"


def test_another_browser_neither_waits_for_this_one_nor_takes_its_code_away(errand: otp.Errand, ask: Ask, enter: Enter, app: Flask) -> None:
    here = replace(errand, to=EmailAddress("a@example.id"))
    elsewhere = replace(here, browser="browser-2")
    code = ask(here)
    with app.app_context():
        assert otp.pending(elsewhere) == otp.Pending(0, in_force=False)
    other = ask(elsewhere)
    assert [enter(here, code), enter(elsewhere, other)] == ["right", "right"]
    with app.app_context():
        assert redis.keys("idp:sms:block*") == [], "a code by mail is no SMS that came back"


def test_a_code_is_worth_nothing_for_another_account(errand: otp.Errand, ask: Ask, enter: Enter, app: Flask) -> None:
    code = ask(errand)
    assert enter(replace(errand, account_id=holder(app).account_id), code) == "expired"


@pytest.mark.asvs("V6.6.2")
def test_a_new_code_voids_the_old_one(errand: otp.Errand, ask: Ask, enter: Enter, clock: MovedClock) -> None:
    old = ask(errand)
    clock.shift(31)
    new = ask(errand)
    assert enter(errand, old) == ("right" if old == new else "wrong")
    assert enter(errand, new) == ("expired" if old == new else "right")


def test_the_gap_before_the_next_code_is_thirty_seconds_and_doubles(errand: otp.Errand, ask: Ask, app: Flask, clock: MovedClock) -> None:
    for gap in (30, 60, 120):
        ask(errand)
        with app.app_context():
            assert otp.pending(errand) == otp.Pending(gap, in_force=True)
            with pytest.raises(otp.TooSoon) as too_soon:
                otp.issue(errand, address="192.0.2.1")
        assert gap - 1 <= too_soon.value.retry_after <= gap
        clock.shift(gap + 600)


def test_a_corrected_number_need_not_wait(errand: otp.Errand, ask: Ask, enter: Enter) -> None:
    ask(errand)
    corrected = replace(errand, to=OTHER_PHONE)
    assert enter(corrected, ask(corrected)) == "right"


@pytest.mark.asvs("V6.5.2", "V6.5.3")
def test_redis_holds_neither_code_nor_number(errand: otp.Errand, ask: Ask, app: Flask) -> None:
    code = ask(errand)
    with app.app_context():
        held = repr([(key, redis.hgetall(key)) for key in redis.keys("idp:otp*")])  # type: ignore[union-attr]
    assert code not in held
    assert "81277700077" not in held


def test_redis_forgets_an_errand_within_an_hour_and_a_day_of_tries_no_sooner_than_it_counts(
    errand: otp.Errand, ask: Ask, enter: Enter, app: Flask
) -> None:
    enter(errand, wrong(ask(errand)))
    with app.app_context():
        [day] = redis.keys("idp:otp:*:day")
        [kept] = set(redis.keys("idp:otp:*")) - {day}
        assert otp.LIFE_SECONDS < redis.ttl(kept) <= 3600
        assert otp.DAY_SECONDS < redis.ttl(day) <= 2 * otp.DAY_SECONDS


@pytest.mark.asvs("V2.3.4", "V6.5.1")
def test_of_fifty_who_enter_the_right_code_at_once_one_wins(errand: otp.Errand, ask: Ask, app: Flask) -> None:
    code = ask(errand)
    results = at_once(app, lambda number: otp.verify(errand, code))
    assert results.count(None) == 1
    assert all(isinstance(one, otp.Refused) for one in results if one is not None)


def test_of_fifty_wrong_tries_at_once_five_count(errand: otp.Errand, ask: Ask, app: Flask) -> None:
    code = ask(errand)
    results = at_once(app, lambda number: otp.verify(errand, wrong(code)))
    wrong_ones = [one for one in results if isinstance(one, otp.WrongCode)]
    assert sorted(one.tries_left for one in wrong_ones) == [1, 2, 3, 4]
    with app.app_context():
        assert db.session.get_one(accounts.Account, errand.account_id).wrong_codes == 5


@pytest.mark.parametrize("to", [PHONE, EmailAddress("a@example.id")])
def test_of_fifty_who_ask_at_once_one_code_is_made(errand: otp.Errand, app: Flask, to: PhoneNumber | EmailAddress) -> None:
    results = at_once(app, lambda number: otp.issue(replace(errand, to=to), address="192.0.2.1"))
    assert len([one for one in results if isinstance(one, otp.Issued)]) == 1
    assert all(isinstance(one, otp.Issued | otp.TooSoon | Throttled) for one in results)
    assert {one.retry_after for one in results if isinstance(one, otp.TooSoon)} <= {29, 30}


@pytest.mark.parametrize("unreachable", ["+622150000000", "+6590000000", "+628000000000"])
def test_codes_go_to_indonesian_mobiles_only(errand: otp.Errand, ask: Ask, unreachable: str) -> None:
    with pytest.raises(sms_budget.NotReachable):
        ask(replace(errand, to=PhoneNumber(unreachable)))


@pytest.mark.asvs("V2.4.1")
def test_a_phone_gets_three_codes_in_a_quarter_of_an_hour_and_five_in_an_hour(app: Flask, ask: Ask, clock: MovedClock) -> None:
    def errand(number: int) -> otp.Errand:
        return otp.Errand(otp.Purpose.SIGN_IN, f"{number:032d}", PHONE, "b")

    clock.shift(-the_clock.timestamp() % 3600)  # to the beginning of an hour
    for number in range(3):
        ask(errand(number), address=f"192.0.2.{number}")
        clock.shift(31)
    with pytest.raises(Throttled):
        ask(errand(9))
    with app.app_context():
        assert sms_budget.spent_this_hour() == 3, "what is refused costs nothing"
    for number in range(3, 5):
        clock.shift(15 * 60)
        ask(errand(number), address=f"192.0.2.{number}")
    clock.shift(15 * 60)
    with pytest.raises(Throttled):
        ask(errand(10))


@pytest.mark.asvs("V2.4.1")
def test_an_address_gets_ten_codes_in_an_hour_whatever_the_phones(ask: Ask) -> None:
    def asked(number: int) -> str:
        return ask(otp.Errand(otp.Purpose.SIGN_IN, f"{number:032d}", PhoneNumber(f"+6281277{number:06d}"), "b"))

    for number in range(10):
        asked(number)
    with pytest.raises(Throttled):
        asked(11)


def test_a_registration_gets_five_codes_in_all(errand: otp.Errand, ask: Ask, clock: MovedClock) -> None:
    for number in range(5):
        ask(replace(errand, to=PhoneNumber(f"+62812770000{number:02d}")), address=f"192.0.2.{number}")
        clock.shift(3600)
    with pytest.raises(Throttled):
        ask(replace(errand, to=PhoneNumber("+6281277000099")))


def test_of_the_hourly_budget_a_fifth_is_kept_for_the_proven(app: Flask, ask: Ask, configured: Any, clock: MovedClock) -> None:
    configured(sms_hourly_budget=10)
    clock.shift((1800 - the_clock.timestamp()) % 3600)  # to the middle of an hour
    with app.app_context():
        assert sms_budget.spent_this_hour() == 0

    def asked(number: int, **options: Any) -> str:
        errand = otp.Errand(otp.Purpose.SIGN_IN, f"{number:032d}", PhoneNumber(f"+6281277{number:06d}"), "b")
        return ask(errand, address=f"192.0.2.{number}", **options)

    for number in range(8):
        asked(number)
    at_most = 3600 - the_clock.timestamp() % 3600
    with pytest.raises(Throttled) as refused:
        asked(8)
    assert refused.value.name == "sms_altogether"
    assert 3600 - the_clock.timestamp() % 3600 <= refused.value.retry_after <= at_most
    with app.app_context():
        assert sms_budget.spent_this_hour() == 8
        assert 3600 <= redis.ttl(redis.keys("idp:sms:hour:*")[0]) <= 7200
    asked(9, proofed=True)
    asked(10, proofed=True)
    with pytest.raises(Throttled):
        asked(11, proofed=True)
    clock.shift(3600)
    asked(12)


@pytest.mark.parametrize("entered", [0, 39])
def test_a_block_of_numbers_whose_codes_never_come_back_is_stopped_and_reported(app: Flask, ask: Ask, entered: int) -> None:
    block = sms_budget.prefix(PHONE)
    with app.app_context():
        for number in range(100):
            if number < entered:
                sms_budget.code_entered(block)
            sms_budget.code_sent(block)
        reported = db.session.query(audit.AuditEvent).filter_by(event="sms_prefix_stopped").one()
        assert redis.hgetall(f"idp:sms:block:{block}") == {}, "the next hundred is judged by itself"
    assert reported.facts == {"block": block, "entered": entered, "of": 100}
    with pytest.raises(Throttled) as refused:
        ask(otp.Errand(otp.Purpose.SIGN_IN, "0" * 32, PHONE, "b"))
    assert refused.value.name == "sms_prefix"
    assert 3500 < refused.value.retry_after <= 3600
    ask(otp.Errand(otp.Purpose.SIGN_IN, "0" * 32, PhoneNumber("+6285277700077"), "b"))


def test_a_block_whose_codes_come_back_goes_on(app: Flask, ask: Ask) -> None:
    block = sms_budget.prefix(PHONE)
    with app.app_context():
        for _ in range(60):
            sms_budget.code_sent("+6281278")
        for number in range(200):
            if number % 5 < 2:
                sms_budget.code_entered(block)
            sms_budget.code_sent(block)
    assert len(ask(otp.Errand(otp.Purpose.SIGN_IN, "0" * 32, PHONE, "b"))) == 6


@pytest.mark.any_database
def test_codes_are_spread_evenly(app: Flask, configured: Any) -> None:
    configured(limits="off")
    with app.app_context():
        codes = [otp.issue(otp.Errand(otp.Purpose.SIGN_IN, "0" * 32, PHONE, "b"), address="-").code for _ in range(2000)]
    assert len(set(codes)) > 1980
    first_digits = [sum(code[0] == str(digit) for code in codes) for digit in range(10)]
    assert min(first_digits) > 120
