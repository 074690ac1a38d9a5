"""The claims of one person, made from account and profile. OpenID Connect Core 5.1 says how the standard ones look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from idp import profile, regions
from idp.accounts import Account
from idp.organisations import Membership, Standing
from idp.profile import (
    AbroadAddress,
    Certification,
    Education,
    Experience,
    HomeAddress,
    Profile,
    Training,
)

Claims = dict[str, Any]

_CENTRAL_TIME = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_EASTERN_TIME = frozenset({"81", "82", "91", "92", "93", "94", "95", "96"})


def of(account: Account, told: Profile, locale: str) -> Claims:
    """Every claim that has a value; one without is left out."""
    made = _who(account, told) | _contacts(account) | _working_life(told, locale)
    made |= {
        "address": _address(told.domicile, locale),
        "nik": account.nik.value,
        "profile_completeness": told.completeness,
        "profile_verified": account.identity_verified_at is not None,
    }
    return present(made)


def standing(found: Standing) -> Claims:
    """In which capacities the person acts, and for whom."""
    return present({"capacities": [str(one) for one in found.capacities], "organizations": [_membership(one) for one in found.memberships]})


def _membership(one: Membership) -> Claims:
    return {"id": one.organisation_id, "type": one.organisation.kind, "name": one.organisation.name, "role": one.role}


def _who(account: Account, told: Profile) -> Claims:
    biodata = told.biodata
    return {
        "name": account.name.value,
        "picture": told.photo and profile.picture_links.address(account.id, told.photo),
        "gender": biodata and biodata.sex.value,
        "birthdate": biodata and biodata.birthdate.isoformat(),
        "zoneinfo": _zone(told.domicile),
        "locale": account.locale,
        "updated_at": int(max(account.updated_at, told.updated_at or account.updated_at).timestamp()),
    }


def _contacts(account: Account) -> Claims:
    return {
        "email": account.email.value,
        "email_verified": account.email_verified_at is not None,
        "phone_number": account.phone.e164,
        "phone_number_verified": account.phone_verified_at is not None,
    }


def _working_life(told: Profile, locale: str) -> Claims:
    return {
        "education": _each(told.education, locale, _education),
        "experience": _each(told.experience, locale, _experience),
        "training": _each(told.training, locale, _training),
        "certification": _each(told.certification, locale, _certification),
        "skills": [{"name": profile.skill_label(skill, locale), "key": skill.key, "verified": False} for skill in told.skills],
    }


def _each(history: Any, locale: str, make: Any) -> list[Claims]:
    return [present(make(entry, locale) | _proof(entry)) for entry in history.entries] if history else []


def _education(entry: Education, locale: str) -> Claims:
    return {
        "level": _term("education_level", entry.level, locale),
        "institution": entry.institution,
        "major": entry.major,
        "start": str(entry.start_year),
        "end": entry.end_year and str(entry.end_year),
        "ongoing": entry.end_year is None,
        "grade": entry.grade,
    }


def _experience(entry: Experience, locale: str) -> Claims:
    return {
        "title": entry.position,
        "company": entry.company,
        "employment_type": _term("employment_type", entry.employment_type, locale),
        "location": entry.location,
        "location_type": _term("location_type", entry.location_type, locale),
        "start": entry.start.isoformat(),
        "end": _day(entry.end),
        "current": entry.end is None,
        "description": entry.description,
    }


def _training(entry: Training, locale: str) -> Claims:
    return {
        "program": entry.program,
        "provider": entry.provider,
        "field": _term("vocational_field", entry.field, locale),
        "sub_field": entry.sub_field,
        "location": entry.location,
        "location_type": _term("location_type", entry.location_type, locale),
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat(),
        "description": entry.description,
    }


def _certification(entry: Certification, locale: str) -> Claims:
    return {
        "program": entry.program,
        "issuer": entry.body,
        "score": entry.score,
        "issued": entry.issued.isoformat(),
        "expires": _day(entry.expires),
    }


def _proof(entry: Education | Experience | Training | Certification) -> Claims:
    if entry.proof is None:
        return {"verified": False}
    return {"verified": True, "verified_by": entry.proof.by, "verified_at": _seconds(entry.proof.at)}


def _address(domicile: HomeAddress | AbroadAddress | None, locale: str) -> Claims | None:
    if domicile is None:
        return None
    return _abroad(domicile, locale) if isinstance(domicile, AbroadAddress) else _home(domicile, locale)


def _home(home: HomeAddress, locale: str) -> Claims:
    levels = {"province": home.province, "city": home.city, "district": home.district, "village": home.village}
    lines = (home.street, f"{home.village.name}, {home.district.name}", home.city.name, f"{home.province.name} {home.postal_code}")
    return {
        "formatted": "\n".join(lines),
        "street_address": home.street,
        "locality": home.city.name,
        "region": home.province.name,
        "postal_code": home.postal_code,
        "country": regions.country_name(regions.HOME_COUNTRY, locale),
        "country_code": regions.HOME_COUNTRY,
        "district": home.district.name,
        "village": home.village.name,
    } | {f"{name}_code": place.code for name, place in levels.items()}


def _abroad(abroad: AbroadAddress, locale: str) -> Claims:
    country = regions.country_name(abroad.country, locale) or abroad.country
    return {
        "formatted": f"{abroad.street}\n{abroad.city}\n{country}",
        "street_address": abroad.street,
        "locality": abroad.city,
        "country": country,
        "country_code": abroad.country,
    }


def _zone(domicile: HomeAddress | AbroadAddress | None) -> str | None:
    """The time zone (Keppres 41/1987) of a domicile at home."""
    if not isinstance(domicile, HomeAddress):
        return None
    province = domicile.province.code
    if province in _EASTERN_TIME:
        return "Asia/Jayapura"
    return "Asia/Makassar" if province in _CENTRAL_TIME else "Asia/Jakarta"


def _term(vocabulary: str, key: str, locale: str) -> Claims:
    return {"key": key, "name": profile.label(vocabulary, key, locale)}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _seconds(value: datetime) -> int:
    return int(value.timestamp())


def present(made: Mapping[str, Any]) -> Claims:
    """What has a value: an empty text or list is none, False and 0 are."""
    return {name: value for name, value in made.items() if value is not None and value not in ("", [])}
