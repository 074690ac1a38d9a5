"""Verified claims: filters, omissions, and what a client may not be told at all (OpenID Identity Assurance 1.0)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from idp import clock
from tests.oidc.house import House
from tests.oidc.party import Browser, Party, values_of

FRAMEWORK = {"trust_framework": None}


@pytest.fixture
def trusted(register: Any) -> Party:
    return register(first_party=True, scope="openid profile email")


@pytest.fixture
def browser(trusted: Party, house: House) -> Browser:
    found = trusted.browser()
    found.sign_in(house)
    return found


def told(party: Party, browser: Browser, verified: Any, place: str = "userinfo") -> Any:
    tokens = party.tokens(browser, scope="openid", claims=json.dumps({place: {"verified_claims": verified}}))
    userinfo, id_token = party.userinfo(tokens["access_token"]).json, party.verified(tokens["id_token"])
    other = id_token if place == "userinfo" else userinfo
    assert "verified_claims" not in other
    return (userinfo if place == "userinfo" else id_token).get("verified_claims")


@pytest.mark.parametrize("place", ["userinfo", "id_token"])
@pytest.mark.parametrize("ask", [None, {}, {"essential": False}, {"essential": True}])
def test_what_was_proven_is_told_where_it_was_asked(trusted: Party, browser: Browser, place: str, ask: Any) -> None:
    found = told(trusted, browser, {"verification": FRAMEWORK, "claims": {"name": ask}}, place)
    assert found == {"verification": {"trust_framework": "id_dukcapil"}, "claims": {"name": "Siti Aminah"}}


@pytest.mark.parametrize(
    ("verification", "fits"),
    [
        ({"trust_framework": {"value": "id_dukcapil"}}, True),
        ({"trust_framework": {"value": "de_aml"}}, False),
        ({"trust_framework": {"values": ["de_aml", "id_dukcapil"]}}, True),
        ({"trust_framework": None, "time": {"max_age": 3 * 365 * 86400}}, True),
        ({"trust_framework": None, "time": {"max_age": 60}}, False),
        ({"trust_framework": None, "time": {"max_age": "x"}}, False),
        ({"trust_framework": None, "evidence": [{"type": {"value": "electronic_record"}}]}, True),
        ({"trust_framework": None, "evidence": [{"type": {"value": "document"}}]}, False),
        ({"trust_framework": None, "evidence": [{"type": {"value": "document"}}, {"type": None}]}, True),
        ({"trust_framework": None, "assurance_level": None}, True),
        ({"trust_framework": None, "assurance_level": {"value": "high"}}, False),
        ({"trust_framework": None, "assurance_level": {"essential": True}}, False),
    ],
)
def test_conditions_on_the_verification_leave_all_in_or_out(
    trusted: Party, browser: Browser, verification: dict[str, Any], fits: bool
) -> None:
    clock.shift(100)
    found = told(trusted, browser, {"verification": verification, "claims": {"name": None}})
    assert (found is not None) is fits
    if found:
        assert set(found["verification"]) <= set(verification)


def test_only_what_is_asked_of_the_evidence_is_told(trusted: Party, browser: Browser) -> None:
    asked = {"verification": {**FRAMEWORK, "evidence": [{"record": {"type": None}}]}, "claims": {"birthdate": None}}
    assert told(trusted, browser, asked)["verification"]["evidence"] == [
        {"type": "electronic_record", "record": {"type": "population_register"}}
    ]


@pytest.mark.parametrize(
    "unknown", [{"nothing": None}, {"nothing": {"essential": True}}, {'"<é\\': None}, {"birthdate": {"value": "1900-01-01"}}]
)
def test_a_claim_that_is_unknown_or_of_another_value_is_left_out(trusted: Party, browser: Browser, unknown: Any) -> None:
    assert told(trusted, browser, {"verification": FRAMEWORK, "claims": {"name": None, **unknown}})["claims"] == {"name": "Siti Aminah"}
    assert told(trusted, browser, {"verification": FRAMEWORK, "claims": unknown}) is None


def test_several_elements_are_answered_together(trusted: Party, browser: Browser) -> None:
    asked = [{"verification": FRAMEWORK, "claims": {name: None}} for name in ("name", "birthdate")]
    assert [one["claims"] for one in told(trusted, browser, asked)] == [{"name": "Siti Aminah"}, {"birthdate": "1998-04-12"}]


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"claims": {"name": None}},
        {"verification": FRAMEWORK},
        {"verification": FRAMEWORK, "claims": {}},
        {"verification": {}, "claims": {"name": None}},
        {"verification": FRAMEWORK, "claims": {"name": {"purpose": "x"}}},
        {"verification": FRAMEWORK, "claims": {"name": {"purpose": "x" * 301}}},
        5,
        [5],
    ],
)
def test_a_malformed_request_is_refused(trusted: Party, browser: Browser, bad: Any) -> None:
    answer = trusted.ask(browser, claims=json.dumps({"userinfo": {"verified_claims": bad}}))
    assert values_of(answer)["error"] == "invalid_request"


def test_the_nik_needs_the_ministrys_permission_however_it_is_asked_for(trusted: Party, browser: Browser, register: Any) -> None:
    claims = {"userinfo": {"nik": None, "verified_claims": {"verification": FRAMEWORK, "claims": {"nik": None, "name": None}}}}
    tokens = trusted.tokens(browser, scope="openid", claims=json.dumps(claims))
    seen = trusted.userinfo(tokens["access_token"]).json
    assert "nik" not in seen
    assert seen["verified_claims"]["claims"] == {"name": "Siti Aminah"}
    permitted: Party = register(first_party=True, scope="openid profile nik")
    seen = permitted.userinfo(permitted.tokens(browser, scope="openid", claims=json.dumps(claims))["access_token"]).json
    assert seen["nik"] == "9971014204980001"
    assert seen["verified_claims"]["claims"]["nik"] == "9971014204980001"


def test_a_person_sees_and_may_decline_what_is_told_as_verified(register: Any, house: House) -> None:
    party: Party = register(scope="openid profile")
    browser = party.browser()
    browser.sign_in(house)
    asked = json.dumps({"userinfo": {"verified_claims": {"verification": FRAMEWORK, "claims": {"name": None, "nik": None}}}})
    party.ask(browser, scope="openid", claims=asked)
    page = browser.follow().text
    assert "Nama: Siti Aminah" in page
    assert "9971014204980001" not in page, "what would not be sent is not shown either"
    browser.decide("allow", without=("verified_claims",))
    tokens = party.redeem(values_of(browser.answer)["code"]).json
    assert set(party.userinfo(tokens["access_token"]).json) == {"sub"}
