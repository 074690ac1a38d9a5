"""A thousand wrong sign-ins a second from ten thousand addresses: the owner still signs in on a known device."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests import bench
from tests.faults.installation import Installation

SIGN_INS = int(os.environ.get("SOAK_SIGN_INS", "100"))
A_SECOND = int(os.environ.get("SOAK_WRONG_A_SECOND", "1000"))
SLOWEST_SECONDS = 2.0


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDP_TRUSTED_PROXIES", "127.0.0.1")
        made = Installation(folder, f"sqlite:///{folder}/idp.db")
    yield made
    made.stop()


def test_in_a_flood_the_owner_signs_in_a_hundred_times_of_a_hundred(installation: Installation) -> None:
    owner = httpx.Client(base_url=installation.url, headers={"X-Forwarded-For": "192.0.2.1"}, timeout=30)
    assert signs_in(owner) > 0
    crowd = [sys.executable, "-m", "tests.soak.strangers", installation.url, bench.PERSON, str(A_SECOND)]
    with subprocess.Popen(crowd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as strangers:
        time.sleep(5)
        waits = sorted(signs_in(owner) for _ in range(SIGN_INS))
        told = json.loads(strangers.communicate("stop\n")[0])
    print(f"\n{told}; the owner waited {waits[len(waits) // 2]:.2f} s (median), {waits[-1]:.2f} s at most, {len(waits)} times")
    assert len(waits) == SIGN_INS
    assert waits[int(len(waits) * 0.99) - 1] < SLOWEST_SECONDS
    assert set(told["statuses"]) <= {"400", "429", "503"}


def signs_in(owner: httpx.Client) -> float:
    """Seconds from sending the form to being signed in; signs out again."""
    token = csrf(owner.get("/masuk"))
    began = time.monotonic()
    answer = owner.post("/masuk", data={"csrf_token": token, "identifier": bench.PERSON, "password": bench.PASSWORD})
    took = time.monotonic() - began
    assert answer.status_code == 303, answer.status_code
    assert owner.cookies.get("sso")
    owner.post("/keluar", data={"csrf_token": csrf(owner.get("/keluar"))})
    return took


def csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, page.status_code
    return found[1]
