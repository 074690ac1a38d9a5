"""What became of each mutant: kept in a file, so that a run can go on where another ended, and shown as a table."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutation.changes import Mutant
from tests.mutation.targets import ROOT

KEPT = ROOT / "var" / "mutants.jsonl"
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class Results:
    """By name of the mutant, the test that failed on it; an empty one where none did."""

    def __init__(self, *, again: bool) -> None:
        """With `again`, what was caught in earlier runs counts as caught, and only the rest is tried."""
        self.equivalent = {name: group["why"] for group in tomllib.loads(EQUIVALENT.read_text())["group"] for name in group["mutants"]}
        self._by: dict[str, str] = dict(_kept()) if again else {}
        self._modules: dict[str, str] = {}
        KEPT.parent.mkdir(exist_ok=True)
        if not again:
            KEPT.write_text("")

    def expect(self, mutants: Iterable[Mutant]) -> None:
        """These are all that there are."""
        self._modules = {mutant.name: mutant.module for mutant in mutants}

    def is_known(self, mutant: Mutant) -> bool:
        """Whether there is nothing to try. A mutant that means the same as the original is not tried."""
        return mutant.name in self.equivalent or bool(self._by.get(mutant.name))

    def has_survived(self, mutant: Mutant) -> bool:
        """Whether it did so in an earlier run."""
        return self._fate(mutant.name) == "survives"

    def by(self, mutant: Mutant) -> str:
        """The test that failed on it in an earlier run."""
        return self._by.get(mutant.name, "")

    def add(self, mutant: Mutant, by: str) -> None:
        """Write one down."""
        self._by[mutant.name] = by
        with KEPT.open("a") as kept:
            kept.write(json.dumps([mutant.name, by], ensure_ascii=False) + "\n")

    def table(self) -> Iterator[str]:
        """The figures for each module, as Markdown."""
        yield "| module | mutants | not tried | equivalent | killed | survive | killed of those tried that differ |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for module in sorted(set(self._modules.values())):
            yield self._row(f"`{module}`", [name for name, of in self._modules.items() if of == module])
        yield self._row("all", list(self._modules))

    def _row(self, title: str, names: list[str]) -> str:
        count = Counter(self._fate(name) for name in names)
        share = 100 * count["killed"] / max(1, count["killed"] + count["survives"])
        figures = (len(names), count["not tried"], count["equivalent"], count["killed"], count["survives"])
        return f"| {title} | {' | '.join(map(str, figures))} | {share:.1f} % |"

    def _fate(self, name: str) -> str:
        if name in self.equivalent:
            return "equivalent"
        if name not in self._by:
            return "not tried"
        return "killed" if self._by[name] else "survives"

    def survivors(self) -> list[str]:
        """The names of those that no test noticed."""
        return [name for name in self._modules if self._fate(name) == "survives"]

    def outdated(self) -> list[str]:
        """What equivalent.toml names in these modules and is not there any more."""
        modules = tuple(f"{module}." for module in set(self._modules.values()))
        return [name for name in self.equivalent if name.startswith(modules) and name not in self._modules]


def _kept() -> Iterable[tuple[str, str]]:
    return [tuple(json.loads(line)) for line in KEPT.read_text().splitlines()] if KEPT.exists() else []
