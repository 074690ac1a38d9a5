"""What JSON Resume 1.0.0 says of the parts that we write, as a JSON Schema that knows no others.

The published schema allows anything beside what it names; this one does not, so that a misspelt name shows."""

from __future__ import annotations

from typing import Any

DAY = {"type": "string", "pattern": r"^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$"}
TEXT = {"type": "string", "minLength": 1}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "additionalProperties": False, "properties": properties}


def _array(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


LOCATION = _object(address=TEXT, postalCode=TEXT, city=TEXT, region=TEXT, countryCode={"type": "string", "pattern": "^[A-Z]{2}$"})
SCHEMA = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **_object(
        ("basics", "meta"),
        **{"$schema": {"type": "string", "format": "uri"}},
        basics=_object(
            ("name",), name=TEXT, label=TEXT, email={"type": "string", "format": "email"}, phone=TEXT, summary=TEXT, location=LOCATION
        ),
        work=_array(_object(("name",), name=TEXT, location=TEXT, position=TEXT, startDate=DAY, endDate=DAY, summary=TEXT)),
        education=_array(
            _object(
                ("institution",), institution=TEXT, area=TEXT, studyType=TEXT, startDate=DAY, endDate=DAY, score=TEXT, courses=_array(TEXT)
            )
        ),
        certificates=_array(_object(("name",), name=TEXT, date=DAY, issuer=TEXT)),
        skills=_array(_object(("name",), name=TEXT)),
        meta=_object(version={"const": "v1.0.0"}, lastModified=TEXT),
    ),
}
