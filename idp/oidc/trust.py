"""Before anything is sent anywhere: is the client known, and may answers go where it says? Otherwise a page, never a redirect."""

from __future__ import annotations

from dataclasses import dataclass

from idp.oidc import clients, uris
from idp.oidc.clients import Client
from idp.oidc.parameters import Parameters


@dataclass(frozen=True)
class Untrusted(Exception):
    """A request that cannot be answered at the client; told on a page, for its developer."""

    reason: str  # unknown_client, suspended_client, redirect_uri_missing, redirect_uri_mismatch, repeated, old_routes
    client: Client | None = None
    sent: str = ""
    differs: tuple[str, ...] = ()


def client_of(given: Parameters) -> Client:
    """The client that asks. Raises Untrusted."""
    if "client_id" in given.repeated:
        raise Untrusted("repeated")
    client_id = given.get("client_id", "")
    client = clients.find(client_id) or clients.find(client_id, fresh=True)
    if client is None:
        raise Untrusted("unknown_client", sent=client_id[:100])
    if client.status != clients.ACTIVE:
        raise Untrusted("suspended_client", client)
    return client


def redirect_uri_of(given: Parameters, client: Client) -> str:
    """Where answers go: registered byte for byte (RFC 9700 2.1), and always said (OpenID Connect Core 3.1.2.1)."""
    if "redirect_uri" in given.repeated:
        raise Untrusted("repeated", client)
    sent = given.get("redirect_uri")
    if sent is None:
        only = None if "openid" in given.words("scope") else client.get_default_redirect_uri()
        if only is None:
            raise Untrusted("redirect_uri_missing", client)
        return only
    if not client.check_redirect_uri(sent):
        fresh = clients.find_active(client.client_id, fresh=True)
        if fresh is None or not fresh.check_redirect_uri(sent):
            raise Untrusted("redirect_uri_mismatch", client, sent[:2000], _what_differs(sent, client))
    return sent


def _what_differs(sent: str, client: Client) -> tuple[str, ...]:
    """The parts in which it differs from the registered address that comes nearest. The address itself is not told:
    whoever guesses at a client's redirect URIs learns none."""
    found = [uris.differences(sent, one) for one in client.metadata.redirect_uris]
    return min(found, key=len, default=("uri",))
