"""The world: everything that the simulated parties share, and how a view gets at it."""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from flask import Response, current_app, request

from sandbox.inboxes import Inboxes
from sandbox.people import People
from sandbox.switches import Switches


@dataclass(slots=True)
class World:
    """Who exists, what arrived, what is broken, and who asked the registry about whom (never with which password)."""

    people: People
    sms: Inboxes = field(default_factory=Inboxes)
    mail: Inboxes = field(default_factory=Inboxes)
    switches: Switches = field(default_factory=Switches)
    calls: deque[Mapping[str, object]] = field(default_factory=lambda: deque(maxlen=2_000))
    stopping: threading.Event = field(default_factory=threading.Event)

    def dawdle(self) -> None:
        """Wait as long as "slow" takes, or until the program stops."""
        self.stopping.wait(self.switches.number("slow_seconds"))


def current() -> World:
    """The world of the running application."""
    return cast(World, current_app.extensions["world"])


def drop_connection() -> Response:
    """An answer that never comes: the server closes the connection without a byte of it."""
    request.get_data()  # werkzeug would wait for what is left unread until the other side gives up

    def cut() -> Iterator[bytes]:
        raise ConnectionAbortedError  # before the first chunk: the server has sent no status line yet
        yield b""

    return Response(cut())
