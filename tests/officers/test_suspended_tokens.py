"""Suspension reaches what services hold: tokens are void at once, and back-channel logout is on its way."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from idp import officers
from idp.extensions import db
from idp.oidc import clients
from idp.oidc.metadata import ClientMetadata
from idp.outbox import OutboxRow
from tests.browsing import Browser
from tests.owning import Holder, holder, sign_in

CALLBACK, VERIFIER = "https://karirhub.example.id/cb", "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def rina(app: Flask) -> Holder:
    return holder(app)


@pytest.fixture
def credentials(app: Flask) -> dict[str, str]:
    """Of a service of the ministry that wants to be told of logouts and may come back while people are away."""
    document = {
        "client_name": "Karirhub", "redirect_uris": [CALLBACK], "scope": "openid profile offline_access", "first_party": True,
        "grant_types": ["authorization_code", "refresh_token"], "token_endpoint_auth_method": "client_secret_post",
        "backchannel_logout_uri": "https://karirhub.example.id/logout",
    }  # fmt: skip
    with app.app_context():
        made = clients.add(ClientMetadata.model_validate(document))
        return {"client_id": made.client.client_id, "client_secret": str(made.secret)}


@pytest.mark.asvs("V7.4.2")
def test_tokens_are_void_and_the_service_is_told(app: Flask, http: Browser, rina: Holder, credentials: dict[str, str]) -> None:
    sign_in(http, rina)
    asked = {
        "client_id": credentials["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid profile offline_access",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s",
    }  # fmt: skip
    http.get(f"/oauth/authorize?{urlencode(asked)}")
    code = parse_qs(urlsplit(http.answer.location).query)["code"][0]
    tokens = exchange(http, credentials, grant_type="authorization_code", code=code, redirect_uri=CALLBACK, code_verifier=VERIFIER).json
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert http.request("GET", "/oauth/userinfo", headers=bearer).status_code == 200

    with app.app_context():
        officers.suspend(rina.account_id, "Dian", "Akun dipakai menipu")
        kinds = set(db.session.scalars(select(OutboxRow.kind)))
    assert http.request("GET", "/oauth/userinfo", headers=bearer).status_code == 401
    refused = exchange(http, credentials, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert "backchannel_logout" in kinds


def exchange(browser: Browser, credentials: dict[str, str], **grant: str) -> Any:
    return browser.request("POST", "/oauth/token", data={**credentials, **grant})
