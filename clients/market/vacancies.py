"""Sample vacancies: what Karirhub offers, and what Skillhub prepares for."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "vacancies.toml"


@dataclass(frozen=True, slots=True)
class Vacancy:
    """One offer of work. `wage` in rupiah a month; `posted` and `closes` in days before and after today."""

    slug: str
    title: str
    title_en: str
    company: str
    city: str
    kind: str
    work: str
    wage: tuple[int, int]
    skills: tuple[str, ...]
    about: str
    about_en: str
    posted: int
    closes: int

    @property
    def workplace(self) -> str | None:
        """The city where one must be; None where the work is done from home."""
        return None if self.work == "rumah" else self.city


@lru_cache
def all_vacancies() -> tuple[Vacancy, ...]:
    """Every vacancy, newest first."""
    written = tomllib.loads(FILE.read_text("utf-8"))["vacancy"]
    offers = (Vacancy(**{**entry, "wage": tuple(entry["wage"]), "skills": tuple(entry["skills"])}) for entry in written)
    return tuple(sorted(offers, key=lambda offer: (offer.posted, offer.slug)))


def find(slug: str) -> Vacancy | None:
    """The vacancy at this address."""
    return next((offer for offer in all_vacancies() if offer.slug == slug), None)
