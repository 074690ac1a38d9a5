"""The worker, by hand: carries out what is due in the outbox."""

from __future__ import annotations

from flask import Flask

from idp import oidc, outbox


class Worker:
    """Runs the outbox of an application until nothing is due."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def drain(self) -> int:
        """Carry out everything that is due, as the worker's sweep does; answers how many rows were delivered."""
        delivered = 0
        with self._app.app_context():
            oidc.readings.catch_up()
            while rows := outbox.due():
                done = sum(outbox.deliver(row) for row in rows)
                delivered += done
                if not done:
                    break
        return delivered
