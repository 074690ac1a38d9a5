"""Plan oidcc-3rdparty-init-login: the portal starts a sign-in at a service."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from idp import settings
from idp.oidc import tiles
from tests.oidc.party import CALLBACK, ISSUER, Party

pytestmark = pytest.mark.any_database


def test_3rd_party_init_login(register: Any) -> None:
    party: Party = register(initiate_login_uri="https://karirhub.example/masuk?a=b", tile=True)
    with party.app.app_context():
        assert [tile.url for tile in tiles()] == ["https://karirhub.example/masuk?a=b&iss=https%3A%2F%2Fakun.example"]


@pytest.mark.parametrize("host", ["karirhub.example", "localhost:8443", "127.0.0.1"])
def test_3rd_party_init_login_nohttps(provider: Flask, host: str) -> None:
    settings.use(settings.current().model_copy(update={"open_registration": True}))
    document = {"redirect_uris": [CALLBACK], "initiate_login_uri": f"http://{host}/masuk"}
    answer = provider.test_client().post("/oauth/register", json=document, base_url=ISSUER)
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_client_metadata")


def test_an_initiate_login_uri_is_told_again(provider: Flask) -> None:
    settings.use(settings.current().model_copy(update={"open_registration": True}))
    http, document = provider.test_client(), {"redirect_uris": [CALLBACK], "initiate_login_uri": "https://karirhub.example/masuk"}
    told = http.post("/oauth/register", json=document, base_url=ISSUER).json
    bearer = {"Authorization": f"Bearer {told['registration_access_token']}"}
    again = http.get(told["registration_client_uri"].removeprefix(ISSUER), headers=bearer, base_url=ISSUER)
    assert told["initiate_login_uri"] == again.json["initiate_login_uri"] == document["initiate_login_uri"]
