"""The catalogue: which scope opens which claims, what they are called, and their JSON Schema. Data beside this module;
discovery, the consent page and the integrators' page are made from it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim. `shown_with` names another one whose line on the consent page it shares; a `minor` one stands last there."""

    name: str
    label: Mapping[str, str]
    description: Mapping[str, str]
    personal: bool
    example: Any = field(repr=False)  # of a person who cannot exist
    schema: Mapping[str, Any] = field(repr=False)
    shown_with: str | None = None
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope and the claims that it opens."""

    name: str
    label: Mapping[str, str]
    claims: tuple[str, ...]


@lru_cache
def claims() -> Mapping[str, Claim]:
    """Every claim by its name, in the order in which people are shown them."""
    return {name: Claim(name=name, **entry) for name, entry in _read()["claims"].items()}


@lru_cache
def scopes() -> Mapping[str, Scope]:
    """Every scope by its name."""
    return {name: Scope(name, entry["label"], tuple(entry["claims"])) for name, entry in _read()["scopes"].items()}


def opened_by() -> dict[str, tuple[str, ...]]:
    """Scope -> claims, as discovery and the consent page want it."""
    return {scope.name: scope.claims for scope in scopes().values()}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a claim's value. Raises KeyError for a claim that there is not."""
    claim = claims()[name]
    about = {"$schema": SCHEMA_DIALECT, "title": name, "description": claim.description["en"]}
    return {**about, **claim.schema, "examples": [claim.example]}


def in_language(words: Mapping[str, str], locale: str) -> str:
    """A label or description in a language; Indonesian where there is no other."""
    return words.get(locale[:2], words["id"])


@lru_cache
def _read() -> dict[str, Any]:
    catalogue: dict[str, Any] = json.loads(resources.files("idp.claims").joinpath("catalogue.json").read_text("utf-8"))
    return catalogue
