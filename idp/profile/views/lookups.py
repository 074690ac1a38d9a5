"""What the pages' scripts ask for: regions below a region, or by a few words. Public knowledge, so it may be kept by browsers."""

from __future__ import annotations

from flask import Response, jsonify, request

from idp import regions
from idp.regions import Region

DAY_SECONDS = 86_400
SHORTEST_QUERY, LONGEST_QUERY = 3, 80


def below() -> Response:
    """The regions directly within `?induk=CODE`; without it the provinces. With `?cari=WORDS` those that one may mean."""
    if words := request.args.get("cari"):
        return _kept([{"codes": [one.code for one in place], "label": place_label(place)} for place in places(words)])
    found = regions.children(request.args.get("induk") or None)
    return _kept([{"code": one.code, "label": one.label, "postal_code": one.postal_code} for one in found])


def places(words: str) -> list[tuple[Region, ...]]:
    """Where somebody may live; nothing for fewer letters than say anything."""
    return regions.places(words[:LONGEST_QUERY]) if len(words.strip()) >= SHORTEST_QUERY else []


def place_label(place: tuple[Region, ...]) -> str:
    """As one writes an address: the village first."""
    return ", ".join(one.label for one in reversed(place))


def _kept(document: object) -> Response:
    answer = jsonify(document)
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    return answer
