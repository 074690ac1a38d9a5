"""Verified claims of the house itself: what the registry and training bodies proved, with evidence and time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from idp import accounts, claims, clock, oidc
from idp.oidc import assurance
from idp.profile.answers import Proof
from tests.profile.filling import WHOLE, fill

FRAMEWORK = {"trust_framework": None}
AT = datetime(2026, 10, 1, 8, tzinfo=UTC)


@pytest.fixture
def house(app):
    with app.app_context():
        yield app.extensions["oidc"].host


def answer(house: oidc.Host, account_id: str, *names: str, **verification: object) -> object:
    asked = [{"verification": {**FRAMEWORK, **verification}, "claims": dict.fromkeys(names)}]
    return assurance.answer(asked, house.verified(account_id), lambda name: True)


def test_registration_proves_name_and_nik_and_the_profile_the_rest(house, rina):
    fill(rina.account_id)
    everything = house.claims_metadata["claims_in_verified_claims_supported"]
    found = answer(house, rina.account_id, *everything)
    assert set(found["claims"]) == {"name", "nik"}
    accounts.set_identity_verified(rina.account_id, AT)
    found = answer(house, rina.account_id, *everything, time=None)
    assert found["verification"] == {"trust_framework": "id_dukcapil", "time": "2026-10-01T08:00:00Z"}
    assert found["claims"]["place_of_birth"] == {"locality": "Bandung"}
    assert {name: found["claims"][name] for name in ("name", "nik", "birthdate", "gender")} == claims.of(
        rina.account_id, ("name", "nik", "birthdate", "gender")
    )


def test_the_evidence_says_what_was_compared_and_when(house, rina):
    found = answer(
        house, rina.account_id, "name", evidence=[{"type": {"value": "electronic_record"}, "record": None, "check_details": None}]
    )
    evidence = found["verification"]["evidence"][0]
    assert evidence["record"]["type"] == "population_register"
    assert "Kependudukan" in evidence["record"]["source"]["name"]
    assert datetime.fromisoformat(evidence["check_details"][0]["time"]) <= clock.now()
    assert answer(house, rina.account_id, "name", evidence=[{"type": {"value": "document"}}]) is None


def test_an_entry_that_a_training_body_vouches_for_has_evidence_of_its_own(house, rina):
    trained = WHOLE["pelatihan"]
    first = replace(trained.entries[0], proof=Proof("BBPVP Bekasi", AT))
    fill(rina.account_id, pelatihan=replace(trained, entries=(first, *trained.entries[1:])))
    found = answer(house, rina.account_id, "training", evidence=[{"record": {"source": None}}], time={"max_age": 10**9})
    assert found["verification"]["trust_framework"] == "id_kemnaker"
    assert found["verification"]["evidence"][0]["record"]["source"] == {"name": "BBPVP Bekasi"}
    assert [entry["program"] for entry in found["claims"]["training"]] == [first.program]
    assert answer(house, rina.account_id, "certification") is None


def test_discovery_tells_what_can_be_asked_for(app, http):
    told = http.get("/.well-known/openid-configuration").json
    assert told["verified_claims_supported"] is True
    assert "id_dukcapil" in told["trust_frameworks_supported"]
    assert "electronic_record" in told["evidence_supported"]
    assert "population_register" in told["electronic_records_supported"]
    assert told["claims_in_verified_claims_supported"][0] == "name"


def test_a_person_reads_each_verified_claim_in_words(house, rina):
    fill(rina.account_id)
    lines = house.describe(rina.account_id, ("name", "place_of_birth"), "id")
    assert [(line.label, line.value) for line in lines][-1] == ("Tempat lahir", "Bandung")


def test_nothing_is_proven_of_nobody(house):
    assert house.verified("nobody") == ()
