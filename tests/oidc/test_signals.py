"""Services hear of what happens to the people who let them in: by push, by poll, and nobody else's business."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from joserfc import jws

from idp import clock, outbox
from idp.oidc import Signal, tell
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Party
from tests.oidc.signer import Signer

GRANTS = ["authorization_code", "refresh_token", "client_credentials"]
POLL = {"method": "urn:ietf:rfc:8936"}


class Receiver:
    """A service's own endpoint."""

    def __init__(self) -> None:
        got: list[tuple[str, dict[str, str]]] = []
        statuses: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                got.append((self.rfile.read(int(self.headers["Content-Length"])).decode(), dict(self.headers)))
                self.send_response(statuses.pop(0) if statuses else 202)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.got, self.statuses = got, statuses
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events"
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


class Listener:
    """A client that manages its stream with a token of its own."""

    def __init__(self, party: Party) -> None:
        self.party = party
        answer = party.post("/oauth/token", {"grant_type": "client_credentials", "scope": "shared_signals"})
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def change(self, method: str, name: str, **document: Any) -> Any:
        """Change the one stream."""
        return self.call(method, name, {"stream_id": self.party.client_id, **document})

    def call(self, method: str, name: str, document: Any = None) -> Any:
        http = self.party.app.test_client()
        return http.open(f"/oauth/events/{name}", method=method, json=document, headers=self.headers, base_url=ISSUER)

    def fetch(self, **document: Any) -> list[dict[str, Any]]:
        answer = self.call("POST", "poll", {"returnImmediately": True, **document})
        return [self.party.verified(one) for one in answer.json["sets"].values()]


@pytest.fixture
def listener(register: Any, house: House) -> Listener:
    """A service that Siti has let in."""
    party: Party = register(grant_types=GRANTS, scope="openid profile shared_signals")
    browser = party.browser()
    browser.sign_in(house)
    party.tokens(browser, scope="openid profile")
    return Listener(party)


def happen(app: Flask, signal: Signal, subject: str = "siti", **facts: Any) -> None:
    with app.app_context():
        tell(signal, subject, **facts)


def test_events_are_fetched_and_forgotten_once_acknowledged(listener: Listener, provider: Flask) -> None:
    made = listener.call("POST", "stream", {"delivery": POLL})
    assert made.status_code == 201
    assert made.json["delivery"]["endpoint_url"] == ISSUER + "/oauth/events/poll"
    happen(provider, Signal.CREDENTIAL_CHANGE, credential_type="password", change_type="update")
    (event,) = listener.fetch()
    assert event["aud"] == listener.party.client_id
    assert event["sub_id"]["iss"] == ISSUER
    assert event["events"][Signal.CREDENTIAL_CHANGE]["change_type"] == "update"
    assert abs(event["events"][Signal.CREDENTIAL_CHANGE]["event_timestamp"] - event["iat"]) <= 1
    assert listener.fetch(), "not acknowledged yet"
    assert listener.fetch(ack=[event["jti"]]) == []


def test_an_event_names_the_person_as_the_service_knows_them(listener: Listener, provider: Flask, house: House) -> None:
    browser = listener.party.browser()
    browser.sign_in(house)
    subject = listener.party.verified(listener.party.tokens(browser, scope="openid profile")["id_token"])["sub"]
    listener.call("POST", "stream", {"delivery": POLL})
    happen(provider, Signal.ACCOUNT_PURGED)
    assert listener.fetch()[0]["sub_id"]["sub"] == subject


@pytest.mark.asvs("V8.4.1")
def test_strangers_are_none_of_a_services_business(listener: Listener, provider: Flask) -> None:
    listener.call("POST", "stream", {"delivery": POLL})
    happen(provider, Signal.ACCOUNT_DISABLED, "budi")
    assert listener.fetch() == []


