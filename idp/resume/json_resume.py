"""A résumé as JSON Resume 1.0.0 (jsonresume.org), which hundreds of programs read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from idp.resume.content import Resume

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"


def document(resume: Resume, *, made_at: datetime) -> str:
    """The whole document; what is not told is not in it."""
    parts = {
        "$schema": SCHEMA,
        "basics": _basics(resume),
        "work": [_work(one) for one in resume.entries("experience")],
        "education": [*map(_school, resume.entries("education")), *map(_course, resume.entries("training"))],
        "certificates": [_certificate(one) for one in resume.entries("certification")],
        "skills": [{"name": one["name"]} for one in resume.entries("skills")],
        "meta": {"version": "v1.0.0", "lastModified": made_at.strftime("%Y-%m-%dT%H:%M:%S")},
    }
    return json.dumps(_present(parts), ensure_ascii=False, indent=2)


def _basics(resume: Resume) -> dict[str, Any]:
    told = resume.claims
    current = next((one["title"] for one in resume.entries("experience") if one["current"]), None)
    return _present(
        {
            "name": resume.name,
            "label": current,
            "email": told.get("email"),
            "phone": told.get("phone_number"),
            "summary": resume.about,
            "location": _location(told.get("address"), resume.domicile),
        }
    )


def _location(address: Mapping[str, Any] | None, domicile: str | None) -> dict[str, Any]:
    if address is None:
        return _present({"city": domicile})
    return _present(
        {
            "address": address["street_address"],
            "postalCode": address.get("postal_code"),
            "city": address["locality"],
            "countryCode": address["country_code"],
            "region": address.get("region"),
        }
    )


def _work(entry: Mapping[str, Any]) -> dict[str, Any]:
    return _present(
        {
            "name": entry["company"],
            "location": entry["location"],
            "position": entry["title"],
            "startDate": entry["start"],
            "endDate": entry.get("end"),
            "summary": entry.get("description"),
        }
    )


def _school(entry: Mapping[str, Any]) -> dict[str, Any]:
    return _present(
        {
            "institution": entry["institution"],
            "area": entry.get("major"),
            "studyType": entry["level"]["name"],
            "startDate": entry["start"],
            "endDate": entry.get("end"),
            "score": entry.get("grade"),
        }
    )


def _course(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A training: JSON Resume knows courses as a kind of education."""
    return _present(
        {
            "institution": entry["provider"],
            "area": entry["field"]["name"],
            "studyType": entry["program"],
            "startDate": entry["start"],
            "endDate": entry["end"],
            "courses": [entry["sub_field"]] if "sub_field" in entry else None,
        }
    )


def _certificate(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": entry["program"], "date": entry["issued"], "issuer": entry["issuer"]}


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
