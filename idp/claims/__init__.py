"""Claims, the bridge: what services are told about a person, made from account and profile.

scope -> claims (a public catalogue) -> values (typed, left out when there are none) -> words for the consent page
Knows nothing of HTTP, clients or tokens; who may be told what was decided before it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from idp import accounts, organisations, profile
from idp.claims import catalogue, kept, made, proven, words
from idp.claims.catalogue import Claim, Scope, in_language, opened_by, schema, scopes
from idp.claims.words import Line, display

__all__ = [
    "Claim",
    "Line",
    "Scope",
    "catalogue",
    "describe",
    "display",
    "every",
    "forget",
    "in_language",
    "of",
    "opened_by",
    "schema",
    "scopes",
    "tell_also",
    "verified",
    "verified_metadata",
]

every = catalogue.claims
verified_metadata = proven.METADATA
forget = kept.forget
_also_told: list[Callable[[str], dict[str, Any]]] = []


def of(account_id: str, names: Iterable[str], locale: str = "id", *, also: Iterable[tuple[Any, ...]] = ()) -> dict[str, Any]:
    """The claims of a person among those that are asked for; one without a value is left out, an unknown one too.

    A minute's cache answers in one call to Redis; without it this costs seven statements. `also` are commands for that call."""
    language = "en" if locale[:2] == "en" else "id"
    told = kept.read(account_id, language, also)
    if told is None:
        account = accounts.find(account_id)
        if account is None or account.state == accounts.State.ERASED:
            return {}
        told = made.of(account, profile.of(account_id), language) | made.standing(organisations.standing(account_id))
        for make in _also_told:
            told |= make(account_id)
        kept.write(account_id, language, told)
    return {name: told[name] for name in names if name in told}


def tell_also(make: Callable[[str], dict[str, Any]]) -> None:
    """Claims that a slice above makes of an account; it calls `forget` when they change."""
    if make not in _also_told:
        _also_told.append(make)


def verified(account_id: str) -> tuple[dict[str, Any], ...]:
    """What was proven of a person, each with its evidence; read anew, for a proof may be withdrawn."""
    account = accounts.find(account_id)
    if account is None or account.state == accounts.State.ERASED:
        return ()
    return proven.of(account, profile.of(account_id))


def describe(account_id: str, names: Iterable[str], locale: str = "id") -> tuple[Line, ...]:
    """The lines of the consent page for these claims, with the values that would be sent."""
    asked = tuple(names)
    lines = words.describe(of(account_id, asked, locale), asked, locale)
    return (*lines, *proven.describe(profile.of(account_id), asked, locale)) if "place_of_birth" in asked else lines
