"""The public keys of clients: registered, or fetched from where they registered them and remembered for a while."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, KeySetSerialization

from idp.oidc import algorithms, fetching, jose, provider
from idp.oidc.clients import Client

FETCH_AGAIN_AFTER = 1.0  # seconds: how often a key that we do not know makes us look again


class NoKey(Exception):
    """The client has no key that fits."""


def key_set(client: Client) -> KeySet:
    """The client's keys. Raises NoKey."""
    if client.metadata.jwks:
        return _key_set(client.metadata.jwks)
    if client.metadata.jwks_uri:
        return _fetched(client.metadata.jwks_uri)[1]
    raise NoKey


def verify(client: Client, token: str, allowed: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that the client signed; keys that it changed lately are fetched anew.

    Raises jose.BadToken, NoKey."""
    try:
        return jose.verify(token, key_set(client), allowed)
    except jose.BadToken:
        address = client.metadata.jwks_uri
        if address is None or not _forget_if_old(address):
            raise
    return jose.verify(token, key_set(client), allowed)


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
    return jose.encrypt(token, encryption_key(client, alg), alg, _content_encryption(client, what))


def encrypt_json_for(client: Client, what: str, claims: dict[str, Any]) -> str:
    """Claims that are encrypted without being signed (OpenID Connect Core 5.3.2). Raises NoKey."""
    alg = str(getattr(client.metadata, f"{what}_encrypted_response_alg"))
    return jose.encrypt(json.dumps(claims), encryption_key(client, alg), alg, _content_encryption(client, what), cty=None)


def _content_encryption(client: Client, what: str) -> str:
    return getattr(client.metadata, f"{what}_encrypted_response_enc") or algorithms.DEFAULT_CONTENT_ENCRYPTION


def _key_set(document: Any) -> KeySet:
    """The keys that we can use; others of a mixed set are passed over (RFC 7517 5)."""
    found: list[Key] = []
    keys = document.get("keys") if isinstance(document, dict) else None
    for one in keys if isinstance(keys, list) else ():
        try:
            found += KeySet.import_key_set(cast(KeySetSerialization, {"keys": [one]})).keys
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    usable = [key for key in found if key.key_type != "oct"]
    if not usable:
        raise NoKey
    return KeySet(usable)


def _fetched(address: str) -> tuple[float, KeySet]:
    found = provider.current().client_keys.get(address, lambda: _fetch(address))
    assert found is not None
    return found


def _fetch(address: str) -> tuple[float, KeySet]:
    try:
        return time.monotonic(), _key_set(fetching.get_json(address))
    except fetching.Unreachable as fault:
        raise NoKey from fault


def _forget_if_old(address: str) -> bool:
    if _fetched(address)[0] + FETCH_AGAIN_AFTER > time.monotonic():
        return False
    provider.current().client_keys.forget(address)
    return True
