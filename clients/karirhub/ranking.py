"""Which vacancies fit a citizen, and why: skills first, then the way to work."""

from collections.abc import Iterable
from dataclasses import dataclass

from clients.market import places
from clients.market.citizen import Citizen
from clients.market.places import Nearness
from clients.market.vacancies import Vacancy

SKILL_WEIGHT = 0.7
# Work from home is nearly as near as work in one's own city.
NEARNESS_WEIGHT = {Nearness.CITY: 0.3, Nearness.ANYWHERE: 0.24, Nearness.PROVINCE: 0.18}


@dataclass(frozen=True, slots=True)
class Match:
    """A vacancy with the reasons for its place in the list. `have` and `lack` are keys of skills, in the employer's order."""

    vacancy: Vacancy
    have: tuple[str, ...]
    lack: tuple[str, ...]
    nearness: Nearness

    @property
    def score(self) -> float:
        """From 0 (nothing fits) to 1 (every skill, in one's own city)."""
        share = len(self.have) / len(self.vacancy.skills)
        near = NEARNESS_WEIGHT.get(self.nearness, 0.0)
        # A short way to work that one cannot do is worth little: it never comes before work for which one has a skill.
        return SKILL_WEIGHT * share + (near if self.have else near / 3)


def match(vacancy: Vacancy, citizen: Citizen) -> Match:
    """Compare one vacancy with a citizen."""
    return Match(
        vacancy,
        have=tuple(skill for skill in vacancy.skills if skill in citizen.skills),
        lack=tuple(skill for skill in vacancy.skills if skill not in citizen.skills),
        nearness=places.nearness(vacancy.workplace, citizen.city, citizen.province),
    )


def rank(vacancies: Iterable[Vacancy], citizen: Citizen) -> list[Match]:
    """All vacancies, best match first; among equals the newest."""
    matches = [match(vacancy, citizen) for vacancy in vacancies]
    return sorted(matches, key=lambda found: (-found.score, found.vacancy.posted, found.vacancy.slug))
