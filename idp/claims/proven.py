"""What was proven of a person, by whom and when: verified_claims with their evidence (OpenID Identity Assurance 1.0).

Dukcapil's records prove who somebody is; whoever vouched for a training or a certificate proves that entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from idp.accounts import Account
from idp.claims import made
from idp.claims.words import Line
from idp.profile import Profile

DUKCAPIL, VOUCHED = "id_dukcapil", "id_kemnaker"
REGISTRY = {"name": "Direktorat Jenderal Kependudukan dan Pencatatan Sipil", "country": "Indonesia", "country_code": "IDN"}
# What the registry compares at registration, and with a profile that is handed in (`dukcapil`, the second check).
AT_REGISTRATION = ("name", "nik")
WITH_THE_PROFILE = ("name", "nik", "birthdate", "place_of_birth", "gender")
ENTRIES = ("training", "certification")
PLACE_OF_BIRTH = {"id": "Tempat lahir", "en": "Place of birth"}
# For discovery (Identity Assurance 7). The first claim of the list is one that everybody has.
METADATA: Mapping[str, Any] = {
    "trust_frameworks_supported": [DUKCAPIL, VOUCHED],
    "evidence_supported": ["electronic_record"],
    "electronic_records_supported": ["population_register", "education"],
    "claims_in_verified_claims_supported": [*WITH_THE_PROFILE, *ENTRIES],
}


def of(account: Account, profile: Profile) -> tuple[dict[str, Any], ...]:
    """Every element: who the person is, then each entry that somebody vouched for."""
    told = made.of(account, profile, "id")
    return (_identity(account, profile, told), *_entries(told))


def describe(profile: Profile, names: Iterable[str], locale: str) -> tuple[Line, ...]:
    """In words, the one verified claim that is no claim of its own."""
    if "place_of_birth" not in names or profile.biodata is None:
        return ()
    return (Line(("place_of_birth",), PLACE_OF_BIRTH[locale], profile.biodata.birthplace, False),)


def _identity(account: Account, profile: Profile, told: Mapping[str, Any]) -> dict[str, Any]:
    whole = account.identity_verified_at is not None
    place = {"place_of_birth": {"locality": profile.biodata.birthplace}} if profile.biodata else {}
    known = {**told, **place}
    at = account.identity_verified_at or account.registry_matched_at
    return {
        "verification": _verification(DUKCAPIL, at, "population_register", REGISTRY),
        "claims": {name: known[name] for name in (WITH_THE_PROFILE if whole else AT_REGISTRATION) if name in known},
    }


def _entries(told: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for name in ENTRIES:
        for entry in told.get(name, ()):
            if entry["verified"]:
                at = datetime.fromtimestamp(entry["verified_at"], UTC)
                yield {
                    "verification": _verification(VOUCHED, at, "education", {"name": entry["verified_by"]}),
                    "claims": {name: [entry]},
                }


def _verification(framework: str, at: datetime, record: str, source: Mapping[str, str]) -> dict[str, Any]:
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    evidence = {
        "type": "electronic_record",
        "time": time,
        "check_details": [{"check_method": "data", "organization": source["name"], "time": time}],
        "record": {"type": record, "source": dict(source)},
    }
    return {"trust_framework": framework, "time": time, "evidence": [evidence]}
