"""The server: granian with as many processes and threads as the settings say. `make serve` runs it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from idp import settings


def run() -> None:
    """Serve until told to stop. The address is `IDP_BIND`, or the issuer's own port on this machine."""
    chosen = settings.current()
    address, port = _bind(chosen.bind, chosen.issuer)
    beside = _serve_metrics(chosen) if chosen.metrics_addr else None
    server = Server(
        "wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # HTTP/2 ends at the proxy
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        respawn_failed_workers=True,
        backlog=2048,
        log_level=LogLevels.error,  # its warning on threads does not know that ours wait for stores most of the time
        working_dir=None,
    )
    try:
        server.serve()
    finally:
        if beside is not None:
            beside.terminate()


def _serve_metrics(chosen: settings.Settings) -> subprocess.Popen[bytes]:
    """Start the process that serves what the workers are about to measure."""
    folder = (chosen.var_dir / "metrics").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    # The library looks for the folder when it is imported: a forked worker would have it imported already.
    multiprocessing.set_start_method("spawn")
    return subprocess.Popen([sys.executable, "-m", "idp.metrics"])


def _bind(bind: str, issuer: str) -> tuple[str, int]:
    parts = urlsplit(f"//{bind}" if bind else issuer)
    return (parts.hostname or "127.0.0.1") if bind else "127.0.0.1", parts.port or int(os.environ.get("PORT", "8000"))


if __name__ == "__main__":
    run()
