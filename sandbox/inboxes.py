"""Inboxes: what arrived for whom, in memory, and no more of it than a machine can hold."""

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from datetime import UTC, datetime

Message = Mapping[str, str]

_MESSAGES_EACH = 200
_INBOXES = 20_000


class Inboxes:
    """Messages by addressee, newest last. Safe for threads.

    Holds the last 200 messages of each of the last 20,000 addressees: what is older makes room.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_addressee: OrderedDict[str, deque[Message]] = OrderedDict()

    def deliver(self, addressee: str, **parts: str) -> None:
        """Put one message, stamped with the time, into the inbox of `addressee`."""
        message = {"to": addressee, **parts, "at": datetime.now(UTC).isoformat()}
        with self._lock:
            self._by_addressee.setdefault(addressee, deque(maxlen=_MESSAGES_EACH)).append(message)
            self._by_addressee.move_to_end(addressee)
            while len(self._by_addressee) > _INBOXES:
                self._by_addressee.popitem(last=False)

    def of(self, addressee: str) -> list[Message]:
        """Everything for `addressee`, newest last."""
        with self._lock:
            return list(self._by_addressee.get(addressee, ()))

    def newest(self, count: int) -> list[tuple[str, int]]:
        """The addressees who got something last, newest first, each with the number of messages."""
        with self._lock:
            names = [name for name, _ in zip(reversed(self._by_addressee), range(count), strict=False)]
            return [(name, len(self._by_addressee[name])) for name in names]

    def clear(self) -> None:
        """Empty every inbox."""
        with self._lock:
            self._by_addressee.clear()
