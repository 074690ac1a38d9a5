"""What the token endpoint answers (RFC 6749 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from idp import clock
from idp.oidc.grants import NewToken


def bearer(token: NewToken, scope: Sequence[str], *, by_dpop: bool = False) -> dict[str, Any]:
    """The members that every answer has."""
    return {
        "access_token": token.text,
        "token_type": "DPoP" if by_dpop else "Bearer",
        "expires_in": max(token.expires_at - clock.timestamp(), 0),
        "scope": " ".join(scope),
    }
