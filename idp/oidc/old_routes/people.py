"""GET /api/v1/users/me and /profile/v1/profiles/…: what a token opens at userinfo, under the names of old."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Response, jsonify, make_response, request

from idp.oidc import protected, provider, released, subjects, userinfo
from idp.oidc.clients import Client
from idp.oidc.grants import Access
from idp.oidc.old_routes import wording
from idp.oidc.routes import blueprint

USER = ("name", "email", "updated_at", "capacities")
PROFILE = ("name", "nik", "birthdate", "gender", "picture", "address")
PAGE, LONGEST_PAGE = 10, 100


def with_token(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """The endpoint is told whose token it is, and for whom; every check is that of userinfo."""

    @wraps(endpoint)
    def checked(**names: str) -> Response:
        try:
            access, client = userinfo.opened()
            if not client.metadata.old_routes:
                raise protected.Challenge(403, "insufficient_scope", "The client is not registered for the old routes.")
        except protected.Challenge as challenge:
            return protected.refusal(challenge)
        return endpoint(access, client, **names)

    return checked


@blueprint.get("/api/v1/users/me")
@with_token
def user_as_before(access: Access, client: Client) -> Response:
    """Who signed in."""
    return _answer(wording.user(told(access, client, USER)), {"issuer": provider.issuer()})


@blueprint.get("/profile/v1/profiles/<profile_id>")
@with_token
def profile_as_before(access: Access, client: Client, profile_id: str) -> Response:
    """The person's profile; nobody else's is there for this token."""
    if profile_id != _own_id(access, client):
        return _not_there()
    return _answer(wording.profile(told(access, client, PROFILE)), {"issuer": provider.issuer()})


@blueprint.get("/profile/v1/profiles/<profile_id>/<part>")
@with_token
def history_as_before(access: Access, client: Client, profile_id: str, part: str) -> Response:
    """A page of one part of the working life."""
    if profile_id != _own_id(access, client) or part not in wording.PARTS:
        return _not_there()
    page, limit = _number("page", 1), _number("limit", PAGE)
    if page is None or limit is None:
        return make_response(jsonify(error="invalid_request", error_description="page and limit are numbers from 1."), 400)
    limit = min(limit, LONGEST_PAGE)
    claim, worded = wording.PARTS[part]
    entries = told(access, client, (claim,)).get(claim, [])
    shown = [worded(one) for one in entries[(page - 1) * limit : page * limit]]
    return _answer(shown, {"page": page, "limit": limit, "total": len(entries)})


def told(access: Access, client: Client, names: Iterable[str]) -> dict[str, Any]:
    """Those of the claims that the person allowed; noted as read, like every release."""
    authorization = access.authorization
    claims = released.claims(authorization, access.scope, authorization.userinfo_claims, "userinfo", only=frozenset(names))
    return {"sub": _own_id(access, client), **claims}


def _own_id(access: Access, client: Client) -> str:
    return subjects.outward(access.authorization.subject or "", client)


def _number(name: str, default: int) -> int | None:
    text = request.args.get(name) or str(default)
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else None


def _not_there() -> Response:
    return make_response(jsonify(error="not_found", error_description="There is no such profile for this token."), 404)


def _answer(data: Any, meta: dict[str, Any]) -> Response:
    response = jsonify(data=data, meta=meta)
    response.headers["Cache-Control"] = "no-store"
    return response
