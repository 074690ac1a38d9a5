"""What the protocol offers to an administrator: `idp client` and `idp keys`."""

from __future__ import annotations

from idp.oidc.client_commands import client
from idp.oidc.key_commands import key_group as keys

__all__ = ["client", "keys"]
