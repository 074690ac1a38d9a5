"""What a service received of a citizen, and what it asked for without getting it, in words.

Tolerant by design: a claim may be missing, or of a shape that this version does not know; then it is shown as well as can be.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clients import language
from clients.language import _


@dataclass(frozen=True, slots=True)
class Row:
    """One claim or group of claims, as a citizen reads it. `mark` says more about a single value, such as that it is verified."""

    label: str
    values: tuple[str, ...]
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something asked for and not received; `refused` where the citizen did not allow it, else it may just be empty."""

    label: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Received:
    """Both lists, whether they could not be renewed just now, and the claims as they came, for developers."""

    shared: tuple[Row, ...]
    withheld: tuple[Missing, ...]
    stale: bool
    raw: str


def called(claims: Mapping[str, Any]) -> str:
    """How to call this person on a page: by name, else by e-mail, else not at all."""
    return text(claims.get("name")) or text(claims.get("email"))


Show = Callable[[Mapping[str, Any]], Iterable[str]]


def received(claims: Mapping[str, Any], *, asked: Sequence[str], granted: Sequence[str], stale: bool = False) -> Received:
    """Sort the claims of the scopes that were asked for into received and withheld."""
    shared, withheld = [], []
    for scope, claim, label, show in _catalogue():
        if scope not in asked:
            continue
        values = tuple(value for value in show(claims) if value)
        if values:
            shared.append(Row(label, values, _mark(claim, claims)))
        elif claim not in OPTIONAL:
            withheld.append(Missing(label, refused=scope not in granted))
    raw = json.dumps(dict(claims), indent=2, ensure_ascii=False, sort_keys=True)
    return Received(tuple(shared), tuple(withheld), stale, raw)


# Shown when received; not missed when absent, for the citizen never filled them in.
OPTIONAL = {"locale", "zoneinfo", "picture", "profile"}


def _catalogue() -> tuple[tuple[str, str, str, Show], ...]:
    """Scope, claim, its name for people, and how its value is read."""
    return (
        ("profile", "name", _("Nama"), _plain("name")),
        ("profile", "gender", _("Jenis kelamin"), _gender),
        ("profile", "birthdate", _("Tanggal lahir"), _birthdate),
        ("email", "email", _("Email"), _plain("email")),
        ("phone", "phone_number", _("Nomor handphone"), _plain("phone_number")),
        ("address", "address", _("Domisili"), _address),
        ("keahlian", "skills", _("Keahlian"), _each("skills", _named)),
        ("pendidikan", "education", _("Pendidikan"), _each("education", _education)),
        ("pengalaman", "experience", _("Pengalaman kerja"), _each("experience", _experience)),
        ("pelatihan", "training", _("Pelatihan"), _each("training", _training)),
        ("sertifikasi", "certification", _("Sertifikasi"), _each("certification", _certification)),
        ("profil_status", "profile_completeness", _("Kelengkapan profil"), _completeness),
        ("profil_status", "profile_verified", _("Status profil"), _status),
        ("profile", "picture", _("Foto profil"), _plain("picture")),
        ("profile", "locale", _("Bahasa"), _locale),
        ("profile", "zoneinfo", _("Zona waktu"), _plain("zoneinfo")),
        ("profile", "profile", _("Halaman profil"), _plain("profile")),
    )


def _mark(claim: str, claims: Mapping[str, Any]) -> str | None:
    verified = claims.get(f"{claim}_verified") if claim in ("email", "phone_number") else None
    if verified is None:
        return None
    return _("terverifikasi") if verified is True else _("belum diverifikasi")


def text(value: Any) -> str:
    """A value as one line: a string, a number, or the name inside an object."""
    if isinstance(value, Mapping):
        named = (value.get(name) for name in ("name", "label", "title", "formatted", "value"))
        return next((text(found) for found in named if found), "")
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(text, value)))
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _plain(claim: str) -> Show:
    return lambda claims: [text(claims.get(claim))]


def _each(claim: str, show: Callable[[Mapping[str, Any]], str]) -> Show:
    def rows(claims: Mapping[str, Any]) -> list[str]:
        entries = claims.get(claim)
        if not isinstance(entries, list):
            return [text(entries)]
        return [_proven(entry, show(entry)) if isinstance(entry, Mapping) else text(entry) for entry in entries]

    return rows


def _proven(entry: Mapping[str, Any], line: str) -> str:
    """The line of an entry, and by whom it was verified where it was."""
    if not line or entry.get("verified") is not True:
        return line
    by = text(entry.get("verified_by"))
    return f"{line}, " + (_("diverifikasi oleh %(by)s", by=by) if by else _("terverifikasi"))


def _named(entry: Mapping[str, Any]) -> str:
    return text(entry)


def _gender(claims: Mapping[str, Any]) -> list[str]:
    value = text(claims.get("gender"))
    return [{"female": _("Perempuan"), "male": _("Laki-laki")}.get(value, value)]


def _birthdate(claims: Mapping[str, Any]) -> list[str]:
    value = text(claims.get("birthdate"))
    try:
        return [language.day(date.fromisoformat(value))]
    except ValueError:
        return [value]


def _locale(claims: Mapping[str, Any]) -> list[str]:
    value = text(claims.get("locale"))
    return [{"id": _("Indonesia"), "en": _("Inggris")}.get(value[:2], value)]


def _address(claims: Mapping[str, Any]) -> list[str]:
    address = claims.get("address")
    if not isinstance(address, Mapping):
        return [text(address)]
    written = text(address.get("formatted"))
    parts = (text(address.get(name)) for name in ("street_address", "locality", "region", "postal_code", "country"))
    return [", ".join(written.splitlines()) or ", ".join(filter(None, parts))]


def _completeness(claims: Mapping[str, Any]) -> list[str]:
    value = claims.get("profile_completeness")
    return [f"{value:.0f}%"] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _status(claims: Mapping[str, Any]) -> list[str]:
    value = claims.get("profile_verified")
    return [] if value is None else [_("Terverifikasi") if value is True else _("Belum Terverifikasi")]


def _education(entry: Mapping[str, Any]) -> str:
    return _line(entry, first=("level", "major"), second=("institution",), years=("start", "end"), still="ongoing")


def _experience(entry: Mapping[str, Any]) -> str:
    return _line(entry, first=("title",), second=("company", "location"), years=("start", "end"), still="current")


def _training(entry: Mapping[str, Any]) -> str:
    return _line(entry, first=("program", "programme", "name"), second=("institution", "provider", "organizer"), years=("start", "end"))


def _certification(entry: Mapping[str, Any]) -> str:
    return _line(entry, first=("program", "programme", "name"), second=("institution", "issuer", "body"), years=("issued", "expires"))


def _line(
    entry: Mapping[str, Any], *, first: Sequence[str], second: Sequence[str], years: tuple[str, str], still: str | None = None
) -> str:
    """`Staf Gudang, PT Maju (2019–sekarang)` from whatever of it is there."""
    what = " ".join(filter(None, (text(entry.get(name)) for name in first))) or text(entry)
    where = next(filter(None, (text(entry.get(name)) for name in second)), "")
    start, end = (text(entry.get(name))[:4] for name in years)
    if still and entry.get(still) is True:
        end = _("sekarang")
    span = "–".join(filter(None, (start, end)))
    line = ", ".join(filter(None, (what, where)))
    return f"{line} ({span})" if span and line else line
