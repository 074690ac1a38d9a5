"""Which test runs which line, and how long each takes: one run of all of them, on the code as it is."""

from __future__ import annotations

import inspect
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage

from tests.mutation.changes import Mutant
from tests.mutation.targets import ROOT

LIKELY = 8


@dataclass(slots=True)
class Walks:
    """The tests that pass, by name, with their seconds of work, and those that ran a line of a file of ours."""

    items: dict[str, pytest.Item] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    _lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)

    def record(self, items: list[pytest.Item]) -> None:
        """Run them all, one after the other."""
        tracer = Coverage(data_file=None, config_file=False, include=[f"{ROOT}/idp/*"])
        tracer.start()
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            tracer.switch_context(item.nodeid)
            began = time.process_time()
            fault = run(item, following)
            if fault:
                self.faults[item.nodeid] = fault
            else:
                self.items[item.nodeid], self.seconds[item.nodeid] = item, time.process_time() - began
        tracer.stop()
        data = tracer.get_data()
        self._lines = {path: data.contexts_by_lineno(path) for path in data.measured_files()}

    def of(self, mutant: Mutant) -> list[str]:
        """The tests that run a mutant's lines: first those that speak of the same things, then the quickest."""
        found = self._users(mutant.place) if mutant.lines is None else self._at(mutant.path, range(mutant.lines[0], mutant.lines[1] + 1))
        likely = sorted(found, key=lambda test: self._in_common(test, mutant), reverse=True)[:LIKELY]
        return list(dict.fromkeys(likely + sorted(found, key=self.seconds.__getitem__)))

    def _in_common(self, test: str, mutant: Mutant) -> float:
        """How many words of the mutant's statement stand in the test; a word that few tests know counts for more."""
        words = _words(mutant.place + mutant.change) & _words_of(self.items[test])
        return sum(1 / sum(word in _words_of(item) for item in self.items.values()) for word in words)

    def _at(self, path: Path, lines: range) -> set[str]:
        at = self._lines.get(str(path), {})
        return {test for line in lines for test in at.get(line, ()) if test in self.items}

    def _users(self, constant: str) -> set[str]:
        """The tests that run a line with this constant, or speak of it themselves."""
        word = re.compile(rf"\b{constant}\b")
        found = {name for name, item in self.items.items() if word.search(_read(item.path))}
        for path in self._lines:
            for number, text in enumerate(_read(Path(path)).splitlines(), 1):
                if word.search(text):
                    found |= self._at(Path(path), range(number, number + 1))
        return found


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}", text.lower()))


@cache
def _words_of(item: pytest.Item) -> frozenset[str]:
    return _words(inspect.getsource(item.function))  # type: ignore[attr-defined]


@cache
def _read(path: Path) -> str:
    return path.read_text()


def run(item: pytest.Item, following: pytest.Item) -> str:
    """Run one test and leave what `following` needs as well; answers what went wrong, or nothing."""
    reports = runtestprotocol(item, log=False, nextitem=following)
    return next((one.longreprtext for one in reports if one.failed), "")
