"""Which claims are told: those that scope and claims parameter open, less what the person declined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from idp.oidc import assurance, claims_parameter, clients, permitted, provider, readings
from idp.oidc.consents import NEVER_ASKED
from idp.oidc.grants import Authorization
from idp.oidc.host import ClaimAsk, ClaimsRequest


def claims(
    authorization: Authorization,
    scope: Iterable[str],
    asked: Mapping[str, Mapping[str, Any]],
    place: str,
    *,
    only: frozenset[str] | None = None,
) -> dict[str, Any]:
    """The claims for userinfo or an ID token. One without a value, or not of the value asked for, is left out.

    `only` names those that the reader wants now; the others are neither told nor noted as read."""
    if authorization.subject is None:
        return {}
    asks = _asks(authorization, scope, asked)
    verified = () if "verified_claims" in authorization.withheld else tuple(authorization.verified_claims.get(place, ()))
    if only is not None:
        asks, verified = {name: ask for name, ask in asks.items() if name in only}, ()
    if not asks and not verified:
        return {}
    noted = readings.note(authorization.subject, authorization.client_id, [*asks, *(["verified_claims"] if verified else [])], place)
    found = provider.host().claims(authorization.subject, ClaimsRequest(asks, authorization.claims_locales, also=(noted,)))
    told = {name: value for name, value in found.items() if name in asks and _fits(value, asks[name])}
    proven = _proven(authorization, verified) if verified else None
    return told if proven is None else {**told, "verified_claims": proven}


def _proven(authorization: Authorization, asked: Sequence[Mapping[str, Any]]) -> Any:
    client = clients.find_active(authorization.client_id)
    if client is None:
        return None
    proven = provider.host().verified(authorization.subject or "")
    return assurance.answer(asked, proven, lambda name: name not in authorization.withheld and permitted.verified(name, client))


def _asks(authorization: Authorization, scope: Iterable[str], asked: Mapping[str, Mapping[str, Any]]) -> dict[str, ClaimAsk]:
    scopes = provider.host().scopes
    known = {claim for names in scopes.values() for claim in names}
    names = {claim: ClaimAsk() for one in scope for claim in scopes.get(one, ())}
    names |= {claim: claims_parameter.as_ask(ask) for claim, ask in asked.items() if claim in known}
    return {claim: ask for claim, ask in names.items() if claim not in NEVER_ASKED and claim not in authorization.withheld}


def _fits(value: Any, ask: ClaimAsk) -> bool:
    return value is not None and (not ask.values or value in ask.values)
