"""The catalogue as integrators read it: scope by scope, each claim with its meaning, an example and its schema's address."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from idp import claims

Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One claim of the guide."""

    name: str
    meaning: str
    example: str
    schema: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One scope of the guide, with the claims that it opens."""

    scope: str
    label: str
    entries: tuple[Entry, ...]


def chapters(locale: str, address: Address) -> tuple[Chapter, ...]:
    """Every scope in the catalogue's order. `address` says where a claim's schema lies."""
    return tuple(
        Chapter(scope.name, claims.in_language(scope.label, locale), tuple(_entry(name, locale, address) for name in scope.claims))
        for scope in claims.scopes().values()
    )


def document(address: Address) -> dict[str, Any]:
    """The catalogue for programs."""
    return {
        "scopes": [{"name": one.name, "label": dict(one.label), "claims": list(one.claims)} for one in claims.scopes().values()],
        "claims": [
            {"name": one.name, "label": dict(one.label), "description": dict(one.description), "schema": address(one.name)}
            for one in claims.every().values()
        ],
    }


def _entry(name: str, locale: str, address: Address) -> Entry:
    claim = claims.every()[name]
    indent = 2 if isinstance(claim.example, dict | list) else None
    example = json.dumps(claim.example, ensure_ascii=False, indent=indent)
    return Entry(name, claims.in_language(claim.description, locale), example, address(name))
