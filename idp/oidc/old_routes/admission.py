"""Who may come by the old routes: clients that an administrator registered so, and nobody else."""

from __future__ import annotations

from dataclasses import replace

from idp.oidc import trust
from idp.oidc.clients import Client


def check(client: Client) -> Client:
    """The client, if it may. Raises Untrusted."""
    if not client.metadata.old_routes:
        raise trust.Untrusted("old_routes", client)
    return client


def without_challenge(client: Client) -> Client:
    """The client as `GET /auth` holds it to PKCE: the requests of old have none. Everywhere else its registration counts."""
    return replace(client, metadata=client.metadata.model_copy(update={"pkce": "optional"}))
