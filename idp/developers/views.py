"""The guide's pages and the catalogue's documents. Open to everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template

from idp import claims, settings, web
from idp.developers import catalogue

blueprint = Blueprint("developers", __name__)

# In the order in which the guide shows them.
QUICK_STARTS = ("flask", "node", "laravel", "apache")
PUBLIC_SECONDS = 300


@blueprint.get("/pengembang")
def guide() -> str:
    """How to let people sign in with their account, and what a service may learn of them."""
    issuer = settings.current().issuer
    starts = {name: render_template(f"developers/starts/{name}.txt", issuer=issuer) for name in QUICK_STARTS}
    chapters = catalogue.chapters(web.locale(), _address)
    return render_template("developers/guide.html", issuer=issuer, starts=starts, chapters=chapters, sandbox=_is_sandbox())


@blueprint.get("/pengembang/klaim.json")
def all_claims() -> Response:
    """The catalogue for programs."""
    return _public(catalogue.document(_address))


@blueprint.get("/pengembang/klaim/<name>.json")
def claim_schema(name: str) -> Response:
    """The JSON Schema of one claim, at an address that stays."""
    if name not in claims.every():
        abort(404)
    response = _public({"$id": _address(name), **claims.schema(name)})
    response.mimetype = "application/schema+json"
    return response


def _address(name: str) -> str:
    return f"{settings.current().issuer}/pengembang/klaim/{name}.json"


def _is_sandbox() -> bool:
    return settings.current().mode == "sandbox"


def _public(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.cache_control.public = True
    response.cache_control.max_age = PUBLIC_SECONDS
    response.access_control_allow_origin = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
