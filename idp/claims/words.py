"""Claims in words: what the consent page shows, so that people see what would be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date

from idp.claims import catalogue

MOST_SHOWN = 5

_WORDS = {
    "female": {"id": "Perempuan", "en": "Female"},
    "male": {"id": "Laki-laki", "en": "Male"},
    "id": {"id": "Bahasa Indonesia", "en": "Indonesian"},
    "en": {"id": "Bahasa Inggris", "en": "English"},
    "verified": {"id": "terverifikasi", "en": "verified"},
    "unverified": {"id": "belum terverifikasi", "en": "not verified"},
    "pencari_kerja": {"id": "Pencari kerja", "en": "Job seeker"},
    "peserta_pelatihan": {"id": "Peserta pelatihan", "en": "Trainee"},
    "perusahaan": {"id": "Perusahaan", "en": "Company"},
    "lembaga_pelatihan": {"id": "Lembaga pelatihan", "en": "Training provider"},
    "lembaga_sertifikasi": {"id": "Lembaga sertifikasi", "en": "Certification body"},
    "dinas": {"id": "Dinas", "en": "Manpower office"},
    "admin": {"id": "admin", "en": "admin"},
    "member": {"id": "anggota", "en": "member"},
    "picture": {"id": "foto yang kamu unggah", "en": "the photo that you uploaded"},
    "now": {"id": "sekarang", "en": "present"},
    "more": {"id": "dan {count} lagi", "en": "and {count} more"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the consent page: the claims that it stands for. Without a value the person has not filled it in."""

    names: tuple[str, ...]
    label: str
    value: str | None
    minor: bool


def describe(told: Mapping[str, Any], names: Iterable[str], locale: str) -> tuple[Line, ...]:
    """The lines for these claims in the catalogue's order, each with what would be sent, in words."""
    asked = set(names)
    lines = []
    for claim in catalogue.claims().values():
        if claim.name not in asked or claim.shown_with in asked:
            continue
        beside = [one.name for one in catalogue.claims().values() if one.shown_with == claim.name and one.name in asked]
        value = display(claim.name, told[claim.name], locale) if claim.name in told else None
        if value and beside:
            value = f"{value} ({', '.join(display(name, told.get(name), locale) for name in beside)})"
        lines.append(Line((claim.name, *beside), catalogue.in_language(claim.label, locale), value, claim.minor))
    return tuple(lines)


def display(name: str, value: Any, locale: str) -> str:
    """A claim's value as a person reads it."""
    return _SHOWN.get(name, _plain)(value, locale)


def _plain(value: Any, locale: str) -> str:
    if isinstance(value, bool) or value is None:
        return _word("verified" if value else "unverified", locale)
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("formatted") or "")
    return _enumerated(value, locale, lambda one: _plain(one, locale)) if isinstance(value, list) else str(value)


def _worded(value: Any, locale: str) -> str:
    return _word(str(value), locale) if value in _WORDS else str(value)


def _photo(value: Any, locale: str) -> str:
    return _word("picture", locale)


def _day(value: Any, locale: str) -> str:
    return str(format_date(date.fromisoformat(value), "d MMMM yyyy", locale=locale))


def _moment(value: Any, locale: str) -> str:
    return str(format_date(datetime.fromtimestamp(value, UTC), "d MMMM yyyy", locale=locale))


def _address(value: Any, locale: str) -> str:
    return ", ".join(str(value["formatted"]).splitlines())


def _percent(value: Any, locale: str) -> str:
    return f"{value}%"


def _skills(value: Any, locale: str) -> str:
    return _enumerated(value, locale, lambda one: str(one["name"]), ", ", 3 * MOST_SHOWN)


def _capacities(value: Any, locale: str) -> str:
    return _enumerated(value, locale, lambda one: _worded(one, locale))


def _organizations(value: Any, locale: str) -> str:
    return _enumerated(value, locale, lambda one: f"{one['name']} ({_worded(one['role'], locale)})", "; ")


def _history(what: Sequence[str], where: str, end: str) -> Callable[[Any, str], str]:
    def show(value: Any, locale: str) -> str:
        return _enumerated(value, locale, lambda entry: _entry(entry, what, where, end, locale), "; ")

    return show


def _entry(entry: Mapping[str, Any], what: Sequence[str], where: str, end: str, locale: str) -> str:
    named = " ".join(_plain(entry[name], locale) for name in what if name in entry)
    begun = str(entry.get("start") or entry.get("issued"))[:4]
    ended = _word("now", locale) if entry.get("current") or entry.get("ongoing") else str(entry.get(end, ""))[:4]
    years = begun if ended in ("", begun) else f"{begun}–{ended}"
    return f"{named}, {entry[where]} ({years})"


def _enumerated(values: Sequence[Any], locale: str, show: Callable[[Any], str], between: str = ", ", most: int = MOST_SHOWN) -> str:
    text = between.join(show(one) for one in values[:most])
    left = len(values) - most
    return f"{text}{between}{_word('more', locale).format(count=left)}" if left > 0 else text


def _word(key: str, locale: str) -> str:
    return catalogue.in_language(_WORDS[key], locale)


_SHOWN: dict[str, Callable[[Any, str], str]] = {
    "picture": _photo,
    "gender": _worded,
    "locale": _worded,
    "birthdate": _day,
    "updated_at": _moment,
    "address": _address,
    "profile_completeness": _percent,
    "skills": _skills,
    "capacities": _capacities,
    "organizations": _organizations,
    "education": _history(("level", "major"), "institution", "end"),
    "experience": _history(("title",), "company", "end"),
    "training": _history(("program",), "provider", "end"),
    "certification": _history(("program",), "issuer", "expires"),
}
