"""Hostile requests, counted and timed: none may fail, none may hang, and every test run sends ten thousand of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Self

from flask import Flask
from werkzeug.test import TestResponse

LONGEST_SECONDS = 2.0
# `make soak` sends ten times as many.
TIMES = int(os.environ.get("HOSTILE_TIMES", "1"))
# How many each trial sends at least; a test adds them up.
MINIMUM = {name: TIMES * least for name, least in {"routes": 2_000, "openapi": 4_000, "parameters": 700, "walks": 3_300}.items()}


class Volley:
    """The requests of one trial, or of one of its parts. `with Volley("routes", part_of=4) as volley:` says at its end whether enough
    were sent."""

    def __init__(self, trial: str, part_of: int = 1) -> None:
        self.least = MINIMUM[trial] // part_of
        self.sent = 0

    def send(self, deed: Callable[[], TestResponse], about: object = "") -> TestResponse:
        """Send one. A slow answer is asked for again: a machine may be busy, but what hangs does so twice."""
        answer, took = self._timed(deed)
        assert answer.status_code < 500, f"{answer.status_code}: {about or answer.request}"
        if took > LONGEST_SECONDS:
            _, took = self._timed(deed)
            assert took <= LONGEST_SECONDS, f"{took:.1f} s: {about or answer.request}"
        return answer

    def _timed(self, deed: Callable[[], TestResponse]) -> tuple[TestResponse, float]:
        began = time.perf_counter()
        answer = deed()
        self.sent += 1
        return answer, time.perf_counter() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            assert self.sent >= self.least, f"{self.sent} requests were sent, not {self.least}"


class Watch:
    """Everything that an application is asked while a trial walks through it, counted and timed."""

    ALLOWED_PAUSES = 2 * TIMES  # of a busy machine, not of the provider: what hangs does so every time

    def __init__(self, app: Flask, volley: Volley) -> None:
        self._app, self._volley, self._inner = app, volley, app.wsgi_app
        self.failed: list[str] = []
        self.slow: list[str] = []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        about = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"

        def start(status: str, headers: Any, *more: Any) -> Any:
            if status.startswith("5"):
                self.failed.append(f"{about}: {status}")
            return start_response(status, headers, *more)

        began = time.perf_counter()
        answer = self._inner(environ, start)
        self._volley.sent += 1
        if time.perf_counter() - began > LONGEST_SECONDS:
            self.slow.append(about)
        return answer

    def __enter__(self) -> Self:
        self._app.wsgi_app = self  # type: ignore[method-assign]
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._app.wsgi_app = self._inner  # type: ignore[method-assign]
        if kind is None:
            assert self.failed == []
            assert len(self.slow) <= self.ALLOWED_PAUSES, self.slow
