"""docs/asvs.md is complete and true: each row has its proof or its deviation, each mark its row, each module named there its mark."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_database

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
SPEC = TESTS.parents[1] / "shared" / "spec" / "asvs.md"  # beside the repository, where the requirements are kept
DEVIATION = "**Deviation:**"


@cache
def rows() -> dict[str, tuple[str, str, str]]:
    """Level, what we do, and proof, by row."""
    lines = [line.strip("| ").split(" | ") for line in (DOCS / "asvs.md").read_text().splitlines() if line.startswith("| V")]
    assert len(lines) == len({line[0] for line in lines}), "a row stands there twice"
    return {row: (level, what, proof) for row, level, what, proof in lines}


@cache
def marks() -> dict[str, set[str]]:
    """Which modules name a row, as `login/test_sign_in`."""
    found: dict[str, set[str]] = {}
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.asvs":
                for one in node.args:
                    found.setdefault(ast.literal_eval(one), set()).add(path.relative_to(TESTS).with_suffix("").as_posix())
    return found


def documents(proof: str) -> list[str]:
    return re.findall(r"\]\(([\w.-]+\.md)\)", proof)


def modules(proof: str) -> list[str]:
    return re.findall(r"`([\w/]+)`", proof)


def test_every_row_has_a_test_a_document_or_a_deviation() -> None:
    open_rows = [
        row
        for row, (_, what, proof) in rows().items()
        if not (marks().get(row) or documents(proof) or what.partition(DEVIATION)[2].strip())
    ]
    assert open_rows == []
    assert all(what for _, what, _ in rows().values()), "each row says what we do"


def test_every_mark_names_a_row_of_the_table() -> None:
    assert {row: sorted(where) for row, where in marks().items() if row not in rows()} == {}


def test_what_the_table_names_proves_its_row() -> None:
    untrue = {row: module for row, (_, _, proof) in rows().items() for module in modules(proof) if module not in marks().get(row, ())}
    assert untrue == {}
    missing = {row: one for row, (_, _, proof) in rows().items() for one in documents(proof) if not (DOCS / one).exists()}
    assert missing == {}
    unnamed = [row for row in rows() if marks().get(row) and not modules(rows()[row][2])]
    assert unnamed == [], "tests prove these rows; the table says so"


def test_rows_and_levels_are_those_of_the_requirements() -> None:
    there = {row: level for row, (level, _, _) in rows().items()}
    assert (len(there), set(there.values())) == (313, {"L1", "L2", "L3"})
    if SPEC.exists():
        assert there == dict(re.findall(r"^- \[ \] \*\*(V[\d.]+)\*\* (L\d)", SPEC.read_text(), re.MULTILINE))


def test_deviations_at_the_first_two_levels_are_the_decided_ones() -> None:
    deviating = {row for row, (level, what, _) in rows().items() if DEVIATION in what and level in ("L1", "L2")}
    assert deviating == {"V5.4.3", "V6.2.5", "V6.4.2", "V6.6.1", "V11.2.3"}
