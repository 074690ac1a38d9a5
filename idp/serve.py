"""The server: granian with as many processes and threads as the settings say. `make serve` runs it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from idp import settings


def run() -> None:
    """Serve until told to stop. The address is `IDP_BIND`, or the issuer's own port on this machine."""
    chosen = settings.current()
    address, port = _bind(chosen.bind, chosen.issuer)
    metrics = urlsplit(f"//{chosen.metrics_addr}") if chosen.metrics_addr else None
    Server(
        "wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        respawn_failed_workers=True,
        backlog=2048,
        log_level=LogLevels.warning,
        metrics_enabled=metrics is not None,
        metrics_address=(metrics.hostname if metrics else None) or "127.0.0.1",
        metrics_port=(metrics.port if metrics else None) or 9090,
        working_dir=None,
    ).serve()


def _bind(bind: str, issuer: str) -> tuple[str, int]:
    parts = urlsplit(f"//{bind}" if bind else issuer)
    return (parts.hostname or "127.0.0.1") if bind else "127.0.0.1", parts.port or int(os.environ.get("PORT", "8000"))


if __name__ == "__main__":
    run()
