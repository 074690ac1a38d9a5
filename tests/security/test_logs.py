"""Logs in production: one JSON object a line whatever is sent, times in UTC, no message of a fault, and a last resort for every fault."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from redis.exceptions import ConnectionError as RedisDown
from sqlalchemy.exc import OperationalError

from idp import audit
from idp.extensions import unit_of_work
from idp.web import request_log

pytestmark = pytest.mark.any_database

ODD = 'a\r\nlevel=error\x1b[31m\u2028"}{"event": "forged"} \x00 😀'


class Lines:
    """What the provider logs in production mode from `begin` on."""

    def __init__(self, capsys: Any) -> None:
        self._capsys = capsys

    def begin(self) -> None:
        """To the stream that this test reads; pytest changes it between a fixture and its test."""
        request_log.configure()

    def __call__(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._capsys.readouterr().err.split("\n") if line]


@pytest.fixture
def production(app, configured, capsys, monkeypatch) -> Iterator[Lines]:
    configured(mode="production", log_level="DEBUG")
    yield Lines(capsys)
    configured(mode="sandbox", log_level="INFO")
    monkeypatch.setattr(sys, "stderr", sys.__stderr__)
    request_log.configure()


@pytest.mark.asvs("V16.2.1", "V16.2.2", "V16.2.4", "V16.4.1", "V16.3.1", "V16.3.3")
def test_whatever_is_sent_each_line_is_one_object_with_time_level_event_and_request(app, http, production) -> None:
    production.begin()
    http.get("/masuk", headers={"User-Agent": "a\x1b[31mb", "Accept-Language": ODD[:1]})
    token = http.forms()[0]["fields"]["csrf_token"][0]
    http.request("POST", "/masuk", data={"csrf_token": token, "identifier": ODD, "password": ODD})
    http.request("GET", "/oauth/authorize", query_string={"client_id": ODD, "state": ODD, "redirect_uri": ODD})
    http.request("GET", "/" + ODD.replace("\x00", "").replace("\r\n", ""))
    logging.getLogger("a.library").warning("a library says %s", ODD)
    structlog.get_logger("x").warning("odd", what=ODD)
    lines = production()
    assert len(lines) >= 6
    for line in lines:
        assert {"timestamp", "level", "event"} <= set(line), line
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", line["timestamp"]), "UTC, and says so"
    requests = [line for line in lines if line["event"] == "request"]
    assert all(len(line["request_id"]) == 16 and {"method", "route", "status", "ms"} <= set(line) for line in requests)
    assert "forged" not in {line["event"] for line in lines}
    failed = [line for line in lines if line["event"] == "sign_in_failed"]
    assert failed, "a failed sign-in is an event of its own"
    assert failed[0]["request_id"] in {line["request_id"] for line in requests}, "found by the request"


@pytest.mark.asvs("V16.5.1", "V16.5.4", "V16.3.4", "V13.4.2", "V16.2.5")
@pytest.mark.parametrize(
    ("fault", "status", "event"),
    [
        (RuntimeError("9971014204980001 SELECT * FROM accounts /work"), 500, "unexpected"),
        (RecursionError("secret"), 500, "unexpected"),
        (RedisDown("redis://:geheim@10.0.0.1"), 503, "store_unavailable"),
        (OperationalError("SELECT geheim", {}, Exception("geheim")), 503, "store_unavailable"),
    ],
)
def test_a_fault_is_told_in_general_and_logged_without_its_message(app, http, production, monkeypatch, fault, status, event) -> None:
    production.begin()

    def stumble(**_: Any) -> Any:
        raise fault

    for endpoint in ("login.form", "oidc.jwks"):
        monkeypatch.setitem(app.view_functions, endpoint, stumble)
    page, program = http.get("/masuk"), http.request("GET", "/oauth/jwks", headers={"Accept": "application/json"})
    for answer in (page, program):
        assert answer.status_code == status
        assert not re.search(r"9971014204980001|geheim|SELECT|Traceback|\.py|secret|/work", answer.text)
        assert answer.headers["X-Request-Id"] in answer.text
    lines = production()
    told = [line for line in lines if line["event"] == event]
    assert told
    assert told[0]["level"] == "error"
    assert not re.search(r"9971014204980001|geheim|SELECT", json.dumps(lines))
    assert http.get("/healthz").status_code == 200, "it goes on serving"


@pytest.mark.asvs("V16.2.3", "V16.3.2")
def test_an_event_is_logged_once_committed_and_nowhere_but_there(app, production) -> None:
    production.begin()
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit_of_work():
            audit.record(audit.Event.CLAIMS_RELEASED, "nobody")
            raise ZeroDivisionError
        with unit_of_work():
            audit.record(audit.Event.CLAIMS_RELEASED, "somebody", client_id="x", claims=["name"])
    assert [line["subject"] for line in production() if line["event"] == "claims_released"] == ["somebody"]
    outlets = [handler for handler in logging.getLogger().handlers if isinstance(handler, logging.StreamHandler)]
    assert not [handler for handler in outlets if isinstance(handler, logging.FileHandler)]


@pytest.mark.asvs("V15.4.1", "V11.5.2", "V11.3.4")
def test_ids_tokens_and_nonces_do_not_repeat_under_many_threads(context) -> None:
    from idp import sealed
    from idp.database import new_id
    from idp.web import secret_cookies

    made: list[Any] = []
    sealing = sealed.Key(1, bytes(32))

    def make() -> None:
        made.extend(one for _ in range(500) for one in (new_id(), secret_cookies.new_token(), sealing.seal(b"", "x")[5:17]))

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 16 * 500 * 3
    assert sys.getswitchinterval() < 1
