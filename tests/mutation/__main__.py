"""`python -m tests.mutation [--again] [GROUP …]`: see docs/mutants.md."""

from __future__ import annotations

import argparse
import importlib
import sys

import pytest

from tests.mutation import changes, report
from tests.mutation.targets import GROUPS, tests_of
from tests.mutation.trial import Trial

LEFT_OUT = "not browser and not node and not apache"
MEASURING = "not same_time and not flood"  # a test that measures time may fail for another reason


def main() -> int:
    """Run the trial and print its figures; 1 if a mutant survives that is not known to mean the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Would a test notice if a line were wrong?")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all of them if none is given")
    parser.add_argument("--again", action="store_true", help="only what survived the last time, or was not tried")
    parser.add_argument("--patience", type=float, default=15, help="seconds of tests for one mutant (%(default)s)")
    parser.add_argument("--minutes", type=float, default=600, help="for all mutants together; those that are tried are picked at random")
    parser.add_argument("--figures", action="store_true", help="try nothing: only show what is known")
    given = parser.parse_args()
    names = given.groups or list(GROUPS)
    files = [path for name in names for path in GROUPS[name].files()]
    results = report.Results(again=given.again or given.figures)
    if given.figures:
        for path in files:
            importlib.import_module(changes.module_of(path))
        results.expect(mutant for path in files for mutant in changes.of_file(path))
    else:
        options = ["-n0", "-p", "no:cacheprovider", "--database", "sqlite", "-m", LEFT_OUT, "-k", MEASURING, *tests_of(names)]
        if status := pytest.main(options, plugins=[Trial(files, results, patience=given.patience, minutes=given.minutes)]):
            return int(status)
    print(*results.table(), *results.survivors(), sep="\n")
    print(*(f"not there any more: {name}" for name in results.outdated()), sep="\n")
    return bool(results.survivors())


if __name__ == "__main__":
    sys.exit(main())
