"""The OpenID provider: a sign-in becomes tokens, and a profile becomes claims.

authorize -> (sign in) -> (consent) -> code -> token -> userinfo, refresh, logout
Owns clients, consents, codes, tokens and signing keys. Knows subjects and sessions by name only: what it needs of
people comes through `Host`, and it must know nothing of accounts, passwords, factors or notices."""

from idp.oidc import readings, statements
from idp.oidc.connected import Service, disconnect, name_of, services
from idp.oidc.consents import Connection, connections, forget, withdraw
from idp.oidc.host import Authentication, ClaimAsk, ClaimsRequest, ClaimText, Host, LoginHint
from idp.oidc.revocation_causes import end_all_access
from idp.oidc.session_end import end_of_session
from idp.oidc.setup import init_app
from idp.oidc.signals import Signal, tell
from idp.oidc.tiles import Tile, tiles

__all__ = [
    "Authentication",
    "ClaimAsk",
    "ClaimText",
    "ClaimsRequest",
    "Connection",
    "Host",
    "LoginHint",
    "Signal",
    "Service",
    "Tile",
    "connections",
    "disconnect",
    "end_all_access",
    "end_of_session",
    "forget",
    "init_app",
    "tell",
    "name_of",
    "readings",
    "services",
    "statements",
    "tiles",
    "withdraw",
]
