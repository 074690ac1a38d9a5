"""The worker, by hand: carries out what is due in the outbox."""

from __future__ import annotations

import threading

from flask import Flask

from idp import oidc, outbox

_one_at_a_time = threading.Lock()


class Worker:
    """Runs the outbox of an application until nothing is due."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def drain(self) -> int:
        """Carry out everything that is due, as the worker's sweep does; answers how many rows were delivered.

        Whoever comes while another is at it waits: afterwards all that was due has arrived, whoever carried it."""
        delivered = 0
        with _one_at_a_time, self._app.app_context():
            oidc.readings.catch_up()
            while rows := outbox.due():
                done = sum(outbox.deliver(row) for row in rows)
                delivered += done
                if not done:
                    break
        return delivered
