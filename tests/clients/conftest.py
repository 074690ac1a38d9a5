"""Relying parties under test: the real services against a provider that can misbehave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from clients.karirhub.app import create_app as create_karirhub
from clients.party import Service
from clients.skillhub.app import create_app as create_skillhub
from tests.clients.standin import CLIENT_ID, CLIENT_SECRET, StandIn

# One for all tests: each new one would read the whole list of certificate authorities.
OUTSIDE = httpx.Client()
CREATE = {"karirhub": create_karirhub, "skillhub": create_skillhub}


class Visitor:
    """One browser at one service; the provider is visited over HTTP."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.at: FlaskClient = app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.at.get(path)

    def press(self, path: str, **fields: str) -> TestResponse:
        """Send the form on the front page that leads to `path`."""
        page = self.at.get("/").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        return self.at.post(path, data={**fields, **({"csrf_token": token[1]} if token else {})})

    def answer_of_provider(self, path: str = "/login") -> str:
        """Start signing in, visit the provider, and bring back the address that it redirects to."""
        started = self.at.get(path)
        assert started.status_code == 302, started.text
        return local(OUTSIDE.get(started.location).headers["Location"])

    def sign_in(self, path: str = "/login") -> TestResponse:
        return self.at.get(self.answer_of_provider(path))

    @property
    def signed_in(self) -> bool:
        return "Data yang kami terima" in self.at.get("/").text


def local(address: str) -> str:
    """The path and query of an address."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def query(address: str) -> dict[str, str]:
    """The query of an address, each parameter once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


@pytest.fixture
def provider() -> Iterator[StandIn]:
    found = StandIn()
    yield found
    found.stop()


@pytest.fixture
def service(tmp_path: Path, provider: StandIn) -> Callable[[str], Service]:
    """A service as `make run` would describe it, registered at the stand-in."""

    def described(slug: str) -> Service:
        credentials = tmp_path / f"{slug}.json"
        credentials.write_text(json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}))
        prefix = slug.upper()
        settings = {
            "OIDC_ISSUER": provider.issuer,
            f"{prefix}_CREDENTIALS": str(credentials),
            f"{prefix}_STORE": str(tmp_path / f"{slug}.db"),
        }
        return Service.from_environment(slug, settings)

    return described


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests: every test starts its own services."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def karirhub(service: Callable[[str], Service], compiled: FileSystemBytecodeCache) -> Visitor:
    return _visitor("karirhub", service, compiled)


@pytest.fixture
def skillhub(service: Callable[[str], Service], compiled: FileSystemBytecodeCache) -> Visitor:
    return _visitor("skillhub", service, compiled)


def _visitor(slug: str, service: Callable[[str], Service], compiled: FileSystemBytecodeCache) -> Visitor:
    app = CREATE[slug](service(slug))
    app.jinja_env.bytecode_cache = compiled
    return Visitor(app)
