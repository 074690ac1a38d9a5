"""JSON from outside, read once and strictly: what could not be written down again is no JSON.

Python's parser takes more than RFC 8259 has: NaN, numbers beyond all bounds, halves of surrogate pairs; and it goes deeper
than what writes it later. Each of them would come back as an error, in an address, a page or a database."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 32


class NotJson(ValueError):
    """The text is not a JSON document, or not one that anybody would send in earnest."""


def read(text: str | bytes) -> Any:
    """The document. Raises NotJson, also where it is nested too deeply."""
    try:
        return checked(json.loads(text))
    except (ValueError, RecursionError) as fault:
        raise NotJson from fault


def checked(value: Any) -> Any:
    """The value, if it can be written as UTF-8 and as numbers that there are, and is not too deep. Raises NotJson."""
    if _is_too_deep(value):
        raise NotJson
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as fault:
        raise NotJson from fault
    return value


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())]
        if not level:
            return False
    return True
