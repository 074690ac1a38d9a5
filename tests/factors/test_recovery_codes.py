"""Recovery codes: ten, on paper, each good for once."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from idp import factors, throttle
from idp.extensions import db
from tests.owning import Holder, at_once, holder


@pytest.fixture
def rina(context) -> Holder:
    return holder(context)


@pytest.mark.asvs("V6.5.4", "V6.5.3")
def test_there_are_ten_codes_of_at_least_112_bits(rina):
    codes = factors.recovery_codes.make(rina.account_id)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) * 5 >= 112 for code in codes)


@pytest.mark.asvs("V6.5.1")
def test_a_code_works_once(rina):
    code, *_ = factors.recovery_codes.make(rina.account_id)
    assert factors.spend_recovery_code(rina.account_id, code) == ("otp", "mfa")
    with pytest.raises(factors.Refused):
        factors.spend_recovery_code(rina.account_id, code)
    assert factors.recovery_codes.left(rina.account_id) == 9


@pytest.mark.asvs("V6.5.1")
def test_of_fifty_who_use_one_code_at_once_one_is_let_in(app, rina, configured):
    configured(limits="off")
    code, *_ = factors.recovery_codes.make(rina.account_id)
    answers = at_once(app, lambda _: factors.spend_recovery_code(rina.account_id, code))
    assert answers.count(("otp", "mfa")) == 1
    assert sum(isinstance(one, factors.Refused) for one in answers) == 49, answers


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", " "), lambda code: code.replace("0", "O").replace("1", "l")])
def test_a_code_is_read_as_people_copy_it(rina, typed):
    code, *_ = factors.recovery_codes.make(rina.account_id)
    factors.spend_recovery_code(rina.account_id, typed(code))
    with pytest.raises(factors.Refused):
        factors.spend_recovery_code(rina.account_id, code)


def test_new_codes_void_the_old_ones(rina):
    old, *_ = factors.recovery_codes.make(rina.account_id)
    new, *_ = factors.recovery_codes.make(rina.account_id)
    with pytest.raises(factors.Refused):
        factors.spend_recovery_code(rina.account_id, old)
    factors.spend_recovery_code(rina.account_id, new)


def test_a_code_of_one_person_is_nothing_for_another(context, rina):
    code, *_ = factors.recovery_codes.make(rina.account_id)
    budi = holder(context, "Budi Santoso")
    with pytest.raises(factors.Refused):
        factors.spend_recovery_code(budi.account_id, code)
    factors.spend_recovery_code(rina.account_id, code)


@pytest.mark.asvs("V6.5.2")
def test_codes_are_kept_as_keyed_hashes(rina):
    codes = factors.recovery_codes.make(rina.account_id)
    stored = " ".join(str(row) for row in db.session.execute(text("SELECT * FROM recovery_codes")))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_wrong_codes_count_with_those_of_the_app(rina):
    code, *_ = factors.recovery_codes.make(rina.account_id)
    for number in range(5):
        with pytest.raises(factors.Refused):
            (factors.verify_totp if number % 2 else factors.spend_recovery_code)(rina.account_id, "000000")
    with pytest.raises(throttle.Throttled):
        factors.spend_recovery_code(rina.account_id, code)


def test_recovery_codes_alone_are_no_second_factor(rina):
    factors.recovery_codes.make(rina.account_id)
    assert not factors.enrolled(rina.account_id)
