"""Skills: one skill counts once, however a citizen or an employer spells it."""

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "skills.toml"


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill with its Indonesian and English name."""

    key: str
    id: str
    en: str
    also: tuple[str, ...]


@lru_cache
def vocabulary() -> dict[str, Skill]:
    """Every skill that this market knows, by key."""
    written = tomllib.loads(FILE.read_text("utf-8"))
    return {key: Skill(key, entry["id"], entry["en"], tuple(entry["also"])) for key, entry in written.items()}


@lru_cache
def spellings() -> dict[str, str]:
    """Every folded spelling -> key of the skill."""
    return {fold(spelling): skill.key for skill in vocabulary().values() for spelling in (skill.key, skill.id, skill.en, *skill.also)}


def fold(spelling: str) -> str:
    """`spelling` without case, accents, blanks and marks; + and # stay, since C, C++ and C# differ."""
    plain = unicodedata.normalize("NFKD", spelling.casefold())
    return "".join(letter for letter in plain if letter.isalnum() or letter in "+#")


def recognise(claimed: Any) -> frozenset[str]:
    """Keys of the skills in a `skills` claim: a list of objects with `name` and `key`, or of plain names. Others are passed over."""
    if not isinstance(claimed, Iterable) or isinstance(claimed, str | bytes | dict):
        return frozenset()
    known = spellings()
    found: set[str] = set()
    for entry in claimed:
        names = [entry.get("key"), entry.get("name")] if isinstance(entry, dict) else [entry]
        found.update(known[fold(name)] for name in names if isinstance(name, str) and fold(name) in known)
    return frozenset(found)
