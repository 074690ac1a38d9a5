"""ID tokens (OpenID Connect Core 2): who signed in, when, and by what means; signed once, encrypted where a client asks."""

from __future__ import annotations

from typing import Any

from idp import clock
from idp.oidc import client_keys, jose, keys, provider, released, subjects
from idp.oidc.clients import Client
from idp.oidc.grants import Authorization


def from_authorization(
    authorization: Authorization,
    client: Client,
    *,
    nonce: bool = True,
    access_token: str | None = None,
    code: str | None = None,
    state: str | None = None,
    with_scopes: bool = False,
) -> str:
    """An ID token for what a person allowed; `with_scopes` where no userinfo will be asked (Core 5.4)."""
    alg = client.metadata.id_token_signed_response_alg
    claims = {**_chosen(authorization, client, with_scopes), **_fixed(authorization, client)}
    if nonce and authorization.nonce is not None:
        claims["nonce"] = authorization.nonce
    for name, value in (("at_hash", access_token), ("c_hash", code), ("s_hash", state)):
        if value is not None and (name != "s_hash" or value.isascii()):
            claims[name] = jose.half_hash(value, alg)
    token = jose.sign(claims, keys.signing_key(alg), alg)
    return client_keys.encrypt_for(client, "id_token", token)


def _fixed(authorization: Authorization, client: Client) -> dict[str, Any]:
    now = clock.timestamp()
    told = {
        "iss": provider.issuer(),
        "sub": subjects.outward(authorization.subject or "", client),
        "aud": client.client_id,
        "iat": now,
        "exp": now + provider.config().access_token_lifetime,
        "auth_time": authorization.auth_time,
        "acr": authorization.acr,
        "amr": list(authorization.amr) or None,
        "sid": authorization.sid,
    }
    return {name: value for name, value in told.items() if value is not None}


def _chosen(authorization: Authorization, client: Client, with_scopes: bool) -> dict[str, Any]:
    scope = authorization.scope if with_scopes else ()
    return released.claims(authorization, scope, authorization.id_token_claims, "id_token")
