"""The provider on a real socket, within the test process so that its clock can be moved."""

from __future__ import annotations

import threading

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.working import Worker


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        pass


class LiveServer:
    """A threaded server and a worker that sweeps ten times a second."""

    def __init__(self, app: Flask, port: int) -> None:
        self.url = f"http://localhost:{port}"
        self._server = make_server("localhost", port, app, threaded=True, request_handler=_Quiet)
        self._worker = Worker(app)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._serve, self._work)]

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def _work(self) -> None:
        while not self._stop.wait(0.1):
            self._worker.drain()

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._threads[1].join()
