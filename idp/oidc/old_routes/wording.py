"""Claims under the names of old. What has no value, or was not allowed, is left out; identifiers are texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

Told = Mapping[str, Any]


def user(claims: Told) -> dict[str, Any]:
    """Who signed in: a person, in some capacities, not an employee of anybody."""
    changed = claims.get("updated_at")
    return _present(
        id=claims["sub"],
        username=claims.get("email"),
        name=claims.get("name"),
        email=claims.get("email"),
        status="active",  # an account that may not act gets no answer
        updated_at=datetime.fromtimestamp(changed, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if changed else None,
        roles=[{"id": one, "name": one, "label": one.replace("_", " ").capitalize()} for one in claims.get("capacities", ())],
    )


def profile(claims: Told) -> dict[str, Any]:
    """The card of a person. `address` was that of the identity card, which is no claim; ours is where the person lives."""
    home = claims.get("address", {})
    region = ", ".join(home[name] for name in ("village", "district", "locality", "region") if name in home)
    return _present(
        id=claims["sub"],
        name=claims.get("name"),
        identity_number=claims.get("nik"),
        bod=claims.get("birthdate"),
        gender=claims.get("gender"),
        picture_uri=claims.get("picture"),
        status="active",
        domicile_address=home.get("street_address"),
        domicile_region_id=home.get("village_code"),
        domicile_region=region or None,
    )


def education(entry: Told) -> dict[str, Any]:
    """A school."""
    return _present(
        school={"name": entry["institution"]},
        graduate={"name": entry["level"]["name"]},
        study_field={"name": entry["major"]} if "major" in entry else None,
        start_year=int(entry["start"]),
        finish_year=int(entry["end"]) if "end" in entry else None,
    )


def experience(entry: Told) -> dict[str, Any]:
    """A job."""
    months = _months(start=entry["start"], finish=entry.get("end"))
    return _present(company={"name": entry["company"]}, job={"name": entry["title"]}, **months)


def training(entry: Told) -> dict[str, Any]:
    """A course."""
    return _present(
        training_center=entry["provider"],
        vocational=entry["field"]["name"],
        sub_vocational=entry.get("sub_field"),
        training_program=entry["program"],
        **_months(start=entry["start"], finish=entry["end"]),
    )


def certification(entry: Told) -> dict[str, Any]:
    """A certificate."""
    return _present(institution=entry["issuer"], program=entry["program"], **_months(issued=entry["issued"], expire=entry.get("expires")))


def skill(entry: Told) -> dict[str, Any]:
    """A skill."""
    return {"name": entry["name"]}


# Part of the profile -> its claim, and how one entry was worded.
PARTS: Mapping[str, tuple[str, Callable[[Told], dict[str, Any]]]] = {
    "educations": ("education", education),
    "experiences": ("experience", experience),
    "trainings": ("training", training),
    "certifications": ("certification", certification),
    "skills": ("skills", skill),
}


def _months(**days: str | None) -> dict[str, int]:
    """Month and year of each day that there is."""
    dated = {name: day.split("-") for name, day in days.items() if day}
    return {f"{name}_{part}": int(day[which]) for name, day in dated.items() for part, which in (("month", 1), ("year", 0))}


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
