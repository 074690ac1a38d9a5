"""Real processes that really die under load: what was acknowledged holds, nothing answers 500, everything comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import bench
from tests.faults.installation import Installation, Load
from tests.postgres import Postgres

TROUBLE = {200, 302, 303, 400, 401, 503}  # 400 and 401: what Redis lost is unknown to it


@pytest.fixture(scope="module")
def postgres_url(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture(scope="module")
def installation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("installation"), postgres_url)
    yield made
    made.stop()


@pytest.fixture
def cookie(installation: Installation) -> str:
    """Siti, signed in."""
    return bench.signed_in_cookie(installation.url)


def test_a_valkey_that_dies_costs_seconds_of_503_and_no_sign_in(installation: Installation, cookie: str) -> None:
    with Load(installation, cookie) as load:
        load.wait_for_rounds(20)
        installation.kill_valkey()
        time.sleep(1)
        installation.start_valkey()
        back = time.monotonic()
        load.wait_for_rounds(20)
        assert load.last_trouble - back < 15
    assert 503 in load.statuses
    assert load.statuses <= TROUBLE
    assert load.hasty == 0


def test_a_postgresql_that_restarts_costs_seconds_and_no_process(installation: Installation, cookie: str, postgres: Postgres) -> None:
    serving = installation.serving_process()
    with Load(installation, cookie) as load:
        load.wait_for_rounds(20)
        signed_in = [bench.signed_in_cookie(installation.url) for _ in range(3)]
        postgres.restart()
        back = time.monotonic()
        load.wait_for_rounds(20)
        assert load.last_trouble - back < 10
    assert load.statuses <= TROUBLE
    assert load.hasty == 0
    assert installation.serving_process() == serving
    for one in signed_in:  # every sign-in that was acknowledged
        assert httpx.get(installation.url, headers={"Cookie": one}, timeout=30).status_code == 200


def test_a_provider_process_that_is_killed_is_replaced_and_loses_nothing(installation: Installation, cookie: str) -> None:
    before = installation.serving_process()
    with Load(installation, cookie) as load:
        load.wait_for_rounds(20)
        os.kill(before, signal.SIGKILL)
        load.wait_for_rounds(20)
    assert load.statuses <= TROUBLE - {503}
    assert installation.serving_process() != before


def test_the_installation_is_whole_afterwards(installation: Installation) -> None:
    assert bench.idp(installation.env, "audit", "verify")["ok"]
    assert Path(installation.folder / "keys").exists()
