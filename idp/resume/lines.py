"""The entries of a résumé in lines that people read, in the language of the résumé."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from babel.dates import format_date, get_timezone

from idp.resume.content import Resume

WORDS = {
    "id": {"now": "sekarang", "grade": "Nilai", "for life": "berlaku seumur hidup", "until": "berlaku sampai", "by": "Terverifikasi oleh",
           "registry": "Identitas terverifikasi Dukcapil", "claimed": "Identitas belum terverifikasi", "made": "Dibuat dari SIAPkerja",
           "page": "halaman", "born": "Lahir", "female": "Perempuan", "male": "Laki-laki", "resume": "Resume"},
    "en": {"now": "present", "grade": "Grade", "for life": "valid for life", "until": "valid until", "by": "Verified by",
           "registry": "Identity verified by the civil registry", "claimed": "Identity not verified yet", "made": "Made from SIAPkerja",
           "page": "page", "born": "Born", "female": "Female", "male": "Male", "resume": "Résumé"},
}  # fmt: skip
HISTORIES = ("experience", "education", "training", "certification")


@dataclass(frozen=True, slots=True)
class Lines:
    """One entry: what, where, when; what it was about; who vouches for it."""

    title: str
    about: str
    period: str
    description: str | None
    vouched: str | None


def word(key: str, locale: str) -> str:
    """One of the words that stand on every résumé."""
    return WORDS[locale][key]


def of(resume: Resume, claim: str) -> list[Lines]:
    """The entries of one history."""
    return [_LINES[claim](entry, resume.locale) for entry in resume.entries(claim)]


def day(value: str | date, locale: str) -> str:
    """A date as people write it; a year stays one."""
    if isinstance(value, str):
        if len(value) == 4:
            return value
        value = date.fromisoformat(value)
    return format_date(value, "d MMMM y", locale=locale)


def moment_day(value: datetime | int, locale: str) -> str:
    """The day of a moment, as it was in Jakarta."""
    moment = value if isinstance(value, datetime) else datetime.fromtimestamp(value, UTC)
    return day(moment.astimezone(get_timezone("Asia/Jakarta")).date(), locale)


def _education(entry: dict[str, Any], locale: str) -> Lines:
    grade = f"{word('grade', locale)} {entry['grade']}" if "grade" in entry else None
    return _lines(entry, locale, entry["institution"], (entry["level"]["name"], entry.get("major"), grade), _period(entry, locale))


def _experience(entry: dict[str, Any], locale: str) -> Lines:
    about = (entry["company"], entry["employment_type"]["name"], entry["location"])
    return _lines(entry, locale, entry["title"], about, _period(entry, locale))


def _training(entry: dict[str, Any], locale: str) -> Lines:
    about = (entry["provider"], entry["field"]["name"], entry.get("sub_field"), entry["location"])
    return _lines(entry, locale, entry["program"], about, _period(entry, locale))


def _certification(entry: dict[str, Any], locale: str) -> Lines:
    score = f"{word('grade', locale)} {entry['score']}" if "score" in entry else None
    until = f"{word('until', locale)} {day(entry['expires'], locale)}" if "expires" in entry else word("for life", locale)
    return _lines(entry, locale, entry["program"], (entry["issuer"], score), f"{day(entry['issued'], locale)} · {until}")


def _lines(entry: dict[str, Any], locale: str, title: str, about: tuple[str | None, ...], period: str) -> Lines:
    vouched = None
    if entry["verified"]:
        vouched = f"{word('by', locale)} {entry['verified_by']}, {moment_day(entry['verified_at'], locale)}"
    return Lines(title, " · ".join(one for one in about if one), period, entry.get("description"), vouched)


def _period(entry: dict[str, Any], locale: str) -> str:
    return f"{day(entry['start'], locale)} – {day(entry['end'], locale) if 'end' in entry else word('now', locale)}"


_LINES = {"education": _education, "experience": _experience, "training": _training, "certification": _certification}
