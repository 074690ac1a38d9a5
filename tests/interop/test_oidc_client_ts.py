"""oidc-client-ts in Chromium: a public client that speaks to the provider from the page itself, and watches the session."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.installing import INTEROP, LIBRARIES
from tests.interop.conftest import Provider
from tests.interop.visitor import IDENTIFIER, PASSWORD

pytestmark = [pytest.mark.any_database, pytest.mark.node, pytest.mark.browser]
FILES = {
    "/oidc-client-ts.js": (LIBRARIES / "oidc-client-ts/dist/browser/oidc-client-ts.min.js", "text/javascript"),
    "/service.js": (INTEROP / "oidc_client_ts.js", "text/javascript"),
}
PATIENCE = 30_000
PAGE = (INTEROP / "oidc_client_ts.html", "text/html")


class Files(BaseHTTPRequestHandler):
    """The page at every address but those of its scripts."""

    def do_GET(self) -> None:
        path, kind = FILES.get(urlsplit(self.path).path, PAGE)
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    """Where the single-page service is."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Page]:
    context = chromium.new_context(locale="id-ID")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def begin(tab: Page, provider: Provider, service: str, scope: str) -> None:
    """Register a public client for this scope, and let the page sign in with it."""
    found = provider.client(
        "--name", "Halaman", "--auth-method", "none", "--scope", scope, "--post-logout-redirect-uri", f"{service}/out",
        "--redirect-uri", f"{service}/callback", "--redirect-uri", f"{service}/silent",
    )  # fmt: skip
    tab.goto(service)
    settings = urlencode({"issuer": provider.issuer, "client_id": found["client_id"], "scope": scope})
    tab.evaluate("text => localStorage.setItem('settings', text)", settings)
    tab.goto(f"{service}/begin")
    tab.evaluate("() => { service.manager.signinRedirect() }")


def sign_in(tab: Page) -> None:
    tab.locator("[name=identifier]").fill(IDENTIFIER)
    tab.locator("[name=password]").fill(PASSWORD)
    tab.locator("[name=password]").press("Enter")


def allow(tab: Page, provider: Provider) -> None:
    tab.locator("button[name=decision][value=allow]").click()
    expect(tab.locator("#told")).to_have_text("signed in: Siti Aminah", timeout=PATIENCE)


def test_a_page_signs_in_renews_its_tokens_and_notices_that_its_person_left(tab: Page, provider: Provider, service: str) -> None:
    begin(tab, provider, service, "openid profile offline_access")
    sign_in(tab)
    allow(tab, provider)
    tab.goto(service)
    first = tab.evaluate("async () => (await service.manager.getUser()).access_token")
    renewed = tab.evaluate(
        "async () => { const user = await service.manager.signinSilent(); return [user.access_token, user.profile.name] }"
    )
    assert renewed[0] != first, "by refresh token"
    assert renewed[1] == "Siti Aminah"

    begin(tab, provider, service, "openid profile")
    allow(tab, provider)
    tab.goto(service)
    first = tab.evaluate("async () => (await service.manager.getUser()).access_token")
    renewed = tab.evaluate("async () => (await service.manager.signinSilent()).access_token")
    assert renewed != first, "in a frame, with prompt=none"

    tab.wait_for_timeout(1_500)
    assert tab.evaluate("() => service.lines") == []
    other = tab.context.new_page()
    other.goto(f"{provider.issuer}/oauth/logout")
    other.locator("button[name=decision][value=logout]").click()
    tab.wait_for_function("() => service.lines.length > 0")
    assert tab.evaluate("() => service.lines") == ["signed out elsewhere"]

    tab.evaluate("() => { service.manager.signinRedirect() }")
    sign_in(tab)
    expect(tab.locator("#told")).to_have_text("signed in: Siti Aminah", timeout=PATIENCE)
    tab.evaluate("() => { service.manager.signoutRedirect() }")
    expect(tab.locator("#told")).to_have_text("signed out", timeout=PATIENCE)
    assert tab.evaluate("async () => await service.user()") is None
