"""JSON from outside, read once and strictly: what could not be written down again is no JSON.

Python's parser takes more than RFC 8259 has: NaN, numbers beyond all bounds, halves of surrogate pairs. Each of them would
come back as an error later, in an address, a page or a database."""

from __future__ import annotations

import json
from typing import Any


class NotJson(ValueError):
    """The text is not a JSON document."""


def read(text: str | bytes) -> Any:
    """The document. Raises NotJson, also where it is nested too deeply."""
    try:
        return checked(json.loads(text))
    except (ValueError, RecursionError) as fault:
        raise NotJson from fault


def checked(value: Any) -> Any:
    """The value, if it can be written as UTF-8 and as numbers that there are. Raises NotJson."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as fault:
        raise NotJson from fault
    return value
