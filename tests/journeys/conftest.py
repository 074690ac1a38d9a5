"""The two services beside the provider, registered as an administrator does, each on a socket of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from clients.karirhub.app import create_app as karirhub
from clients.party import Service
from clients.skillhub.app import create_app as skillhub
from tests.commands import Idp
from tests.conftest import free_port
from tests.journeys.walking import PASSWORD
from tests.live import LiveServer, _Quiet


@dataclass(frozen=True)
class Services:
    """The addresses of both services."""

    karirhub: str
    skillhub: str


@pytest.fixture
def services(live: LiveServer, idp: Idp, tmp_path: Path) -> Iterator[Services]:
    urls = {"karirhub": f"http://localhost:{free_port()}", "skillhub": f"http://localhost:{free_port()}"}
    servers = []
    for slug, make in (("karirhub", karirhub), ("skillhub", skillhub)):
        others = {name: url for name, url in urls.items() if name != slug}
        service = Service(slug, urls[slug], live.url, others, tmp_path / f"{slug}.json", tmp_path / f"{slug}.db", "a secret of the test's")
        answer = idp.json("client", "add", "--file", "-", given=service.registration_text())
        service.credentials_file.write_text(json.dumps(answer))
        port = int(urls[slug].rpartition(":")[2])
        servers.append(make_server("localhost", port, make(service), threaded=True, request_handler=_Quiet))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
    yield Services(**urls)
    for server in servers:
        server.shutdown()
        server.server_close()


RATNA: dict[str, Any] = {
    "nik": "9901015506920077",
    "name": "Ratna Wulandari",
    "email": "ratna.wulandari@example.id",
    "phone": "+6281200000077",
    "password": PASSWORD,
    "verified": True,
    "profile": {"keahlian": ["MS Excel", "Administrasi perkantoran", "Komunikasi"]},
}


@pytest.fixture
def ratna(idp: Idp) -> dict[str, Any]:
    """A citizen with an account and three skills."""
    done = idp("seed", "--file", "-", given=json.dumps(RATNA))
    assert done.exit_code == 0, done.stderr
    return RATNA
