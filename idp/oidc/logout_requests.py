"""Logout requests that wait for a person's word, kept for a few minutes under an id that one browser may use."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import asdict, dataclass
from typing import cast

from flask import request

from idp import web
from idp.extensions import redis

LIFE_SECONDS = 600


class NotKept(Exception):
    """No such request, or another browser's."""


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """A client's request to end the session, understood."""

    client_id: str | None
    return_to: str | None
    state: str | None
    hinted_subject: str | None
    hinted_sid: str | None


def path(kept_id: str) -> str:
    """Where it is taken up again."""
    return f"/oauth/logout/{kept_id}"


def keep(asked: LogoutRequest) -> str:
    """Keep a request; answers its id. One that was posted belongs to the first browser that opens it."""
    kept_id = secrets.token_urlsafe(24)
    browser = "" if request.method == "POST" else web.browser_id()
    redis.set(_key(kept_id), json.dumps({**asdict(asked), "browser": browser}), ex=LIFE_SECONDS)
    return kept_id


def find(kept_id: str) -> LogoutRequest:
    """The request, for its browser. Raises NotKept."""
    blob = cast(bytes | None, redis.get(_key(kept_id))) if re.fullmatch(r"[A-Za-z0-9_-]{32}", kept_id) else None
    if blob is None:
        raise NotKept
    document = json.loads(blob)
    browser = document.pop("browser")
    if browser and not hmac.compare_digest(browser.encode(), web.browser_id().encode()):
        raise NotKept
    if not browser:
        redis.set(_key(kept_id), json.dumps({**document, "browser": web.browser_id()}), ex=LIFE_SECONDS)
    return LogoutRequest(**document)


def forget(kept_id: str) -> None:
    """It was answered."""
    redis.delete(_key(kept_id))


def _key(kept_id: str) -> str:
    return f"idp:oidc:logout:{kept_id}"
