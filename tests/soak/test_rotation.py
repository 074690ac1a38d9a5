"""Signing keys rotate a thousand times under load, and no relying party fails to verify once."""

from __future__ import annotations

import json
import os
import threading
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tests import bench
from tests.faults.installation import Installation

ROTATIONS = int(os.environ.get("SOAK_ROTATIONS", "1000"))


class VerifyingParty(bench.Round):
    """Knows the keys that it fetched, fetches anew when it meets an unknown one, and verifies every ID token."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.url = arguments[0]
        self.keys = self.fetched()
        self.verified = 0

    def fetched(self) -> KeySet:
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
    for _ in range(ROTATIONS):
        bench.idp(installation.env, "keys", "rotate", "--alg", "ES256")
        if faults:
            break
    stop.set()
    thread.join()
    assert faults == []
    assert party.verified > ROTATIONS
