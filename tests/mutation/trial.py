"""The trial: for each mutant a fork of this process, in which the tests of its lines run until one fails.

Stores and outside world are those of the parent. Each test empties the stores, and each fork finds the world with empty
inboxes: it counts its people from where the parent left off, as the fork before it did. Nothing else of a mutant outlives its fork."""

from __future__ import annotations

import gc
import os
import random
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from tests.mutation import changes, report
from tests.mutation.changes import Mutant
from tests.mutation.walks import LIKELY, Walks, run
from tests.outside import Outside

HANGS_AFTER = 30.0  # seconds for one test that takes a fraction of one


class Trial:
    """A plugin that runs mutants instead of tests."""

    def __init__(self, files: list[Path], results: report.Results, *, patience: float, minutes: float) -> None:
        """`patience`: seconds of tests for one mutant, the quickest that fit. `minutes`: for all of them, picked at random."""
        self._files = files
        self._patience = patience
        self._minutes = minutes
        self._results = results
        self._walks = Walks()
        self._worlds: list[Outside] = []
        self._killers: defaultdict[str, list[str]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All of it. Answers pytest that its tests are run."""
        screen: Any = session.config.pluginmanager.getplugin("terminalreporter")
        self._walks.record(session.items)
        for name, fault in self._walks.faults.items():
            screen.write_line(f"fails as it is, so it judges nothing: {name}\n{fault}")
        screen.write_line(f"{len(self._walks.items)} tests take {sum(self._walks.seconds.values()):.0f} s")
        self._worlds = [one for one in gc.get_objects() if isinstance(one, Outside)]
        _make_ready_to_fork()
        mutants = [mutant for path in self._files for mutant in changes.of_file(path)]
        self._results.expect(mutants)
        for mutant in mutants:
            self._remember(mutant, self._results.by(mutant))
        random.Random(len(mutants)).shuffle(mutants)  # where time is short, what is tried says something of the rest
        mutants.sort(key=self._results.has_survived, reverse=True)
        ends = time.monotonic() + 60 * self._minutes
        for mutant in [one for one in mutants if not self._results.is_known(one)]:
            if time.monotonic() > ends:
                break
            began = time.perf_counter()
            by = self._judge(mutant)
            self._results.add(mutant, by)
            if not by:
                screen.write_line(f"survives ({len(self._walks.of(mutant))} tests, {time.perf_counter() - began:.1f} s) {mutant.name}")
        return True

    def _judge(self, mutant: Mutant) -> str:
        """The test that fails on it, or the empty string."""
        chosen = self._order(mutant)
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(told)
            try:
                os.write(tell, self._first_to_fail(mutant, chosen).encode())
            finally:
                os._exit(0)
        os.close(tell)
        with os.fdopen(told) as answers:
            by = answers.read()
        os.waitpid(child, 0)
        self._remember(mutant, by)
        return by

    def _remember(self, mutant: Mutant, by: str) -> None:
        if by:
            self._killers[mutant.place].insert(0, by)
            self._killers[mutant.module].append(by)

    def _order(self, mutant: Mutant) -> list[str]:
        """First what has caught others of the same place, then what is likely to and is quick, as far as patience goes."""
        tests = self._walks.of(mutant)
        known = [*self._killers[mutant.place], *tests[:LIKELY], *(name for name, _ in Counter(self._killers[mutant.module]).most_common(4))]
        chosen, spent = [], 0.0
        for name in dict.fromkeys([one for one in known if one in tests] + tests):
            spent += self._walks.seconds[name]
            if chosen and spent > self._patience:
                break
            chosen.append(name)
        return chosen

    def _first_to_fail(self, mutant: Mutant, chosen: list[str]) -> str:
        """In the child."""
        try:
            mutant.plant()
        except Exception as fault:
            return f"does not load: {type(fault).__name__}"
        for world in self._worlds:
            world.clear_faults()
            world.clear_inboxes()
        signal.signal(signal.SIGALRM, _hangs)
        items = [self._walks.items[name] for name in chosen]
        others = list(self._walks.items.values())
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.session._setupstate.teardown_exact(item)
            signal.setitimer(signal.ITIMER_REAL, HANGS_AFTER, 1)
            fault = run(item, following or next(one for one in others if one is not item))
            signal.setitimer(signal.ITIMER_REAL, 0)
            if fault:
                return item.nodeid
        return ""


def _make_ready_to_fork() -> None:
    """Connections to the database must not be shared by two processes; and what a fork does not touch it need not copy."""
    gc.unfreeze()  # what the tests froze for their own sake is out of sight
    changes.functions()
    gc.collect()
    for engine in [one for one in gc.get_objects() if isinstance(one, Engine)]:
        engine.dispose()
    gc.freeze()


def _hangs(*_: object) -> None:
    raise TimeoutError("the mutant hangs")
