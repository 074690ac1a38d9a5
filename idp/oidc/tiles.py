"""Tiles: the registered services that the portal offers, each with the address that signs a person in there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from idp import web
from idp.oidc import clients, provider
from idp.oidc.clients import Client


@dataclass(frozen=True, slots=True)
class Tile:
    """One service on the portal."""

    client_id: str
    name: str
    url: str
    colour: str | None
    logo: str | None
    purpose: str | None


def tiles() -> list[Tile]:
    """The active clients that were registered with a tile, oldest first."""
    return [_tile(one) for one in clients.every() if one.metadata.tile and one.status == clients.ACTIVE]


def _tile(client: Client) -> Tile:
    start = client.metadata.initiate_login_uri or ""
    query = urlencode({"iss": provider.issuer()})  # Third-Party-Initiated Login: OpenID Connect Core 4
    url = start + ("&" if "?" in start else "?") + query
    told = client.metadata
    return Tile(client.client_id, told.client_name, url, told.colour, told.logo_uri, told.purpose_in(web.locale()))
