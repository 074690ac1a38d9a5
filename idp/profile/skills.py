"""Skills: a bilingual starter list, free entry besides, and the rule that one skill in two spellings counts once."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from idp.profile.answers import Skill
from idp.profile.typed_text import Unfit, line

LONGEST = 80
MOST = 50

_CONNECTIVES = frozenset({"dan", "and", "&"})
_SPELLED = str.maketrans({"+": "plus", "#": "sharp"})


@dataclass(frozen=True, slots=True)
class KnownSkill:
    """A skill of the starter list."""

    key: str
    id: str
    en: str
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling that means this skill."""
        return (self.id, self.en, *self.others)

    def label(self, locale: str) -> str:
        """The name in a language, "id" or "en"."""
        return self.en if locale == "en" else self.id


def recognise(raw: str) -> Skill:
    """The skill that somebody wrote: one of the list in whatever spelling, or a new one. Raises `Unfit`."""
    name = line(raw, longest=LONGEST)
    spelling = _spelling(name)
    if not spelling:
        raise Unfit("empty")
    known = _by_spelling().get(spelling)
    if known is None:
        return Skill(key=spelling, name=name)
    tidy = next((label for label in known.names if _spelling(label) == spelling), name)
    return Skill(key=known.key, name=tidy)


def once_each(skills: list[Skill]) -> tuple[Skill, ...]:
    """The same skills without repetitions, in the order in which they were added; the first spelling stays."""
    kept: dict[str, Skill] = {}
    for skill in skills:
        kept.setdefault(skill.key, skill)
    return tuple(kept.values())


def find(key: str) -> KnownSkill | None:
    """A skill of the starter list by its key."""
    return next((known for known in catalogue() if known.key == key), None)


def label(skill: Skill, locale: str) -> str:
    """A skill for readers of a language: the list's English word for its Indonesian one, any other as its owner wrote it."""
    known = find(skill.key) if locale == "en" else None
    return known.en if known and known.id == skill.name else skill.name


def search(query: str, locale: str, limit: int = 8) -> list[KnownSkill]:
    """Skills of the list that one means by a few letters in either language; the best first."""
    wanted = _spelling(query)
    if not wanted:
        return []
    scored = [(max(_score(wanted, _spelling(name)) for name in known.names), known) for known in catalogue()]
    hits = [(score, known) for score, known in scored if score]
    hits.sort(key=lambda hit: (-hit[0], hit[1].label(locale).lower()))
    return [known for _, known in hits[:limit]]


@lru_cache
def catalogue() -> tuple[KnownSkill, ...]:
    """The starter list in the order of its keys."""
    text = resources.files("idp.profile").joinpath("data/skills.txt").read_text("utf-8")
    return tuple(_entry(row) for row in text.splitlines() if row and not row.startswith("# "))


def _entry(row: str) -> KnownSkill:
    key, indonesian, english, *rest = (part.strip() for part in row.split(" | "))
    others = tuple(other.strip() for other in rest[0].split(";")) if rest else ()
    return KnownSkill(key, indonesian, english, others)


@lru_cache
def _by_spelling() -> dict[str, KnownSkill]:
    # The labels of the list win over other spellings of another skill.
    spellings = {_spelling(name): known for known in catalogue() for name in known.others}
    return spellings | {_spelling(name): known for known in catalogue() for name in (known.id, known.en)}


@lru_cache(maxsize=4096)
def _spelling(name: str) -> str:
    """What is left of a name when case, accents, spaces, marks and "and" do not count; C, C++ and C# stay apart."""
    words = unicodedata.normalize("NFKD", name.casefold()).translate(_SPELLED).split()
    return "".join(letter for word in words if word not in _CONNECTIVES for letter in word if letter.isalnum())


def _score(wanted: str, name: str) -> int:
    if name == wanted:
        return 3
    return 2 if name.startswith(wanted) else int(wanted in name)
