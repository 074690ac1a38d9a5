"""Authenticator apps: a code is good for one person, one time step and one use."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select, text

from idp import clock as the_clock
from idp import factors, throttle
from idp.audit import AuditEvent
from idp.extensions import db
from tests.owning import Holder, at_once, holder


@pytest.fixture
def rina(context) -> Holder:
    return holder(context)


@pytest.fixture
def budi(context) -> Holder:
    return holder(context, "Budi Santoso")


def enrol(whom: Holder, name: str = "HP") -> pyotp.TOTP:
    offer = factors.authenticators.offer(whom.account_id, "rina")
    app = pyotp.TOTP(offer.text.replace(" ", ""))
    factors.authenticators.confirm(whom.account_id, code(app), name)
    the_clock.shift(30)
    return app


def code(app: pyotp.TOTP, steps: int = 0) -> str:
    return app.generate_otp(the_clock.timestamp() // 30 + steps)


def test_an_offered_secret_proves_nothing_until_its_first_code(rina):
    factors.authenticators.offer(rina.account_id, "rina")
    assert not factors.enrolled(rina.account_id)


def test_the_first_code_takes_an_authenticator_into_use(rina):
    app = enrol(rina)
    assert [one.name for one in factors.enrolled(rina.account_id).authenticators] == ["HP"]
    assert factors.verify_totp(rina.account_id, code(app)) == ("otp", "mfa")


def test_the_code_that_confirmed_does_not_sign_in(rina):
    offer = factors.authenticators.offer(rina.account_id, "rina")
    app = pyotp.TOTP(offer.text.replace(" ", ""))
    factors.authenticators.confirm(rina.account_id, code(app), "HP")
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, code(app))


def test_an_offer_ends_after_a_quarter_of_an_hour(rina, clock):
    app = pyotp.TOTP(factors.authenticators.offer(rina.account_id, "rina").text.replace(" ", ""))
    clock.shift(15 * 60 + 1)
    with pytest.raises(factors.NotOffered):
        factors.authenticators.confirm(rina.account_id, code(app), "HP")


@pytest.mark.asvs("V6.5.1")
def test_a_code_works_once(rina):
    app = enrol(rina)
    once = code(app)
    factors.verify_totp(rina.account_id, once)
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, once)
    assert db.session.scalar(select(AuditEvent.event).order_by(AuditEvent.id.desc()).limit(1)) == "factor_replayed"


@pytest.mark.asvs("V6.5.1")
def test_of_fifty_who_use_one_code_at_once_one_is_let_in(app, rina, configured):
    configured(limits="off")
    phone = enrol(rina)
    once = code(phone)
    answers = at_once(app, lambda _: factors.verify_totp(rina.account_id, once))
    assert answers.count(("otp", "mfa")) == 1
    assert sum(isinstance(one, factors.Refused) for one in answers) == 49, answers


def test_an_older_code_of_the_window_is_void_once_a_newer_one_was_used(rina):
    app = enrol(rina)
    older = code(app)
    factors.verify_totp(rina.account_id, code(app, 1))
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, older)


@pytest.mark.asvs("V6.5.5", "V6.5.8")
@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_in_its_step_and_one_beside_it(rina, clock, steps, accepted):
    app = enrol(rina)
    clock.shift(120)
    if accepted:
        factors.verify_totp(rina.account_id, code(app, steps))
    else:
        with pytest.raises(factors.Refused):
            factors.verify_totp(rina.account_id, code(app, steps))


def test_a_code_is_accepted_as_people_type_it(rina):
    app = enrol(rina)
    digits = code(app)
    factors.verify_totp(rina.account_id, f" {digits[:3]} {digits[3:]} ")
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, digits)  # it was this very code, and it is spent


def test_a_code_of_one_person_is_nothing_for_another(rina, budi):
    app = enrol(rina)
    enrol(budi)
    with pytest.raises(factors.Refused):
        factors.verify_totp(budi.account_id, code(app))


def test_several_devices_each_have_their_own_codes(rina):
    first, second = enrol(rina, "HP"), enrol(rina, "Tablet")
    factors.verify_totp(rina.account_id, code(first))
    factors.verify_totp(rina.account_id, code(second))
    assert [one.name for one in factors.enrolled(rina.account_id).authenticators] == ["HP", "Tablet"]


def test_a_sixth_device_is_refused(rina):
    for number in range(5):
        enrol(rina, str(number))
    with pytest.raises(factors.TooMany):
        factors.authenticators.offer(rina.account_id, "rina")


@pytest.mark.asvs("V6.6.3")
def test_five_wrong_codes_are_enough_for_a_while(rina, clock):
    app = enrol(rina)
    for _ in range(5):
        with pytest.raises(factors.Refused):
            factors.verify_totp(rina.account_id, "000000")
    with pytest.raises(throttle.Throttled):
        factors.verify_totp(rina.account_id, code(app))


def test_right_codes_do_not_use_up_the_tries(rina, clock):
    app = enrol(rina)
    for _ in range(7):
        factors.verify_totp(rina.account_id, code(app))
        clock.shift(30)
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, "000000")  # refused, where it would be throttled had they counted


def test_a_hundred_wrong_codes_in_a_row_leave_only_recovery(rina, configured):
    configured(limits="off")
    app = enrol(rina)
    for _ in range(100):
        with pytest.raises(factors.Refused):
            factors.verify_totp(rina.account_id, "000000")
    with pytest.raises(factors.OnlyRecovery):
        factors.verify_totp(rina.account_id, code(app))


@pytest.mark.any_database
@pytest.mark.parametrize("nonsense", ["", " ", "x" * 100_000, "\ud800", "１２３", "12345\x00", "-" * 64])
def test_nonsense_is_a_wrong_code(rina, nonsense):
    enrol(rina)
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, nonsense)


@pytest.mark.asvs("V11.3.3")
def test_a_secret_moved_to_another_account_does_not_open(rina, budi):
    app = enrol(rina)
    db.session.execute(text("UPDATE authenticators SET account_id = :to"), {"to": budi.account_id})
    db.session.commit()
    db.session.expire_all()
    with pytest.raises(factors.Refused):
        factors.verify_totp(budi.account_id, code(app))


@pytest.mark.asvs("V14.2.4")
def test_secrets_and_names_do_not_lie_in_the_database_in_clear(rina):
    app = enrol(rina, "HP Rina")
    row = db.session.execute(text("SELECT secret_sealed, name_sealed FROM authenticators")).one()
    assert app.secret.encode() not in bytes(row[0])
    assert b"HP Rina" not in bytes(row[1])


@pytest.mark.asvs("V6.5.6")
def test_a_removed_authenticator_proves_nothing(rina):
    app = enrol(rina)
    [row] = factors.enrolled(rina.account_id).authenticators
    factors.authenticators.remove(rina.account_id, row.id)
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, code(app))


@pytest.mark.asvs("V8.2.2")
def test_nobody_removes_the_authenticator_of_another(rina, budi):
    enrol(rina)
    [row] = factors.enrolled(rina.account_id).authenticators
    for deed in (factors.authenticators.remove, lambda a, f: factors.removal.ask(a, "authenticator", f)):
        with pytest.raises(factors.NoSuchFactor):
            deed(budi.account_id, row.id)


def test_a_removal_that_waits_takes_effect_on_its_day_without_any_job(rina, clock):
    app = enrol(rina)
    [row] = factors.enrolled(rina.account_id).authenticators
    factors.removal.ask(rina.account_id, "authenticator", row.id)
    clock.shift(3 * 86_400 - 60)
    factors.verify_totp(rina.account_id, code(app))
    clock.shift(61)
    assert not factors.enrolled(rina.account_id)
    with pytest.raises(factors.Refused):
        factors.verify_totp(rina.account_id, code(app))


def test_a_removal_can_be_stopped(rina, clock):
    app = enrol(rina)
    [row] = factors.enrolled(rina.account_id).authenticators
    factors.removal.ask(rina.account_id, "authenticator", row.id)
    factors.removal.stop(rina.account_id, "authenticator", row.id)
    clock.shift(4 * 86_400)
    assert not factors.removal.finish(rina.account_id, "authenticator", row.id)
    factors.verify_totp(rina.account_id, code(app))


def test_asking_again_does_not_move_the_day_of_removal(rina, clock):
    enrol(rina)
    [row] = factors.enrolled(rina.account_id).authenticators
    first = factors.removal.ask(rina.account_id, "authenticator", row.id)
    clock.shift(86_400)
    assert factors.removal.ask(rina.account_id, "authenticator", row.id) == first
