"""The services of the house: which of them a person can enter now, and which entry of the navigation belongs to which.

A service that is registered with a tile can be entered; one that the ministry has announced but that is not
registered yet is shown as coming, never as a link that leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import LazyString, lazy_gettext

from idp import oidc

ALL_SERVICES = "/layanan"


@dataclass(frozen=True, slots=True)
class Announced:
    """A service of the guide, whether it is there yet or not."""

    name: str
    about: LazyString
    colour: str


@dataclass(frozen=True, slots=True)
class Service:
    """A tile: `href` starts a sign-in at the service (OpenID Connect Core 4); None while it is only announced."""

    name: str
    about: str | LazyString
    colour: str | None
    href: str | None
    logo: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the navigation."""

    name: LazyString
    href: str


ANNOUNCED = (
    Announced("Karirhub", lazy_gettext("Cari lowongan kerja"), "#0b57a4"),
    Announced("Skillhub", lazy_gettext("Ikut pelatihan"), "#0f7b55"),
    Announced("Sertihub", lazy_gettext("Sertifikasi kompetensi"), "#7a4a9e"),
    Announced("Bizhub", lazy_gettext("Mulai dan kembangkan usaha"), "#a8510c"),
)
# Which service an entry of the guide's navigation belongs to; an own page is named by its path.
NAVIGATION = (
    (lazy_gettext("Pelatihanku"), "Skillhub"),
    (lazy_gettext("Sertifikasiku"), "Sertihub"),
    (lazy_gettext("Lamaranku"), "Karirhub"),
    (lazy_gettext("Proyek Lepas"), "Bizhub"),
    (lazy_gettext("Asesmen"), "Sertihub"),
    (lazy_gettext("Resume"), "/resume"),
)


def shelf() -> tuple[Service, ...]:
    """Every service, those of the guide first in its order, the registered others after them by name."""
    tiles = {tile.name.casefold(): tile for tile in oidc.tiles()}
    announced = [_announced(one, tiles.pop(one.name.casefold(), None)) for one in ANNOUNCED]
    others = sorted(tiles.values(), key=lambda tile: tile.name.casefold())
    return (*announced, *(Service(tile.name, tile.purpose or "", tile.colour, tile.url, tile.logo) for tile in others))


def _announced(one: Announced, tile: oidc.Tile | None) -> Service:
    if tile is None:
        return Service(one.name, one.about, one.colour, None)
    return Service(tile.name, one.about, tile.colour or one.colour, tile.url, tile.logo)


def named(services: Iterable[Service], name: str) -> Service | None:
    """The service of that name, if it can be entered."""
    return next((one for one in services if one.href and one.name.casefold() == name.casefold()), None)


def navigation(services: Iterable[Service]) -> tuple[Entry, ...]:
    """The guide's navigation: each entry leads to its service, or to the list of services until that one is there."""
    hrefs = {one.name: one.href for one in services if one.href}
    return tuple(Entry(name, target if target.startswith("/") else hrefs.get(target, ALL_SERVICES)) for name, target in NAVIGATION)
