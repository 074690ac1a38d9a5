"""A sign-in that is held: the password was right, but something is still to be proven or finished first.

It belongs to one browser, for ten minutes, in Redis; losing it costs typing the password again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from idp import clock, web
from idp.extensions import redis

LIFE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Held:
    """Who has proven what so far (`amr`), and whether the device is a shared one."""

    account_id: str
    amr: tuple[str, ...]
    shared_device: bool


def hold(account_id: str, *, amr: tuple[str, ...], shared_device: bool = False) -> None:
    """Remember for this browser that a person got this far."""
    values = {"account_id": account_id, "amr": amr, "shared_device": shared_device, "until": clock.seconds() + LIFE_SECONDS}
    redis.set(_key(), json.dumps(values), ex=LIFE_SECONDS)


def held() -> Held | None:
    """Who got this far in this browser, if it was within ten minutes."""
    entry = redis.get(_key())
    if entry is None:
        return None
    values = json.loads(entry)
    if values["until"] <= clock.seconds():
        return None
    return Held(values["account_id"], tuple(values["amr"]), values["shared_device"])


def release() -> None:
    """Forget it: it led to a sign-in, or to nothing."""
    redis.delete(_key())


def _key() -> str:
    return "idp:held:" + hashlib.sha256(web.browser_id().encode()).hexdigest()
