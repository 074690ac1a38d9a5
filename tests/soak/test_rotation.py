"""Signing keys rotate a thousand times under load, and no relying party fails to verify once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests import bench
from tests.faults.installation import Installation

ROTATE = """
import sys
from idp import create_app
from idp.oidc import keys

app = create_app()
for _ in sys.stdin:
    with app.app_context():
        keys.rotate(("ES256",))
    print("rotated", flush=True)
"""
ROTATIONS = int(os.environ.get("SOAK_ROTATIONS", "1000"))


class VerifyingParty(bench.Round):
    """Knows the keys that it fetched, fetches anew when it meets an unknown one, and verifies every ID token."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.url, self.fetches = arguments[0], 0
        self.keys = self.fetched()
        self.verified = 0

    def fetched(self) -> KeySet:
        self.fetches += 1
        return KeySet.import_key_set(httpx.get(f"{self.url}/oauth/jwks").json())

    def _send(self, method: str, path: str, body: str = "", **headers: str) -> Any:
        answer, content = super()._send(method, path, body, **headers)
        if path == "/oauth/token":
            self.verify(json.loads(content)["id_token"])
        return answer, content

    def verify(self, token: str) -> None:
        try:
            jwt.decode(token, self.keys, algorithms=["ES256"])
        except (JoseError, ValueError):
            self.keys = self.fetched()
            jwt.decode(token, self.keys, algorithms=["ES256"])
        self.verified += 1


@contextmanager
def rotating(installation: Installation) -> Iterator[Callable[[], None]]:
    """What `idp keys rotate --alg ES256` does, by a process that starts once: a start takes longer than a rotation."""
    command = [sys.executable, "-c", ROTATE]
    with subprocess.Popen(command, env=installation.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def rotate() -> None:
            assert process.stdin
            assert process.stdout
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "rotated\n"

        yield rotate
        process.terminate()


def test_no_relying_party_notices_a_thousand_rotations(installation: Installation, cookie: str) -> None:
    party, faults, stop = VerifyingParty(installation.url, installation.client, cookie), [], threading.Event()

    def run() -> None:
        try:
            while not stop.is_set():
                party.go()
        except Exception as fault:
            faults.append(repr(fault))

    thread = threading.Thread(target=run)
    thread.start()
    with rotating(installation) as rotate:
        for _ in range(ROTATIONS):
            before = party.verified
            rotate()
            while party.verified < before + 2 and not faults:
                time.sleep(0.005)
            if faults:
                break
    stop.set()
    thread.join()
    print(f"\n{ROTATIONS} rotations, {party.verified} ID tokens verified, keys fetched {party.fetches} times")
    assert faults == []
    assert party.verified > ROTATIONS
    assert party.fetches > ROTATIONS // 10
