"""What somebody sent after their sign-in was over: kept sealed for a while, and shown again to them alone, on the same page."""

from __future__ import annotations

import json
from typing import Any, cast

from werkzeug.datastructures import MultiDict

from idp import sealed
from idp.extensions import redis

LIFE_SECONDS = 1800
MOST_BYTES = 64 * 1024
LONGEST_PATH = 120


def keep(account_id: str, path: str, form: MultiDict[str, str]) -> bool:
    """Keep the fields of a form, files aside; answers whether there was anything to keep."""
    fields = {name: values for name, values in form.lists() if name != "csrf_token"}
    text = json.dumps(fields).encode()
    if not fields or len(text) > MOST_BYTES:
        return False
    key = _key(account_id, path)
    redis.set(key, sealed.seal(text, key), ex=LIFE_SECONDS)
    return True


def take(account_id: str, path: str) -> MultiDict[str, str] | None:
    """What was kept for this page; it is shown once."""
    key = _key(account_id, path)
    blob = cast(bytes | None, redis.getdel(key))
    if blob is None:
        return None
    try:
        fields: dict[str, Any] = json.loads(sealed.open(blob, key))
    except sealed.Unreadable:
        return None
    return MultiDict(fields)


def _key(account_id: str, path: str) -> str:
    return f"idp:unsent:{account_id}:{path[:LONGEST_PATH]}"
