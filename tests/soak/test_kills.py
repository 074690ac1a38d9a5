"""An hour of misfortune in ten minutes: the serving process killed sixty times, both stores restarted again and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests import bench
from tests.faults.installation import Installation, Load
from tests.outside import Outside
from tests.postgres import Postgres
from tests.soak.citizens import Citizens

ANOTHER = "budi.santoso@example.id"  # of one person the twenty-first sign-in would end the first
KILLS = int(os.environ.get("SOAK_KILLS", "60"))
SECONDS_BETWEEN = float(os.environ.get("SOAK_SECONDS_BETWEEN", "10"))


@pytest.fixture(scope="module")
def installation(postgres: Postgres, outside: Outside, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Real processes, a worker among them, with the outside world around."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDP_LIMITS", "off")
        patch.setenv("IDP_DUKCAPIL_URL", outside.url)
        patch.setenv("IDP_SMS_URLS", f"sms+{outside.url}/sms/api/sendsms/?userkey=sandbox&passkey=sandbox")
        patch.setenv("IDP_MAIL_URL", f"smtp://127.0.0.1:{outside.mail_port}")
        made = Installation(tmp_path_factory.mktemp("installation"), postgres.new_database())
    with subprocess.Popen([sys.executable, "-m", "idp.worker"], env=made.env, stderr=subprocess.DEVNULL) as worker:
        yield made
        worker.terminate()
    made.stop()


def still_signed_in(installation: Installation, cookies: list[str]) -> bool:
    return all(httpx.get(installation.url, headers={"Cookie": one}).status_code == 200 for one in cookies)


def a_service(installation: Installation) -> dict[str, str]:
    """A client that asks people first, and keeps refresh tokens."""
    words = ("client", "add", "--name", "Layanan", "--redirect-uri", bench.CALLBACK, "--scope", "openid email offline_access")
    return dict(bench.idp(installation.env, *words, "--grant", "authorization_code", "--grant", "refresh_token",
                          "--auth-method", "client_secret_post"))  # fmt: skip


def test_nothing_acknowledged_is_lost_while_processes_are_killed(installation: Installation, outside: Outside, cookie: str) -> None:
    signed_in = []
    with Load(installation, cookie) as load, Citizens(installation, outside, a_service(installation)) as citizens:
        for _ in range(KILLS):
            time.sleep(SECONDS_BETWEEN)
            signed_in = [*signed_in[-9:], bench.signed_in_cookie(installation.url, ANOTHER)]
            os.kill(installation.serving_process(), signal.SIGKILL)
            installation.wait_until_ready()
        load.wait_for_rounds(20)
    acknowledged = {"registrations": citizens.registered, "refresh tokens": citizens.tokens, "revocations": citizens.revoked}
    counted = {name: len(found) for name, found in acknowledged.items()}
    print(f"\n{KILLS} kills, {load.rounds} rounds; {counted}, {citizens.interrupted} interrupted; {dict(citizens.statuses)}")
    assert 500 not in {*load.statuses, *citizens.statuses}
    assert still_signed_in(installation, signed_in)
    assert min(counted.values()) >= KILLS // 4
    assert citizens.faults() == []
    assert bench.idp(installation.env, "audit", "verify")["ok"]


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
