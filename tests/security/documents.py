"""The documents as a test reads them: tables under a heading."""

from __future__ import annotations

from tests.security.source import ROOT


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def table(name: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    section = document(name).partition(f"# {heading}\n")[2]
    assert section, f"docs/{name} has no heading {heading!r}"
    lines = [line.strip() for line in section.partition("\n#")[0].splitlines()]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]
    assert len(rows) > 2, f"docs/{name} has no table under {heading!r}"
    return rows[2:]
