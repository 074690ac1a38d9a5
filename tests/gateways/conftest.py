"""Outside parties as small servers on this machine: they record what they were sent and answer as told."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


Answer = tuple[int, bytes, dict[str, str]]


@dataclass
class OutsideParty:
    """Answers each request with the next of `answers`, the last one for ever after; a callable answers by itself."""

    answers: list[Answer | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    url: str = ""

    def answers_with(self, body: object, status: int = 200, **headers: str) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.append((status, payload, headers))

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        self.received.append(Received(handler.path, dict(handler.headers), handler.rfile.read(length)))
        answer = self.answers[min(len(self.received), len(self.answers)) - 1]
        if callable(answer):
            answer(handler)
            return
        status, payload, headers = answer
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(payload)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(payload)


@pytest.fixture
def start_party() -> Iterator[Callable[..., OutsideParty]]:
    servers = []

    def start(tls: ssl.SSLContext | None = None) -> OutsideParty:
        party = OutsideParty()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                party.handle(self)

            do_GET = do_POST

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *args: None  # a client that gives up is part of the trial
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        party.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
        return party

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def party(start_party: Callable[..., OutsideParty]) -> OutsideParty:
    return start_party()
