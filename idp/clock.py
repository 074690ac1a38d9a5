"""The one clock: every "now" of the provider comes from here, so that tests can move time.

Times are aware and in UTC, always."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_shifted_by = 0.0


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.fromtimestamp(seconds(), UTC)


def seconds() -> float:
    """The present moment as seconds since 1970, with fractions."""
    return time.time() + _shifted_by


def timestamp() -> int:
    """The present moment as a NumericDate: whole seconds since 1970 (RFC 7519 2)."""
    return int(seconds())


def shift(by: float) -> None:
    """Move the clock of this process by so many seconds; for tests."""
    global _shifted_by
    _shifted_by += by


def reset() -> None:
    """Let the clock run with the machine's again."""
    global _shifted_by
    _shifted_by = 0.0
