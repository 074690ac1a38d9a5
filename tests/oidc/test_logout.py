"""Signing out: at the wish of a service, with the person's own word where it is needed, and what the others are told."""

from __future__ import annotations

import base64
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask

from idp import clock, outbox
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party

AFTER = "https://karirhub.example/keluar"


@pytest.fixture
def party(register: Any) -> Party:
    return register(first_party=True, post_logout_redirect_uris=[AFTER, AFTER + "?a=b"])


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


def logout(browser: Browser, **parameters: str) -> None:
    browser.get("/oauth/logout", query_string=parameters)


def test_a_hint_of_this_session_signs_out_at_once_and_goes_back_with_state(party: Party, browser: Browser, house: House) -> None:
    tokens = party.tokens(browser)
    logout(browser, id_token_hint=tokens["id_token"], post_logout_redirect_uri=AFTER, state="s t")
    assert browser.at == AFTER + "?state=s+t"
    assert not house.sessions
    assert party.userinfo(tokens["access_token"]).status_code == 401


def test_a_registered_query_is_kept(party: Party, browser: Browser) -> None:
    logout(browser, id_token_hint=party.tokens(browser)["id_token"], post_logout_redirect_uri=AFTER + "?a=b", state="x")
    assert browser.at == AFTER + "?a=b&state=x"


@pytest.mark.asvs("V10.6.2")
@pytest.mark.parametrize("with_client", [True, False])
def test_without_a_hint_the_person_is_asked(party: Party, browser: Browser, house: House, with_client: bool) -> None:
    own = {"client_id": party.client_id, "post_logout_redirect_uri": AFTER} if with_client else {}
    logout(browser, state="x", **own)
    assert browser.follow().status_code == 200
    assert house.sessions
    assert "Keluar dari SIAPkerja?" in browser.answer.text
    path = browser.answer.request.path
    assert browser.post(path, {"decision": "logout"}).status_code == 400, "the form has its token"
    browser.get(path)
    browser.post(path, {"csrf_token": browser.csrf(), "decision": "logout"})
    assert not house.sessions
    assert browser.at == AFTER + "?state=x" if with_client else "Kamu sudah keluar" in browser.answer.text


def test_a_person_may_stay(party: Party, browser: Browser, house: House) -> None:
    logout(browser)
    browser.follow()
    browser.post(browser.answer.request.path, {"csrf_token": browser.csrf(), "decision": "stay"})
    assert house.sessions


@pytest.mark.asvs("V3.7.2", "V1.2.2")
@pytest.mark.parametrize("addition", ["/", "?x=1", "#x", "&state=2"])
def test_an_address_that_is_not_registered_leads_nowhere(party: Party, browser: Browser, house: House, addition: str) -> None:
    logout(browser, id_token_hint=party.tokens(browser)["id_token"], post_logout_redirect_uri=AFTER + addition)
    assert browser.answer.status_code == 400
    assert house.sessions


@pytest.mark.asvs("V9.2.3", "V9.1.1", "V10.6.2")
def test_a_changed_or_foreign_hint_leads_nowhere(party: Party, browser: Browser, house: House, register: Any) -> None:
    token = party.tokens(browser)["id_token"]
    for bad in (token[:-6] + "AAAAAA", "x", "e30.e30.", token + "."):
        logout(browser, id_token_hint=bad, post_logout_redirect_uri=AFTER)
        assert browser.answer.status_code == 400
    logout(browser, id_token_hint=token, client_id=register().client_id, post_logout_redirect_uri=AFTER)
    assert browser.answer.status_code == 400
    logout(browser, post_logout_redirect_uri=AFTER)
    assert browser.answer.status_code == 400
    assert house.sessions


@pytest.mark.asvs("V10.6.2")
def test_the_hint_of_another_session_is_not_enough(party: Party, browser: Browser, house: House) -> None:
    hint = party.tokens(browser)["id_token"]
    other = party.browser()
    other.sign_in(house)
    logout(other, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert other.follow().status_code == 200
    assert len(house.sessions) == 2


def test_logout_by_post_works_without_the_cookies_of_another_site(party: Party, browser: Browser, house: House) -> None:
    hint = party.tokens(browser)["id_token"]
    browser.post("/oauth/logout", {"id_token_hint": hint, "post_logout_redirect_uri": AFTER})
    browser.follow()
    assert browser.at == AFTER
    assert not house.sessions


@pytest.mark.asvs("V7.6.1")
def test_offline_access_outlives_the_session_and_nothing_else_does(party: Party, browser: Browser) -> None:
    lasting, passing = party.tokens(browser, scope="openid email offline_access"), party.tokens(browser)
    logout(browser, id_token_hint=passing["id_token"])
    assert party.userinfo(passing["access_token"]).status_code == 401
    assert party.userinfo(lasting["access_token"]).status_code == 200
    assert party.refresh(lasting["refresh_token"]).status_code == 200


class Listener:
    """A relying party's back channel: keeps what it is told."""

    def __init__(self) -> None:
        told: list[str] = []
        statuses: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                told.append(parse_qs(body)["logout_token"][0])
                self.send_response(statuses.pop(0) if statuses else 200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self.told, self.statuses = told, statuses
        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/backchannel"


@pytest.fixture
def listener() -> Any:
    found = Listener()
    yield found
    found.server.shutdown()
    found.server.server_close()


def deliver(app: Flask) -> list[bool]:
    with app.app_context():
        return [outbox.deliver(row) for row in outbox.due()]


def test_services_are_told_once_by_the_back_channel(register: Any, browser: Browser, house: House, listener: Listener) -> None:
    told: Party = register(first_party=True, backchannel_logout_uri=listener.url)
    claims = told.verified(told.tokens(browser)["id_token"])
    told.tokens(browser)
    house.end_all(told.app, "siti")
    assert deliver(told.app) == [True]
    token = told.verified(listener.told[0])
    assert token["sub"] == claims["sub"]
    assert token["sid"] == claims["sid"]
    assert token["aud"] == told.client_id
    assert token["iss"] == ISSUER
    assert token["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in token
    assert token["exp"] - token["iat"] <= 120
    header = json.loads(base64.urlsafe_b64decode(listener.told[0].split(".")[0] + "=="))
    assert header["typ"] == "logout+jwt"


def test_a_service_that_stumbles_is_told_again(register: Any, browser: Browser, house: House, listener: Listener, provider: Flask) -> None:
    told: Party = register(first_party=True, backchannel_logout_uri=listener.url)
    told.tokens(browser)
    listener.statuses.append(503)
    house.end_all(provider, "siti")
    assert deliver(provider) == [False]

    clock.shift(10)
    assert deliver(provider) == [True]
    assert len(listener.told) == 2


def test_services_are_told_by_the_front_channel(register: Any, browser: Browser) -> None:
    framed: Party = register(first_party=True, frontchannel_logout_uri="https://karirhub.example/depan", post_logout_redirect_uris=[AFTER])
    token = framed.tokens(browser)["id_token"]
    sid = framed.verified(token)["sid"]
    logout(browser, id_token_hint=token, post_logout_redirect_uri=AFTER)
    assert f"https://karirhub.example/depan?iss=https%3A%2F%2Fakun.example&amp;sid={sid}" in browser.answer.text
    assert AFTER in browser.answer.text
    assert "frame-src https://karirhub.example;" in browser.answer.headers["Content-Security-Policy"]
