"""What a service's page and the provider's page say to each other in a real browser."""

import hashlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest

from idp.oidc import clients
from idp.oidc.client_form import for_new_client
from tests.profile.conftest import citizen, rina
from tests.signing_in import PASSWORD

__all__ = ["citizen", "rina"]
pytestmark = pytest.mark.any_database


@pytest.fixture
def service():
    """A service's own site, on another port: pages by path."""

    class Handler(BaseHTTPRequestHandler):
        pages: dict[str, str] = {}

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(self.pages.get(self.path.partition("?")[0], "").encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("localhost", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


ASKING = """<body><iframe id="op" src="{frame}"></iframe><script>
addEventListener("message", (event) => (window.told ??= []).push(event.data));
op.onload = () => {{
    op.contentWindow.postMessage("{question}", "*");
    const beside = document.body.appendChild(document.createElement("iframe"));
    beside.contentWindow.eval(`addEventListener("message", (event) => (parent.told ??= []).push(event.data));
        parent.document.getElementById("op").contentWindow.postMessage("{question}", "*")`);
}};
</script>"""


@pytest.mark.parametrize(("signed_in_as", "answer"), [("a-state", "unchanged"), ("another", "changed"), (None, "changed")])
def test_the_session_frame_answers_the_page_that_frames_it_and_frames_beside_it(page, live, service, signed_in_as, answer):
    """Session Management 1.0, 3.2: oidc-client-ts asks from the page, the conformance suite and mod_auth_openidc from a frame."""
    origin, salt = f"http://localhost:{service.server_port}", "s4lt"
    hashed = hashlib.sha256(f"client {origin} a-state {salt}".encode()).hexdigest()
    service.RequestHandlerClass.pages["/"] = ASKING.format(frame=f"{live.url}/oauth/session", question=f"client {hashed}.{salt}")
    if signed_in_as:
        page.context.add_cookies([{"name": "op_state", "value": signed_in_as, "url": live.url}])
    page.goto(origin)
    page.wait_for_function("window.told?.length === 2")
    assert page.evaluate("told") == [answer, answer]


OPENING = """<body><script>addEventListener("message", (event) => (window.told = event.data))</script>
<button onclick="window.open('{address}')">Masuk</button>"""
TELLING = "<script>opener?.postMessage(location.search, '*')</script>"


@pytest.mark.parametrize(("display", "is_heard"), [("popup", True), ("page", False)])
def test_a_window_of_its_own_tells_the_page_that_opened_it(app, page, live, service, rina, display, is_heard):
    """display=popup: the window keeps its opener through sign-in and consent; another one is nobody's business."""
    origin = f"http://localhost:{service.server_port}"
    with app.app_context():
        client = clients.add(for_new_client({"name": "SPA", "redirect_uri": f"{origin}/kembali", "auth_method": "none"})).client
    asked = {
        "client_id": client.client_id, "redirect_uri": f"{origin}/kembali", "response_type": "code", "scope": "openid", "state": "s",
        "code_challenge": "x" * 43, "code_challenge_method": "S256", "display": display,
    }  # fmt: skip
    service.RequestHandlerClass.pages |= {
        "/": OPENING.format(address=f"{live.url}/oauth/authorize?{urlencode(asked)}"), "/kembali": TELLING,
    }  # fmt: skip
    page.goto(origin)
    with page.expect_popup() as opened:
        page.click("button")
    popup = opened.value
    popup.fill("input[name=identifier]", rina.registry["email"])
    popup.fill("input[name=password]", PASSWORD)
    popup.get_by_role("button", name="Masuk", exact=True).click()
    popup.get_by_role("button", name="Saya setuju, lanjutkan").click()
    popup.click("button[value=allow]")
    popup.wait_for_url(f"{origin}/kembali**")
    assert bool(page.evaluate("window.told")) is is_heard
