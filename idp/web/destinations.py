"""Destinations: which service a person is on the way to, so that the pages before it can say so.

The protocol's dispatcher remembers one under the path to which the person returns; sign-in and registration ask
for it by that path. It lives in Redis for an hour, sealed, since a login hint is personal."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import cast

from idp import sealed
from idp.extensions import redis

LIFE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Destination:
    """The service that a person came from: its name, colour, logo and origin, and what it said of the person."""

    name: str
    client_id: str
    origin: str | None = None
    colour: str | None = None
    logo: str | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()  # how strong a sign-in it asks for: one of these; empty: any
    fresh: bool = False  # it wants the whole sign-in anew
    popup: bool = False  # its page opened this one in a window of its own, and waits for word from it


def remember_destination(path: str, found: Destination) -> None:
    """Keep it for the pages that will lead back to this path."""
    key = _key(path)
    redis.set(key, sealed.seal(json.dumps(asdict(found)).encode(), key), ex=LIFE_SECONDS)


def destination(path: str | None) -> Destination | None:
    """The service behind a return path; None when there is none, or it was long ago."""
    if not path or path == "/":
        return None
    key = _key(path)
    blob = cast(bytes | None, redis.get(key))
    if blob is None:
        return None
    try:
        values = json.loads(sealed.open(blob, key))
    except sealed.Unreadable:
        return None
    return Destination(**{**values, **{name: tuple(values[name]) for name in ("ui_locales", "acr_values")}})


def _key(path: str) -> str:
    return "idp:destination:" + hashlib.sha256(path.encode()).hexdigest()
