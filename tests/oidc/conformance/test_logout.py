"""Plans for RP-initiated, back-channel and front-channel logout, and session management."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from idp import outbox
from tests.oidc.house import House
from tests.oidc.party import ISSUER, Browser, Party

pytestmark = pytest.mark.any_database

AFTER = "https://karirhub.example/keluar"


@pytest.fixture
def party(register: Any) -> Party:
    return register(
        first_party=True, post_logout_redirect_uris=[AFTER], backchannel_logout_uri="http://127.0.0.1:1/belakang",
        frontchannel_logout_uri="https://karirhub.example/depan",
    )  # fmt: skip


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


@pytest.fixture
def hint(party: Party, browser: Browser) -> str:
    return str(party.tokens(browser)["id_token"])


def logout(browser: Browser, **parameters: str) -> Browser:
    browser.get("/oauth/logout", query_string=parameters)
    return browser


def confirm(browser: Browser) -> None:
    assert browser.follow().status_code == 200
    browser.post(browser.answer.request.path, {"csrf_token": browser.csrf(), "decision": "logout"})


def test_rp_initiated_logout_discovery_endpoint_verification(provider: Flask) -> None:
    told = provider.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert told["end_session_endpoint"] == ISSUER + "/oauth/logout"
    assert told["backchannel_logout_supported"] and told["backchannel_logout_session_supported"]  # noqa: PT018
    assert told["frontchannel_logout_supported"] and told["frontchannel_logout_session_supported"]  # noqa: PT018
    assert told["check_session_iframe"] == ISSUER + "/oauth/session"


test_backchannel_logout_discovery_endpoint_verification = test_rp_initiated_logout_discovery_endpoint_verification
test_frontchannel_logout_discovery_endpoint_verification = test_rp_initiated_logout_discovery_endpoint_verification
test_session_management_discovery_endpoint_verification = test_rp_initiated_logout_discovery_endpoint_verification


def test_rp_initiated_logout(browser: Browser, house: House, hint: str) -> None:
    answer = logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="s").answer
    assert f"{AFTER}?state=s" in answer.text
    assert not house.sessions


def test_rp_initiated_logout_bad_post_logout_redirect_uri(browser: Browser, house: House, hint: str) -> None:
    assert logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER + "/bad", state="s").answer.status_code == 400
    assert house.sessions


def test_rp_initiated_logout_query_added_to_post_logout_redirect_uri(browser: Browser, hint: str) -> None:
    assert logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER + "?foo=bar").answer.status_code == 400


def test_rp_initiated_logout_modified_id_token_hint(browser: Browser, house: House, hint: str) -> None:
    header, body, signature = hint.split(".")
    assert logout(browser, id_token_hint=f"{header}.{body}.{signature[::-1]}", post_logout_redirect_uri=AFTER).answer.status_code == 400
    assert house.sessions


def test_rp_initiated_logout_bad_id_token_hint(browser: Browser, house: House, hint: str) -> None:
    assert logout(browser, id_token_hint="bad", post_logout_redirect_uri=AFTER).answer.status_code == 400
    assert house.sessions


def test_rp_initiated_logout_no_id_token_hint(browser: Browser, hint: str) -> None:
    assert logout(browser, post_logout_redirect_uri=AFTER, state="s").answer.status_code == 400


@pytest.mark.parametrize("parameters", [{}, {"state": "s"}])
def test_rp_initiated_logout_no_params(browser: Browser, house: House, hint: str, parameters: dict[str, str]) -> None:
    confirm(logout(browser, **parameters))
    assert not house.sessions
    assert "Kamu sudah keluar" in browser.answer.text


test_rp_initiated_logout_only_state = test_rp_initiated_logout_no_params


def test_rp_initiated_logout_no_post_logout_redirect_uri(browser: Browser, house: House, hint: str) -> None:
    assert logout(browser, id_token_hint=hint, state="s").answer.status_code == 200
    assert not house.sessions


def test_rp_initiated_logout_no_state(browser: Browser, hint: str) -> None:
    answer = logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER).answer
    assert f'href="{AFTER}"' in answer.text


def test_backchannel_rp_initiated_logout(party: Party, browser: Browser, hint: str) -> None:
    logout(browser, id_token_hint=hint)
    with party.app.app_context():
        assert len(outbox.due()) == 1


def test_frontchannel_rp_initiated_logout(browser: Browser, hint: str) -> None:
    assert "https://karirhub.example/depan?iss=" in logout(browser, id_token_hint=hint).answer.text


def test_session_management_rp_initiated_logout(party: Party, browser: Browser, hint: str) -> None:
    before = browser.http.get_cookie("__Host-op_state", domain="akun.example")
    assert before and before.value  # noqa: PT018
    logout(browser, id_token_hint=hint)
    after = browser.http.get_cookie("__Host-op_state", domain="akun.example")
    assert after is None or not after.value
