"""Plan oidcc-3rdparty-init-login: the portal starts a sign-in at a service."""

from __future__ import annotations

from typing import Any

import pytest

from idp.oidc import tiles
from idp.oidc.metadata import MetadataRefused
from tests.oidc.party import Party


def test_3rd_party_init_login(register: Any) -> None:
    party: Party = register(initiate_login_uri="https://karirhub.example/masuk?a=b", tile=True)
    with party.app.app_context():
        assert [tile.url for tile in tiles()] == ["https://karirhub.example/masuk?a=b&iss=https%3A%2F%2Fakun.example"]


def test_3rd_party_init_login_nohttps(register: Any) -> None:
    with pytest.raises(MetadataRefused):
        register(initiate_login_uri="http://karirhub.example/masuk")
