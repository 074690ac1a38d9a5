"""The controlled words of the profile: stable keys with Indonesian and English labels, as data beside this module."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a vocabulary. `registry` is the civil registry's own word for it, where it has one."""

    key: str
    id: str
    en: str
    registry: str | None = None

    def label(self, locale: str) -> str:
        """The word in a language, "id" or "en"."""
        return self.en if locale == "en" else self.id


@lru_cache
def terms(name: str) -> tuple[Term, ...]:
    """A vocabulary in its own order: marital_status, education_level, employment_type, location_type, vocational_field."""
    return tuple(Term(**entry) for entry in _read()[name])


def term(name: str, key: str) -> Term | None:
    """One value by its key."""
    return next((one for one in terms(name) if one.key == key), None)


def label(name: str, key: str | None, locale: str) -> str:
    """The word for a key; the key itself when the vocabulary has lost it since it was chosen."""
    found = term(name, key or "")
    return found.label(locale) if found else key or ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line may be filled with, and the key of the choice above it that it belongs to, if any."""

    name: str
    of: str | None = None


def sub_fields(locale: str, chosen: str | None) -> tuple[Suggestion, ...]:
    """Suggestions for Sub kejuruan, those of the chosen kejuruan first; what is typed is free."""
    place = 1 if locale == "en" else 0
    fields = sorted((field.key for field in terms("vocational_field")), key=lambda key: key != chosen)
    return tuple(Suggestion(names[place], key) for key in fields for names in _suggestions()["sub_field"][key])


def certification_bodies() -> tuple[Suggestion, ...]:
    """Suggestions for Lembaga sertifikasi: proper names, the same in every language."""
    return tuple(Suggestion(name) for name in _suggestions()["certification_body"])


@lru_cache
def _suggestions() -> dict[str, Any]:
    suggestions: dict[str, Any] = json.loads(resources.files("idp.profile").joinpath("data/suggestions.json").read_text("utf-8"))
    return suggestions


@lru_cache
def _read() -> dict[str, list[dict[str, str]]]:
    text = resources.files("idp.profile").joinpath("data/vocabulary.json").read_text("utf-8")
    vocabularies: dict[str, list[dict[str, str]]] = json.loads(text)
    return vocabularies
