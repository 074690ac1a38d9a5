"""Devices without a browser that ask for a person's word (RFC 8628): what was asked, and what the person said."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import cast

from idp import clock
from idp.extensions import redis
from idp.oidc import grants
from idp.oidc.clients import Client
from idp.oidc.grants import Authorization

LIFE_SECONDS = 600
INTERVAL_SECONDS = 5
# No vowels and no lookalikes: neither words nor guesses (RFC 8628 6.1). 20^8 codes are about 34 bits.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
PENDING, DENIED = b"pending", b"denied"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a device asked for, under the hash of its code."""

    handle: str
    client_id: str
    scope: tuple[str, ...]
    user_code: str


def begin(client: Client, scope: tuple[str, ...]) -> tuple[str, str]:
    """Put a device's request down; answers device code and user code."""
    device_code = secrets.token_urlsafe(32)
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    user_code, key = f"{letters[:4]}-{letters[4:]}", _key(grants.hashed(device_code))
    redis.hset(
        key,
        mapping={
            "client_id": client.client_id,
            "scope": " ".join(scope),
            "user_code": user_code,
            "until": clock.timestamp() + LIFE_SECONDS,
            "state": PENDING,
        },
    )
    redis.expire(key, LIFE_SECONDS * 2)
    redis.set(_code_key(user_code), grants.hashed(device_code), ex=LIFE_SECONDS)
    return device_code, user_code


def by_user_code(text: str) -> Asked | None:
    """The request behind a code that a person typed, in whatever spelling."""
    letters = re.sub(r"[^A-Z]", "", text.upper()[:40])
    if len(letters) != 8:
        return None
    handle = cast(bytes | None, redis.get(_code_key(f"{letters[:4]}-{letters[4:]}")))
    return find(handle.decode()) if handle else None


def find(handle: str) -> Asked | None:
    """A request that still waits for its person."""
    found = _read(handle)
    if not found or found[b"state"] != PENDING or int(found[b"until"]) <= clock.timestamp():
        return None
    return Asked(handle, found[b"client_id"].decode(), tuple(found[b"scope"].decode().split()), found[b"user_code"].decode())


def approve(handle: str, authorization: Authorization) -> None:
    """The person allowed it."""
    redis.hset(_key(handle), mapping={"state": authorization.model_dump_json(exclude_defaults=True)})


def deny(handle: str) -> None:
    """The person refused."""
    redis.hset(_key(handle), mapping={"state": DENIED})


class Waiting(Exception):
    """The person has not decided yet; `too_often` when the device asks faster than it may."""

    def __init__(self, *, too_often: bool) -> None:
        super().__init__()
        self.too_often = too_often


class Refused(Exception):
    """The person said no."""


class Expired(Exception):
    """The device waited too long."""


class Unknown(Exception):
    """No such device code, or it was redeemed."""


def collect(device_code: str, client_id: str) -> Authorization:
    """What the person allowed, handed out once. Raises Waiting, Refused, Expired, Unknown."""
    key = _key(grants.hashed(device_code))
    found = _read(grants.hashed(device_code))
    if not found or found[b"client_id"].decode() != client_id:
        raise Unknown
    if int(found[b"until"]) <= clock.timestamp():
        raise Expired
    if found[b"state"] == DENIED:
        raise Refused
    if found[b"state"] == PENDING:
        too_often = clock.timestamp() - int(found.get(b"asked", b"0")) < INTERVAL_SECONDS
        redis.hset(key, "asked", str(clock.timestamp()))
        raise Waiting(too_often=too_often)
    if not redis.delete(key):  # of many at once one deletes it
        raise Unknown
    return Authorization.model_validate_json(found[b"state"])


def _read(handle: str) -> dict[bytes, bytes]:
    return cast(dict[bytes, bytes], redis.hgetall(_key(handle)))


def _key(handle: str) -> str:
    return f"idp:oidc:device:{handle}"


def _code_key(user_code: str) -> str:
    return f"idp:oidc:user-code:{user_code}"
