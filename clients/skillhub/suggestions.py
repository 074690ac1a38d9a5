"""Which training helps a citizen most: what vacancies want and the citizen lacks, worth more the nearer they are to the job."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from clients.market import places, skills
from clients.market.citizen import Citizen
from clients.market.places import Nearness
from clients.market.vacancies import Vacancy

FILE = Path(__file__).parent / "programmes.toml"
# Every vacancy counts a little; one that the citizen nearly fills counts far more than several that they hardly fit.
DEMAND_BASE = 0.05
NEARNESS_WEIGHT = {Nearness.CITY: 1.3, Nearness.ANYWHERE: 1.2, Nearness.PROVINCE: 1.15}


@dataclass(frozen=True, slots=True)
class Programme:
    """One course. `city` is None for online classes; `hours` are lesson hours, `starts` is in days from today."""

    slug: str
    title: str
    title_en: str
    field: str
    host: str
    mode: str
    hours: int
    seats: int
    teaches: tuple[str, ...]
    about: str
    about_en: str
    starts: int
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A skill that vacancies want and the citizen lacks. `wanted` by so many; `nearly` of them already fit in part."""

    skill: str
    wanted: int
    nearly: int
    worth: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A course with the reasons for its place in the list."""

    programme: Programme
    fills: tuple[Gap, ...]
    nearness: Nearness
    taken: bool

    @property
    def score(self) -> float:
        """What it closes of the citizen's gaps; nothing where they took it already."""
        # The best gap counts whole, the next half, the third a third: one great help is better than three small ones.
        worths = sorted((gap.worth for gap in self.fills), reverse=True)
        closed = sum(worth / place for place, worth in enumerate(worths, start=1))
        return 0.0 if self.taken else closed * NEARNESS_WEIGHT.get(self.nearness, 1.0)


@lru_cache
def all_programmes() -> tuple[Programme, ...]:
    """Every programme, the soonest first."""
    written = tomllib.loads(FILE.read_text("utf-8"))["programme"]
    courses = (Programme(**{**entry, "teaches": tuple(entry["teaches"])}) for entry in written)
    return tuple(sorted(courses, key=lambda course: (course.starts, course.slug)))


def find(slug: str) -> Programme | None:
    """The programme at this address."""
    return next((course for course in all_programmes() if course.slug == slug), None)


def gaps(vacancies: Iterable[Vacancy], citizen: Citizen) -> list[Gap]:
    """Skills that the vacancies want and the citizen lacks, the most useful first."""
    counts: dict[str, list[float]] = {}
    for vacancy in vacancies:
        share = sum(skill in citizen.skills for skill in vacancy.skills) / len(vacancy.skills)
        for skill in vacancy.skills:
            if skill not in citizen.skills:
                count = counts.setdefault(skill, [0, 0, 0.0])
                count[0] += 1
                count[1] += share > 0
                count[2] += DEMAND_BASE + share**2
    found = [Gap(skill, int(wanted), int(nearly), worth) for skill, (wanted, nearly, worth) in counts.items()]
    return sorted(found, key=lambda gap: (-gap.worth, gap.skill))


def suggest(programmes: Iterable[Programme], vacancies: Iterable[Vacancy], claims: Mapping[str, Any]) -> list[Suggestion]:
    """All programmes, the one that closes most of the citizen's gaps first; those already taken last."""
    citizen = Citizen.from_claims(claims)
    lacking = {gap.skill: gap for gap in gaps(vacancies, citizen)}
    past = _taken(claims)
    found = [
        Suggestion(
            programme,
            fills=tuple(lacking[skill] for skill in programme.teaches if skill in lacking),
            nearness=places.nearness(programme.city, citizen.city, citizen.province),
            taken=skills.fold(programme.title) in past or skills.fold(programme.title_en) in past,
        )
        for programme in programmes
    ]
    return sorted(found, key=lambda suggestion: (-suggestion.score, suggestion.programme.starts, suggestion.programme.slug))


def _taken(claims: Mapping[str, Any]) -> frozenset[str]:
    """Folded names of the courses and certificates in the `training` and `certification` claims."""
    entries = [entry for claim in ("training", "certification") if isinstance(claims.get(claim), list) for entry in claims[claim]]
    texts = [value for entry in entries if isinstance(entry, Mapping) for value in entry.values() if isinstance(value, str)]
    return frozenset(skills.fold(text) for text in texts)