def test_only_what_was_asked_for_is_told(listener: Listener, provider: Flask) -> None:
    listener.call("POST", "stream", {"delivery": POLL, "events_requested": [Signal.PROFILE_CHANGED, "https://unknown.example"]})
    happen(provider, Signal.ACCOUNT_DISABLED)
    happen(provider, Signal.PROFILE_CHANGED, changed=["skills"])
    assert [list(event["events"]) for event in listener.fetch()] == [[Signal.PROFILE_CHANGED]]


def test_the_end_of_a_session_is_told(listener: Listener, provider: Flask, house: House) -> None:
    listener.call("POST", "stream", {"delivery": POLL})
    house.end_all(provider, "siti")
    event = listener.fetch()[0]
    assert Signal.SESSION_REVOKED in event["events"]
    assert event["sub_id"]["session"]["format"] == "opaque"


def test_events_are_pushed_with_the_receivers_own_header_until_taken(listener: Listener, provider: Flask, receiver: Receiver) -> None:
    delivery = {"method": "urn:ietf:rfc:8935", "endpoint_url": receiver.url, "authorization_header": "Bearer mine"}
    assert listener.call("POST", "stream", {"delivery": delivery}).status_code == 201
    assert "mine" not in listener.call("GET", "stream").text
    receiver.statuses.append(500)
    happen(provider, Signal.ACCOUNT_DISABLED, reason="hijacking")
    with provider.app_context():
        (row,) = outbox.due()
        assert outbox.deliver(row) is False

        clock.shift(11)
        assert outbox.deliver(row) is True
    token, headers = receiver.got[-1]
    assert headers["Authorization"] == "Bearer mine"
    assert headers["Content-Type"] == "application/secevent+jwt"
    assert jws.extract_compact(token.encode()).headers()["typ"] == "secevent+jwt"
    assert listener.party.verified(token)["events"][Signal.ACCOUNT_DISABLED]["reason"] == "hijacking"


def test_a_stream_is_tried_paused_changed_and_removed(listener: Listener) -> None:
    named = f"stream?stream_id={listener.party.client_id}"
    assert listener.call("GET", "stream").json == []
    assert listener.call("GET", named).status_code == 404
    made = listener.call("POST", "stream", {"delivery": POLL}).json
    assert listener.call("GET", "stream").json == [listener.call("GET", named).json] == [made]
    for method, path, document in (
        ("GET", "stream?stream_id=x", None), ("GET", "status?stream_id=x", None), ("DELETE", "stream?stream_id=x", None),
        ("PATCH", "stream", {"stream_id": "x"}), ("PUT", "stream", {"stream_id": "x"}), ("POST", "verify", {"stream_id": "x"}),
        ("POST", "status", {"stream_id": "x", "status": "paused"}),
    ):  # fmt: skip
        assert listener.call(method, path, document).status_code == 404
    for method, path in (("PATCH", "stream"), ("PUT", "stream"), ("POST", "verify"), ("POST", "status")):
        assert listener.call(method, path, {"status": "paused"}).status_code == 400, "which stream?"
    assert listener.call("POST", "stream", {"delivery": POLL}).status_code == 409
    assert listener.change("POST", "verify", state="abc").status_code == 204
    assert listener.fetch()[0]["events"]["https://schemas.openid.net/secevent/ssf/event-type/verification"] == {"state": "abc"}
    assert listener.change("POST", "status", status="paused").json["status"] == "paused"
    assert listener.fetch() == []
    assert listener.change("PATCH", "stream", description="baru").json["description"] == "baru"
    assert listener.call("DELETE", "stream").status_code == 204
    assert listener.call("GET", "status").status_code == 404


