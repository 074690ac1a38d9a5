"""Dukcapil's answers on the wire: always HTTP 200, one record in `content`, words with scores in brackets."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

FOUND: Final = "01"

# "Tidak Sesuai" contains "Sesuai": the whole word is read, never a part of it.
_WORD = re.compile(r"(?P<no>tidak\s+)?sesuai(?:\s*\((?P<score>[0-9]{1,3})\))?", re.IGNORECASE)


class Unreadable(Exception):
    """The answer is no answer; `reason` is "unreadable" or "empty"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(body: bytes) -> tuple[Mapping[str, Any], int | None]:
    """The record and the number of calls left today, when it is told. Raises `Unreadable`."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("unreadable") from None
    if not isinstance(answer, dict):
        raise Unreadable("unreadable")
    content = answer.get("content")
    if not content:
        raise Unreadable("empty")
    if not isinstance(content, list) or not isinstance(content[0], dict):
        raise Unreadable("unreadable")
    if not content[0]:
        raise Unreadable("empty")
    return content[0], _quota(answer.get("quotaLimiter"))


def code(content: Mapping[str, Any]) -> str | None:
    """The response code as two digits; success normally has none."""
    raw = content.get("RESPONSE_CODE")
    return None if raw is None or raw == "" else str(raw).strip().zfill(2)


def score(word: object, *, asked: str) -> tuple[bool, int]:
    """Whether the registry agrees, and how much from 0 to 100: a word without a score counts 100 or 0.

    An empty or unknown word counts 0. The registry may echo what it was asked (it does so with the NIK).
    """
    text = str(word or "").strip()
    if text == asked and asked.isdigit():
        return True, 100
    found = _WORD.fullmatch(text)
    if found is None:
        return False, 0
    agrees = found["no"] is None
    points = int(found["score"]) if found["score"] else 100 * agrees
    return (agrees, points) if points <= 100 else (False, 0)


def _quota(raw: object) -> int | None:
    text = str(raw).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None
