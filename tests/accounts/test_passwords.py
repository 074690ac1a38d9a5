"""Passwords: how they are hashed, and which are refused."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp import accounts
from idp.accounts import password_rules
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from idp.throttle import Throttled
from tests.crowding import every_place_taken

pytestmark = pytest.mark.any_database

GOOD = "Kuda#Lari77"
OWNER = accounts.Owner(
    Nik("9901014904900777"), PersonName("Siti Nur'aini Kenari"), EmailAddress("burung.biru@example.id"), PhoneNumber("+6281277700077")
)


@pytest.mark.asvs("V11.4.2")
def test_a_hash_is_argon2id_at_19_mib_two_passes_one_lane(context: Flask) -> None:
    assert accounts.passwords.hash_password(GOOD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.asvs("V6.2.8")
@pytest.mark.parametrize("nearly", [GOOD.lower(), f" {GOOD}", f"{GOOD} ", GOOD[:-1], f"{GOOD}x", "Kuda＃Lari77"])
def test_a_password_is_verified_exactly_as_it_was_typed(context: Flask, nearly: str) -> None:
    hashed = accounts.passwords.hash_password(GOOD)
    assert accounts.passwords.verify(hashed, GOOD)
    assert not accounts.passwords.verify(hashed, nearly)


@pytest.mark.asvs("V6.2.9")
@pytest.mark.parametrize("length", [64, 72, 73, 128, 512, 1024])
def test_a_long_password_counts_to_its_last_character(context: Flask, length: int) -> None:
    password = "Aa1!" + "x" * (length - 4)
    hashed = accounts.passwords.hash_password(password)
    assert accounts.passwords.verify(hashed, password)
    assert not accounts.passwords.verify(hashed, password[:-1] + "y")


@pytest.mark.asvs("V6.2.9")
def test_more_than_a_kilobyte_is_refused_before_hashing(context: Flask) -> None:
    with pytest.raises(accounts.passwords.TooLong):
        accounts.passwords.hash_password("x" * 1025)
    began = time.perf_counter()
    assert not accounts.passwords.verify(None, "x" * 1_000_000)
    assert time.perf_counter() - began < 0.02


@pytest.mark.asvs("V11.4.2")
def test_the_hash_is_worth_nothing_without_the_pepper(context: Flask) -> None:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(accounts.passwords.hash_password(GOOD), GOOD)


def test_an_account_without_a_hash_costs_the_same_work_and_never_matches(context: Flask) -> None:
    assert not accounts.passwords.verify(None, GOOD)


@pytest.mark.asvs("V11.2.2")
def test_a_hash_made_at_another_cost_is_outdated(context: Flask) -> None:
    assert not accounts.passwords.is_outdated(accounts.passwords.hash_password(GOOD))
    assert accounts.passwords.is_outdated("$argon2id$v=19$m=8192,t=1,p=1$MDEyMzQ1Njc4OWFi$MDEyMzQ1Njc4OWFiY2RlZg")


@pytest.mark.asvs("V15.2.2")
def test_a_known_device_has_a_place_of_its_own_when_all_are_taken(app: Flask) -> None:
    with app.app_context():
        hashed = accounts.passwords.hash_password(GOOD)
        with every_place_taken(in_line=False):
            began = time.perf_counter()
            assert accounts.passwords.verify(hashed, GOOD, known_device=True)
            assert time.perf_counter() - began < accounts.passwords.PATIENCE_SECONDS
            with pytest.raises(Throttled):
                accounts.passwords.verify(hashed, GOOD)


@pytest.mark.asvs("V15.2.2")
def test_behind_a_long_line_a_stranger_is_refused_at_once(app: Flask) -> None:
    """A server's threads are few: whoever waits holds one that the owner may need."""
    with app.app_context():
        hashed = accounts.passwords.hash_password(GOOD)
        began = time.perf_counter()
        with every_place_taken(), pytest.raises(Throttled):
            accounts.passwords.verify(hashed, GOOD)
        assert time.perf_counter() - began < accounts.passwords.PATIENCE_SECONDS


@pytest.mark.asvs("V15.2.2")
def test_passing_time_takes_about_as_long_as_a_hash_and_only_few_wait_at_once(app: Flask) -> None:
    began = time.perf_counter()
    threads = [threading.Thread(target=accounts.passwords.pass_time) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.perf_counter() - began < 1


@pytest.mark.asvs("V6.2.1")
@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Kd#Lr77", "length"),
        ("KUDA#LARI77", "lower"),
        ("kuda#lari77", "upper"),
        ("Kuda#Larii", "digit"),
        ("KudaLari77", "symbol"),
        ("Kuda-Lari77", "symbol"),
        ("Kuda#" + "7" * 1100, "too_long"),
    ],
)
def test_each_rule_is_named_when_it_is_broken(password: str, fault: str) -> None:
    assert accounts.password_faults(password, OWNER) == (fault,)


@pytest.mark.asvs("V6.2.5")
def test_a_password_that_keeps_all_rules_will_do() -> None:
    assert accounts.password_faults(GOOD, OWNER) == ()
    assert accounts.password_faults("Ünïcödé kuda 7 😀 #", OWNER) == ()


@pytest.mark.asvs("V6.2.4", "V6.2.12")
def test_the_ten_thousand_most_common_are_refused_whatever_their_case() -> None:
    for common in FREQUENCY_LISTS["passwords"][:10_000]:
        assert "common" in accounts.password_faults(common.swapcase(), OWNER)


@pytest.mark.asvs("V6.2.11", "V6.1.2")
@pytest.mark.parametrize(
    "password",
    [
        "Xx#9901014904900777", "Xx#99-0101-4904-9007-77", "Kenari#2026x", "k3n@rI#2026x", "SitiLari#77", "Aini#lari77",
        "Xx#burung.biru77", "Xx#81277700077", "Xx#0812-7770-0077",
    ],
)  # fmt: skip
def test_a_password_must_not_hold_nik_name_email_or_phone(password: str) -> None:
    assert accounts.password_faults(password, OWNER) == ("personal",)


@pytest.mark.asvs("V6.2.11", "V6.1.2")
@pytest.mark.parametrize("word", password_rules.CONTEXT_WORDS)
def test_a_password_must_not_hold_words_of_this_house(word: str) -> None:
    assert "context" in accounts.password_faults(f"{word.title()}#77xyz", accounts.Owner())


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_an_answer(password: str) -> None:
    assert set(accounts.password_faults(password, OWNER)) <= {*password_rules.RULES, "too_long", "common", "personal", "context"}
