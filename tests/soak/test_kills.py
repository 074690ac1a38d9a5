"""An hour of misfortune in ten minutes: the serving process killed sixty times, both stores restarted again and again."""

from __future__ import annotations

import os
import signal
import time

import httpx

from tests import bench
from tests.faults.installation import Installation, Load
from tests.postgres import Postgres

KILLS = int(os.environ.get("SOAK_KILLS", "60"))
SECONDS_BETWEEN = float(os.environ.get("SOAK_SECONDS_BETWEEN", "10"))


def still_signed_in(installation: Installation, cookies: list[str]) -> bool:
    return all(httpx.get(installation.url, headers={"Cookie": one}).status_code == 200 for one in cookies)


def test_no_acknowledged_sign_in_is_lost_while_processes_are_killed(installation: Installation, cookie: str) -> None:
    signed_in = []
    with Load(installation, cookie) as load:
        for _ in range(KILLS):
            time.sleep(SECONDS_BETWEEN)
            signed_in = [*signed_in[-9:], bench.signed_in_cookie(installation.url)]
            os.kill(installation.serving_process(), signal.SIGKILL)
            installation.wait_until_ready()
        load.wait_for_rounds(20)
    assert 500 not in load.statuses
    assert still_signed_in(installation, signed_in)


def test_both_stores_restart_again_and_again(installation: Installation, cookie: str, postgres: Postgres) -> None:
    with Load(installation, cookie) as load:
        for _ in range(max(1, KILLS // 6)):
            time.sleep(SECONDS_BETWEEN)
            installation.kill_valkey()
            installation.start_valkey()
            time.sleep(SECONDS_BETWEEN)
            postgres.restart()
            load.wait_for_rounds(20)
    assert 500 not in load.statuses
    assert load.hasty == 0
    assert still_signed_in(installation, [cookie])
