"""Which claims a client may be told at all: those that its registered scopes open.

Asking for one by name in the claims parameter opens nothing that the ministry did not permit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp.oidc import provider
from idp.oidc.clients import Client

# Said of every sign-in, whatever the scopes.
OF_THE_SIGN_IN = frozenset({"sub", "auth_time", "acr", "amr", "sid"})


def names(client: Client) -> frozenset[str]:
    """The claims that the client's scopes open."""
    scopes = provider.host().scopes
    return frozenset(claim for scope in client.metadata.scopes for claim in scopes.get(scope, ()))


def claims(asked: Mapping[str, dict[str, Any]], client: Client) -> dict[str, dict[str, Any]]:
    """Of the claims that are asked for, those that the client may have; the rest is as if unknown (Core 5.5)."""
    allowed = names(client) | OF_THE_SIGN_IN
    return {name: ask for name, ask in asked.items() if name in allowed}


def verified(name: str, client: Client) -> bool:
    """Whether a verified claim may be told: as its plain one, or, where there is no plain one, with the profile."""
    known = {claim for group in provider.host().scopes.values() for claim in group}
    return name in names(client) if name in known else "profile" in client.metadata.scopes
