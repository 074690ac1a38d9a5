"""A production start as operators do it: behind a proxy that terminates TLS, with metrics; and what it refuses."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from flask import Flask
from pydantic import ValidationError

from idp import settings
from idp.settings import Settings
from tests.browsing import Forms
from tests.commands import environment
from tests.conftest import free_port
from tests.owning import holder
from tests.tls_proxy import TlsProxy

GOOD: dict[str, Any] = {
    "mode": "production",
    "issuer": "https://akun.example.go.id",
    "redis_url": "rediss://valkey.example.go.id",
    "dukcapil_url": "https://dukcapil.example.go.id",
    "dukcapil_password": "a real one",
    "sms_urls": "sms+https://sms.example.go.id/send?key=x",
    "mail_url": "smtp+starttls://mail.example.go.id",
    "trusted_proxies": "10.0.0.0/24",
}


def test_good_settings_are_accepted() -> None:
    assert Settings(_env_file=None, **GOOD).https  # type: ignore[call-arg]


@pytest.mark.asvs("V13.4.2")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "http://akun.example.go.id"),
        ("limits", "off"),
        ("allow_loopback_calls", True),
        ("open_registration", True),
        ("log_level", "DEBUG"),
        ("redis_url", ""),
        ("redis_url", "redis+sentinel://:secret@localhost,10.0.0.2:26379/idp"),
        ("redis_url", "redis+cluster://valkey.example.go.id"),
        ("dukcapil_url", "http://dukcapil.example.go.id"),
        ("dukcapil_password", "sandbox"),
        ("sms_urls", "sms+http://sms.example.go.id/send?key=x"),
        ("sms_urls", ""),
        ("mail_url", "smtp://localhost:8025"),
        ("mail_url", "smtp://mail.example.go.id"),
        ("trusted_proxies", "0.0.0.0/0"),
    ],
)
def test_an_insecure_setting_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **GOOD | {name: value})  # type: ignore[call-arg]
    assert f"IDP_{name.upper()}:" in str(refused.value)


@pytest.fixture
def production(app: Flask, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """The real server in production mode on the stores of the test, the proxy before it, and a client that trusts the proxy."""
    outer, inner, numbers = free_port(), free_port(), free_port()
    test = environment(settings.current())
    chosen = test | {
        "IDP_MODE": "production", "IDP_ISSUER": f"https://localhost:{outer}", "IDP_BIND": f"127.0.0.1:{inner}",
        "IDP_TRUSTED_PROXIES": "127.0.0.1", "IDP_DUKCAPIL_URL": "https://127.0.0.1:1", "IDP_ALLOW_LOOPBACK_CALLS": "false",
        "IDP_DUKCAPIL_PASSWORD": "a real one",
        "IDP_METRICS_ADDR": f"127.0.0.1:{numbers}", "IDP_WORKERS": "2", "IDP_THREADS": "2",
    }  # fmt: skip
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "idp.serve"]
    log = (tmp_path / "server.log").open("w")
    server = subprocess.Popen(command, env=os.environ | chosen, cwd=root, stderr=log)
    proxy = TlsProxy(outer, inner, tmp_path)
    with httpx.Client(
        base_url=f"https://localhost:{outer}", verify=ssl.create_default_context(cafile=proxy.certificate), timeout=30
    ) as client:
        wait_for(client, "/readyz")
        addresses = {"inner": f"http://127.0.0.1:{inner}", "metrics": f"http://127.0.0.1:{numbers}/metrics"}
        yield SimpleNamespace(client=client, log=tmp_path / "server.log", **addresses)
    server.send_signal(signal.SIGTERM)
    server.wait(20)
    log.close()
    proxy.stop()


def wait_for(client: Any, address: str, seconds: float = 60) -> httpx.Response:
    until = time.monotonic() + seconds
    while True:
        try:
            answer = client.get(address)
            if answer.status_code == 200:
                return answer  # type: ignore[no-any-return]
        except httpx.TransportError:
            pass
        assert time.monotonic() < until, f"{address} does not answer"
        time.sleep(0.2)


@pytest.mark.any_database
@pytest.mark.asvs("V3.3.1", "V3.4.1", "V12.2.1")
def test_behind_a_tls_proxy_a_citizen_signs_in_and_operators_see_numbers(app: Flask, production: SimpleNamespace) -> None:
    rina, client = holder(app), production.client
    discovery = client.get("/.well-known/openid-configuration")
    assert discovery.json()["issuer"] == str(client.base_url).rstrip("/")
    assert discovery.json()["token_endpoint"].startswith("https://")
    assert "max-age=" in discovery.headers["Strict-Transport-Security"]

    page = client.get("/masuk")
    forms = Forms()
    forms.feed(page.text)
    hidden = next(form["fields"] for form in forms.forms if "password" in form["fields"])
    answer = client.post("/masuk", data={**hidden, "identifier": rina.phone, "password": rina.password})
    assert answer.status_code == 303, answer.text
    for response in (page, answer):
        for cookie in response.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-"), cookie
            assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert rina.name in client.get("/akun").text
    # Somebody who reaches the server past the proxy and lies is not believed to come over TLS from elsewhere.
    assert httpx.get(f"{production.inner}/healthz", headers={"Host": "evil.example"}, timeout=30).status_code == 400

    metrics = wait_for(httpx, production.metrics).text
    assert re.search(r'idp_request_seconds_count\{method="POST",route="/masuk",status="303"\} 1\.0', metrics)
    for name in ("idp_outbox_waiting", "idp_outbox_late_seconds", "idp_dukcapil_quota_left", "idp_sms_budget_left", "idp_store_up"):
        assert f"# TYPE {name} gauge" in metrics
    assert 'idp_store_up{store="database"} 1.0' in metrics
    assert 'idp_outbox_waiting{kind="mail"} 1.0' in metrics  # the notice of a new device
    assert not [one for one in (rina.phone, rina.email, rina.nik, rina.account_id, "Rina") if one in metrics]
