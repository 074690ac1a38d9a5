"""The public keys of clients: registered, or fetched from where they registered them."""

from __future__ import annotations

import json
from typing import Any, cast

from joserfc.jwk import Key, KeySet, KeySetSerialization

from idp.oidc import algorithms, jose
from idp.oidc.clients import Client


class NoKey(Exception):
    """The client has no key that fits."""


def key_set(client: Client) -> KeySet:
    """The client's registered keys. Raises NoKey."""
    if client.metadata.jwks:
        return KeySet.import_key_set(cast(KeySetSerialization, client.metadata.jwks))
    raise NoKey


def encryption_key(client: Client, alg: str) -> Key:
    """The key to encrypt to. Raises NoKey."""
    wanted = "RSA" if alg.startswith("RSA") else "EC"
    for key in key_set(client).keys:
        if key.key_type == wanted and key.get("use", "enc") == "enc" and key.get("alg", alg) == alg:
            return key
    raise NoKey


def encrypt_for(client: Client, what: str, token: str) -> str:
    """The token, encrypted if the client registered so for id_token, userinfo or introspection. Raises NoKey."""
    alg = getattr(client.metadata, f"{what}_encrypted_response_alg")
    if alg is None:
        return token
    enc = getattr(client.metadata, f"{what}_encrypted_response_enc") or algorithms.DEFAULT_CONTENT_ENCRYPTION
    return jose.encrypt(token, encryption_key(client, alg), alg, enc)


def encrypt_json_for(client: Client, what: str, claims: dict[str, Any]) -> str:
    """Claims that are encrypted without being signed (OpenID Connect Core 5.3.2). Raises NoKey."""
    alg = str(getattr(client.metadata, f"{what}_encrypted_response_alg"))
    enc = getattr(client.metadata, f"{what}_encrypted_response_enc") or algorithms.DEFAULT_CONTENT_ENCRYPTION
    return jose.encrypt(json.dumps(claims), encryption_key(client, alg), alg, enc, cty=None)
