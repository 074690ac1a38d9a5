"""Plan ekyc-test-plan-oidccore; the rules one by one are in tests/oidc/test_assurance.py."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.oidc.house import PROVEN
from tests.oidc.party import ISSUER, Browser, Party
from tests.oidc.test_assurance import FRAMEWORK, browser, told, trusted

pytestmark = pytest.mark.any_database

__all__ = ["browser", "trusted"]
NAME = {"name": "Siti Aminah"}


@pytest.mark.parametrize("ask", [None, {}, {"essential": False}])
@pytest.mark.parametrize("place", ["userinfo", "id_token"])
def test_ekyc_server_happypath(trusted: Party, browser: Browser, place: str, ask: Any) -> None:
    assert told(trusted, browser, {"verification": FRAMEWORK, "claims": {"name": ask}}, place)["claims"] == NAME


def test_ekyc_server_happypath_in_both_places(trusted: Party, browser: Browser) -> None:
    asked = {"verified_claims": {"verification": FRAMEWORK, "claims": {"name": None}}, "email": None}
    tokens = trusted.tokens(browser, scope="openid", claims=json.dumps({"userinfo": asked, "id_token": asked}))
    for seen in (trusted.userinfo(tokens["access_token"]).json, trusted.verified(tokens["id_token"])):
        assert seen["verified_claims"] == {"verification": {"trust_framework": "id_dukcapil"}, "claims": NAME}
        assert seen["email"]


test_ekyc_server_happypath_emptyobject = test_ekyc_server_happypath
test_ekyc_server_happypath_essentialfalse = test_ekyc_server_happypath
test_ekyc_server_request_only_in_idtoken = test_ekyc_server_happypath
test_ekyc_server_request_only_in_userinfo = test_ekyc_server_happypath


@pytest.mark.parametrize(
    "unknown", [{"unknown": None}, {"unknown": {"essential": True}}, {'~`!@#$%^&*()-_+="{}[]\\|': None}, {"birthdate": {"value": "random"}}]
)
def test_ekyc_server_unknown_claim_omitted(trusted: Party, browser: Browser, unknown: dict[str, Any]) -> None:
    assert told(trusted, browser, {"verification": FRAMEWORK, "claims": {"name": None, **unknown}})["claims"] == NAME


test_ekyc_server_unknown_essential_claim_omitted = test_ekyc_server_unknown_claim_omitted
test_ekyc_server_unknown_claim_specialchars_omitted = test_ekyc_server_unknown_claim_omitted
test_ekyc_server_one_claim_with_random_value_omitted = test_ekyc_server_unknown_claim_omitted


def test_ekyc_server_testuserprovidedrequest(trusted: Party, browser: Browser) -> None:
    asked = {
        "verification": {"trust_framework": {"value": "id_dukcapil"}, "time": None, "evidence": [{"type": None}]},
        "claims": {"birthdate": None},
    }
    found = told(trusted, browser, asked)
    assert found["verification"] == {
        "trust_framework": "id_dukcapil", "time": "2026-10-01T08:00:00Z", "evidence": [{"type": "electronic_record"}],
    }  # fmt: skip


def test_ekyc_server_testbasedonuserinfo_defaults(trusted: Party, browser: Browser) -> None:
    everything = {"verification": dict.fromkeys(PROVEN["verification"]), "claims": {"name": None, "birthdate": None}}
    assert told(trusted, browser, everything)["verification"] == PROVEN["verification"]


def test_ekyc_server_test_userinfo_notfoundinop(trusted: Party, browser: Browser, provider: Flask) -> None:
    metadata = provider.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert metadata["verified_claims_supported"] is True
    assert metadata["trust_frameworks_supported"] == ["id_dukcapil"]
    assert told(trusted, browser, {"verification": {"trust_framework": {"value": "other"}}, "claims": {"name": None}}) is None
