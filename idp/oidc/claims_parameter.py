"""The `claims` parameter (OpenID Connect Core 5.5): read once, strictly, into asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.oidc import assurance, documents
from idp.oidc.faults import InvalidRequestError
from idp.oidc.host import ClaimAsk

MAX_CLAIMS = 100
MEMBERS = ("userinfo", "id_token")
Asks = dict[str, dict[str, Any]]  # claim -> {"essential": …, "value(s)": …, "purpose": …}; JSON as it is kept


def parse(text: str | None) -> tuple[Asks, Asks, dict[str, list[Any]]]:
    """What is asked for userinfo, for the ID token, and the verified_claims of both. Raises InvalidRequestError."""
    if text is None:
        return {}, {}, {}
    try:
        document = documents.read(text)
    except documents.NotJson as fault:
        raise InvalidRequestError("claims is not JSON (OpenID Connect Core 5.5).") from fault
    if not isinstance(document, dict):
        raise InvalidRequestError("claims is not a JSON object (OpenID Connect Core 5.5).")
    userinfo, id_token = (_member(document.get(name)) for name in MEMBERS)
    verified = {name: _verified(document.get(name)) for name in MEMBERS}
    for elements in verified.values():
        assurance.check_request(elements)
    return userinfo, id_token, {name: found for name, found in verified.items() if found}


def _member(member: Any) -> Asks:
    if member is None:
        return {}
    if not isinstance(member, dict) or len(member) > MAX_CLAIMS:
        raise InvalidRequestError("a member of claims is not an object of claims (OpenID Connect Core 5.5).")
    return {name: _ask(ask) for name, ask in member.items() if name != "verified_claims"}


def _ask(ask: Any) -> dict[str, Any]:
    if ask is None:
        return {}
    if not isinstance(ask, dict):
        raise InvalidRequestError("an individual claim is neither null nor an object (OpenID Connect Core 5.5.1).")
    kept = {name: ask[name] for name in ("essential", "value", "values", "purpose") if name in ask}
    if not isinstance(kept.get("essential", False), bool) or not isinstance(kept.get("values", []), list):
        raise InvalidRequestError("essential is not a boolean or values not an array (OpenID Connect Core 5.5.1).")
    assurance.check_purpose(kept)
    return kept


def _verified(member: Any) -> list[Any]:
    found = member.get("verified_claims") if isinstance(member, dict) else None
    if found is None:
        return []
    elements = found if isinstance(found, list) else [found]
    if not all(isinstance(one, dict) for one in elements):
        raise InvalidRequestError("verified_claims is neither an object nor an array of objects.")
    return elements


def as_ask(kept: Mapping[str, Any]) -> ClaimAsk:
    """One ask as the house understands it."""
    values = tuple(kept["values"]) if "values" in kept else (kept["value"],) if "value" in kept else ()
    return ClaimAsk(essential=bool(kept.get("essential")), values=values, purpose=kept.get("purpose"))
