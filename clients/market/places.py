"""Places: regencies and cities by their Kemendagri codes, and how near one is to a citizen's home."""

import tomllib
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "places.toml"


class Nearness(StrEnum):
    """How far a citizen would have to go."""

    CITY = "city"
    PROVINCE = "province"
    ANYWHERE = "anywhere"
    FAR = "far"
    UNKNOWN = "unknown"


@lru_cache
def _names() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text("utf-8"))


def provinces() -> dict[str, str]:
    """Code -> name of every province."""
    return _names()["province"]


def cities() -> dict[str, str]:
    """Code -> name of every regency and city that the samples use."""
    return _names()["city"]


def name(city_code: str) -> str:
    """`33.72` -> Kota Surakarta, Jawa Tengah."""
    return f"{cities()[city_code]}, {provinces()[city_code[:2]]}"


def dotted(code: object) -> str:
    """A Kemendagri code down to regency or city in its dotted form; "" where it is none."""
    digits = "".join(letter for letter in str(code or "") if letter.isdigit())
    if len(digits) < 2:
        return ""
    return digits[:2] if len(digits) < 4 else f"{digits[:2]}.{digits[2:4]}"


def nearness(city_code: str | None, home_city: str, home_province: str) -> Nearness:
    """How near `city_code` is to a home; None stands for work or lessons from anywhere."""
    if city_code is None:
        return Nearness.ANYWHERE
    if not home_province:
        return Nearness.UNKNOWN
    if city_code == home_city:
        return Nearness.CITY
    return Nearness.PROVINCE if city_code[:2] == home_province else Nearness.FAR
