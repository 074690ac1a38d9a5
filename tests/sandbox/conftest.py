"""An outside world of these tests' own: they break it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.outside import Outside


@pytest.fixture(scope="package")
def world() -> Iterator[Outside]:
    with Outside() as started:
        started.fault(slow_seconds=0.8)
        yield started


@pytest.fixture
def outside(world: Outside) -> Iterator[Outside]:
    yield world
    world.clear_faults()
    world.clear_inboxes()


@pytest.fixture(scope="package")
def opened(world: Outside) -> Iterator[httpx.Client]:
    # One for all: each new client would read the machine's certificate authorities again.
    with httpx.Client(base_url=world.url, timeout=10) as client:
        yield client


@pytest.fixture
def client(outside: Outside, opened: httpx.Client) -> httpx.Client:
    return opened
