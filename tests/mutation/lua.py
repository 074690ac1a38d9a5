"""Small changes of the scripts that Redis runs: comparisons, arithmetic, logic, figures, and commands left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

SWAPS = {
    "<=": "<", "<": "<=", ">=": ">", ">": ">=", "==": "~=", "~=": "==", "+": "-", "-": "+", "*": "/", "^": "*",
    "and": "or", "or": "and", "not": "", "math.min": "math.max",
}  # fmt: skip
_TOKEN = re.compile(r"'[^']*'|\[\d+\]|<=|>=|==|~=|[<>+*^]|(?<= )-(?= )|\b(?:and|or|not|math\.min)\b|\b\d+\b")
_COMMAND = re.compile(r"^ *redis\.call\([^\n]*\n(?: {10,}[^\n]*\n)*", re.MULTILINE)


def changes(script: str) -> Iterator[str]:
    """The script with one change, for each change there is."""
    for found in _TOKEN.finditer(script):
        token = found.group()
        if token[0] not in "'[":
            changed = str(int(token) + 1) if token.isdigit() else SWAPS[token]
            yield script[: found.start()] + changed + script[found.end() :]
    for found in _COMMAND.finditer(script):
        yield script[: found.start()] + script[found.end() :]
