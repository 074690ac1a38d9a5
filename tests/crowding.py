"""A crowd that has every place where passwords are hashed, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from idp import accounts, settings


@contextmanager
def every_place_taken(*, in_line: bool = True) -> Iterator[None]:
    """All hash, and unless told otherwise all places in the line are taken, and all of those who only pass the time."""
    passwords, chosen = accounts.passwords, settings.current()
    crowded = [passwords._places(chosen.workers)]
    if in_line:
        crowded += [passwords._line(chosen.threads), passwords._sleeping_places]
    taken = [place for place in crowded for _ in range(60) if place.acquire(blocking=False)]
    try:
        yield
    finally:
        for place in taken:
            place.release()
