"""The server of a relying party: granian, one process with several threads.

One process, because the lock that keeps two requests from refreshing the same token lives in it.
"""

import os

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from clients.party import DEFAULT_PORT_BASE, PORT_OFFSETS

THREADS = 4


def serve(slug: str) -> None:
    """Serve the relying party `slug` until it is told to stop; only this machine can reach it unless HOST says otherwise."""
    port = int(os.environ.get("PORT_BASE", DEFAULT_PORT_BASE)) + PORT_OFFSETS[slug]
    Granian(
        f"clients.{slug}.wsgi:app",
        address=os.environ.get("HOST", "127.0.0.1"),
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
