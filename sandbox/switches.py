"""Switches: what is broken in the outside world at this moment. Held in memory; a restart mends everything."""

import threading
from collections.abc import Mapping
from typing import Any

from sandbox import cases

OK = "ok"

CHOICES: Mapping[str, tuple[str, ...]] = {
    "dukcapil": (OK, *(key for key in cases.CASES if key != "match")),
    "sms": (OK, "refuse", "slow", "down", "dropped", "answer_lost"),
    "sms_backup": (OK, "refuse", "slow", "down", "dropped", "answer_lost"),
    "mail": (OK, "refuse", "busy", "slow", "down"),
    "nik_echo": (OK, "on"),
    "quota_limiter": (OK, "absent"),
}
NUMBERS: Mapping[str, float] = {"quota": 1_000_000, "slow_seconds": 35.0}

_MENDED = ("", "none", "off", "match", "normal")
_MOST = 10_000_000


class Unknown(ValueError):
    """There is no such switch, or it has no such position; the text names what there is."""


class Switches:
    """The positions of all switches. Safe for threads.

    A position is a word of CHOICES; `word:n` holds for the next n uses only. `quota` is the number of registry calls left
    today and `slow_seconds` how long "slow" takes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: dict[str, str] = {}
        self._uses_left: dict[str, int] = {}
        self._numbers: dict[str, float] = {}
        self.clear()

    def clear(self) -> None:
        """Mend everything."""
        with self._lock:
            self._words = dict.fromkeys(CHOICES, OK)
            self._uses_left = {}
            self._numbers = dict(NUMBERS)

    def set(self, positions: Mapping[str, Any]) -> None:
        """Turn the named switches, or none of them. Raises: Unknown."""
        numbers = {name: _number(name, value) for name, value in positions.items() if name in NUMBERS}
        words = {name: _word(name, value) for name, value in positions.items() if name not in NUMBERS}
        with self._lock:
            self._numbers.update(numbers)
            for name, (word, uses) in words.items():
                self._words[name] = word
                self._uses_left.pop(name, None)
                if uses:
                    self._uses_left[name] = uses

    def positions(self) -> dict[str, str | float]:
        """All positions, as `set` takes them."""
        with self._lock:
            words = {name: f"{word}:{self._uses_left[name]}" if name in self._uses_left else word for name, word in self._words.items()}
            return words | {name: int(value) if value == int(value) else value for name, value in self._numbers.items()}

    def use(self, name: str) -> str:
        """The position of a switch for one use of what it breaks; counts down a limited one."""
        with self._lock:
            word = self._words[name]
            if name in self._uses_left:
                self._uses_left[name] -= 1
                if self._uses_left[name] <= 0:
                    del self._uses_left[name]
                    self._words[name] = OK
            return word

    def number(self, name: str) -> float:
        """The value of `slow_seconds` or `quota`."""
        with self._lock:
            return self._numbers[name]

    def spend_quota(self) -> int | None:
        """Take one call from the quota. Returns what is left, or None when nothing was."""
        with self._lock:
            if self._numbers["quota"] < 1:
                return None
            self._numbers["quota"] -= 1
            return int(self._numbers["quota"])


def _number(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Unknown(f"{name}: a number") from None
    if not 0 <= number <= _MOST:
        raise Unknown(f"{name}: 0 to {_MOST}")
    return number


def _word(name: str, value: Any) -> tuple[str, int]:
    if name not in CHOICES:
        raise Unknown(f"there is no switch {name[:40]!r}: " + ", ".join((*CHOICES, *NUMBERS)))
    if isinstance(value, bool) or value is None:
        value = "on" if value else OK
    word, _, uses = str(value).strip().lower().partition(":")
    word = OK if word in _MENDED else word.replace(" ", "_").replace("-", "_")
    if word not in CHOICES[name] and name == "dukcapil" and (case := cases.find(word)):
        word = case.key if case.key != "match" else OK
    if word not in CHOICES[name] or not (uses == "" or (uses.isascii() and uses.isdigit() and len(uses) < 8)):
        raise Unknown(f"{name}: one of " + ", ".join(CHOICES[name]) + ", or one of them and how often, like refuse:2")
    return word, int(uses or 0)
