"""Moving time: the provider's clock, and with it what the limits have counted, which the library times by the machine's."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask

from idp import clock
from idp.extensions import redis


class MovedClock:
    """The clock of this process; `shift` lets so many seconds pass for everything that counts them."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def shift(self, seconds: float) -> None:
        clock.shift(seconds)
        with self._app.app_context():
            for key in cast(Any, redis.scan_iter("idp:limit*", count=1000)):
                if redis.type(key) == b"list":
                    self._age(key, seconds)

    @staticmethod
    def _age(key: bytes, seconds: float) -> None:
        left = cast(int, redis.pttl(key)) - int(seconds * 1000)
        entries = cast("list[bytes]", redis.lrange(key, 0, -1))
        redis.delete(key)
        if left > 0 and entries:
            redis.rpush(key, *[str(float(entry) - seconds) for entry in entries])
            redis.pexpire(key, left)

    def now(self) -> Any:
        return clock.now()

    def timestamp(self) -> int:
        return clock.timestamp()
