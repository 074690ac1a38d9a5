"""What the pages' scripts ask for: regions below a region. Public knowledge, so it may be kept by browsers."""

from __future__ import annotations

from flask import Response, jsonify, request

from idp import regions

DAY_SECONDS = 86_400


def below() -> Response:
    """The regions directly within `?induk=CODE`; without it the provinces."""
    found = regions.children(request.args.get("induk") or None)
    answer = jsonify([{"code": one.code, "label": one.label, "postal_code": one.postal_code} for one in found])
    answer.headers["Cache-Control"] = f"private, max-age={DAY_SECONDS}"
    return answer