@pytest.mark.parametrize(
    "document",
    [
        [], "x", {"delivery": 5}, {"delivery": {"method": "x"}}, {"delivery": {"method": "urn:ietf:rfc:8935"}}, {"events_requested": 5},
        {"delivery": {"method": "urn:ietf:rfc:8935", "endpoint_url": "http://x.example"}},
        {"delivery": {"method": "urn:ietf:rfc:8935", "endpoint_url": "https://x.example", "authorization_header": "a\nb"}},
    ],
)  # fmt: skip
def test_a_malformed_stream_is_refused(listener: Listener, document: Any) -> None:
    assert listener.call("POST", "stream", document).status_code == 400


@pytest.mark.asvs("V9.2.2", "V10.3.1")
def test_a_token_for_something_else_opens_no_stream(listener: Listener, party: Party, house: House) -> None:
    browser = party.browser()
    browser.sign_in(house)
    listener.headers = {"Authorization": f"Bearer {party.tokens(browser)['access_token']}"}
    assert listener.call("GET", "stream").status_code == 401
    listener.headers = {}
    assert listener.call("POST", "poll", {}).status_code == 401


@pytest.mark.any_database
@pytest.mark.asvs("V9.2.3", "V10.3.5")
def test_a_services_own_token_opens_its_stream_for_what_it_was_made_for_only(register: Any) -> None:
    """RFC 6750 3.1, RFC 8707 2, RFC 9449 7.2."""
    api, proofs = "https://api.skillhub.example", Signer("ES256")
    party: Party = register(grant_types=GRANTS, scope="openid profile shared_signals", resources=[api])

    def read(scheme: str = "Bearer", proven: bool = False, how: dict[str, str] | None = None, **asked: str) -> Any:
        data = {"grant_type": "client_credentials", "scope": "shared_signals", **asked}
        token = party.post("/oauth/token", data, **(how or {})).json["access_token"]
        proof = {"DPoP": proofs.proof("/oauth/events/stream", "GET", token)} if proven else {}
        headers = {"Authorization": f"{scheme} {token}", **proof}
        return party.app.test_client().get("/oauth/events/stream", headers=headers, base_url=ISSUER)

    assert read().status_code == 200
    assert read(resource=api).status_code == 401
    told = read(scope="profile")
    assert told.status_code == 403
    assert 'error="insufficient_scope"' in told.headers["WWW-Authenticate"]
    assert read(how={"DPoP": proofs.proof("/oauth/token")}).status_code == 401, "stolen without its key"
    assert read("DPoP", proven=True, how={"DPoP": proofs.proof("/oauth/token")}).status_code == 200


@pytest.mark.any_database
def test_a_stream_that_is_replaced_keeps_nothing_of_the_old_one_and_a_disabled_one_holds_nothing(listener: Listener) -> None:
    """SSF 1.0 8.1.1.4, 8.1.2.1, as the Foundation's suite tries them."""
    both = [Signal.SESSION_REVOKED, Signal.CREDENTIAL_CHANGE]
    made = listener.call("POST", "stream", {"delivery": POLL, "description": "lama", "events_requested": both}).json
    named = {"stream_id": made["stream_id"], "delivery": POLL, "events_requested": both[:1]}
    for wrong in ({"iss": "https://other.example"}, {"aud": "other"}, {"events_supported": []}, {"description": 5}):
        assert listener.call("PUT", "stream", {**named, **wrong}).status_code == 400
        assert listener.call("PATCH", "stream", {"stream_id": made["stream_id"], **wrong}).status_code == 400
    assert listener.call("PATCH", "stream", {**made, "description": "ba\x00ru"}).json["description"] == "baru"
    assert listener.change("POST", "status", status="enabled", reason="\x00").json == {
        "stream_id": made["stream_id"], "status": "enabled",
    }  # fmt: skip
    replaced = listener.call("PUT", "stream", {**named, "iss": ISSUER}).json
    assert "description" not in replaced
    assert replaced["events_delivered"] == both[:1]
    listener.change("POST", "verify", state="before")
    listener.change("POST", "status", status="disabled")
    listener.change("POST", "verify", state="meanwhile")
    listener.change("POST", "status", status="enabled")
    assert listener.fetch() == []
