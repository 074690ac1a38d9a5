"""The server on its socket: one request is one request, lengths are true, HTTP/1.1 only, and it tells nothing of itself."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from idp import settings
from tests.commands import environment
from tests.conftest import free_port

pytestmark = pytest.mark.any_database

HOST = b"Host: localhost\r\n"
AMBIGUOUS = (
    b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    b"POST /masuk HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: +3\r\n\r\nabc",
    b"POST /masuk HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    b"GET /masuk HTTP/1.1\r\n" + HOST + b" folded: x\r\n\r\n",
    b"GET /masuk HTTP/1.1\r\n" + HOST + b"X-Odd: a\x00b\r\n\r\n",
    b"GET /masuk HTTP/1.1\r\n" + HOST + b"X-Odd : a\r\n\r\n",
    b"GET /masuk HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n",
    b"GET /masuk HTTP/1.1\r\n\r\n",
    b"GET  /masuk HTTP/1.1\r\n" + HOST + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
)


@pytest.fixture
def server(app) -> Iterator[int]:
    """The port of a server of its own, on the stores of this test."""
    port = free_port()
    env = environment(settings.current()) | {"IDP_BIND": f"127.0.0.1:{port}", "IDP_THREADS": "2"}
    process = subprocess.Popen([sys.executable, "-m", "idp.serve"], env=env, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.1)
    yield port
    process.terminate()
    process.wait(timeout=30)


def told(port: int, sent: bytes) -> bytes:
    """What comes back until the server closes or says nothing for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(sent)
        answer = b""
        with contextlib.suppress(OSError):
            while chunk := line.recv(65_536):
                answer += chunk
                line.settimeout(1)
        return answer


@pytest.mark.asvs("V4.2.1", "V4.2.2", "V4.2.3", "V4.2.4", "V13.4.6", "V3.5.4")
def test_one_request_is_one_request_and_lengths_are_true(server: int) -> None:
    for ambiguous in AMBIGUOUS:
        answer = told(server, ambiguous + b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n")
        statuses = [line for line in answer.split(b"\r\n") if line.startswith(b"HTTP/1.")]
        assert len(statuses) <= 1 or b" 400 " in statuses[0], (ambiguous, statuses)
        assert not statuses or statuses[0].split()[1] in (b"400", b"404", b"413"), (ambiguous, statuses)
        assert not answer.startswith(b"\x00\x00"), "no frame of HTTP/2"
    for method, path in (
        (b"GET", b"/healthz"),
        (b"HEAD", b"/masuk"),
        (b"GET", b"/nothing"),
        (b"OPTIONS", b"/masuk"),
        (b"TRACE", b"/masuk"),
    ):
        head, _, body = told(server, method + b" " + path + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n").partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(headers.get(b"content-length", b"0"))
        assert len(body) == (0 if method == b"HEAD" else length), (method, path)
        assert not re.search(rb"[0-9]", headers.get(b"server", b"")), "no version"
        assert b"x-powered-by" not in headers
        assert method != b"TRACE" or b" 405 " in head
