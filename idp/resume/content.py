"""What a résumé tells: the claims of the catalogue for the parts that were chosen, and what has no claim of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from idp import accounts, claims, profile, regions
from idp.profile import AbroadAddress, HomeAddress, Photo


@dataclass(frozen=True, slots=True)
class Part:
    """A part that its owner may show or keep back, and the claims that it is made of."""

    name: str
    title: LazyString
    claims: tuple[str, ...] = ()


PARTS = (
    Part("tentang", _l("Tentang saya")),
    Part("pendidikan", _l("Pendidikan"), ("education",)),
    Part("pengalaman", _l("Pengalaman Kerja"), ("experience",)),
    Part("pelatihan", _l("Pelatihan"), ("training",)),
    Part("sertifikasi", _l("Sertifikasi"), ("certification",)),
    Part("keahlian", _l("Keahlian"), ("skills",)),
    Part("domisili", _l("Kota domisili")),
    Part("foto", _l("Foto Profil")),
    Part("kontak", _l("Email dan nomor handphone"), ("email", "email_verified", "phone_number", "phone_number_verified")),
    Part("kelahiran", _l("Tempat dan tanggal lahir, jenis kelamin"), ("birthdate", "gender")),
)
TITLES = {claim: part.title for part in PARTS for claim in part.claims}
NAMES = tuple(part.name for part in PARTS)
# What is offered at first to be shown to strangers: the working life, not how to find the person.
USUAL = NAMES[:7]
ALWAYS = ("name", "profile_verified")
OWN = ("address",)


@dataclass(frozen=True, slots=True)
class Resume:
    """One person's résumé in one language. `claims` are as the catalogue's schemas have them; what was not chosen is not there."""

    locale: str
    claims: Mapping[str, Any]
    about: str | None = None
    domicile: str | None = None
    birthplace: str | None = None
    verified_at: datetime | None = None
    photo: Photo | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The full name, which the civil registry confirmed at registration."""
        return str(self.claims["name"])

    def entries(self, claim: str) -> list[dict[str, Any]]:
        """A history or the skills; an empty list for what is not told."""
        return list(self.claims.get(claim, ()))


def of(account: accounts.Account, locale: str, parts: Collection[str]) -> Resume:
    """What somebody shows to others, read as it stands now."""
    return _made(account, locale, parts, ())


def own(account: accounts.Account, locale: str) -> Resume:
    """All of it, with the full address, for the owner."""
    return _made(account, locale, NAMES, OWN)


def _made(account: accounts.Account, locale: str, parts: Collection[str], more: tuple[str, ...]) -> Resume:
    told = profile.of(account.id)
    wanted = [*ALWAYS, *more, *(claim for part in PARTS if part.name in parts for claim in part.claims)]
    biodata = told.biodata
    return Resume(
        locale=locale,
        claims=claims.of(account.id, wanted, locale),
        about=biodata.about if biodata and "tentang" in parts else None,
        domicile=_place(told.domicile, locale) if "domisili" in parts else None,
        birthplace=biodata.birthplace if biodata and "kelahiran" in parts else None,
        verified_at=account.identity_verified_at,
        photo=told.photo if "foto" in parts else None,
    )


def _place(domicile: HomeAddress | AbroadAddress | None, locale: str) -> str | None:
    """City and province, or city and country: where somebody lives, not at which door."""
    if domicile is None:
        return None
    if isinstance(domicile, AbroadAddress):
        return f"{domicile.city}, {regions.country_name(domicile.country, locale) or domicile.country}"
    return f"{domicile.city.name}, {domicile.province.name}"
