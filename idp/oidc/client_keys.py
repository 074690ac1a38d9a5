"""The public keys of clients: registered, or fetched from where they registered them and remembered for a while."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Collection
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, KeySetSerialization

from idp.oidc import algorithms, fetching, jose, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError

LOOK_AGAIN_AFTER = 1.0  # seconds: how often a key that we do not know makes us look again
ENCRYPT_TO_KEYS_OF_LATE = 10.0  # seconds: a key that gave way to another must not be encrypted to for long (Core 10.2.1)
CURVES_TO_ENCRYPT_TO = ("P-256", "P-384", "P-521", "X25519")


class NoKey(Exception):
    """The client has no key that fits."""


def key_set(client: Client, at_most: float = math.inf) -> KeySet:
    """The client's keys, fetched `at_most` so many seconds ago. Raises NoKey."""
    if client.metadata.jwks:
        return _key_set(client.metadata.jwks)
    if client.metadata.jwks_uri:
        return _fetched(client.metadata.jwks_uri, at_most)[1]
    raise NoKey


def verify(client: Client, token: str, allowed: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token that the client signed; keys that it changed lately are fetched anew.

    Raises jose.BadToken, NoKey."""
    try:
        return jose.verify(token, key_set(client), allowed)
    except jose.BadToken:
        address = client.metadata.jwks_uri
        if address is None or not _may_look_again(address):
            raise
    provider.current().client_keys.forget(address)
    return jose.verify(token, key_set(client), allowed)


def encryption_key(client: Client, alg: str) -> Key:
    """The key to encrypt to. Raises InvalidRequestError where the client has none or its keys are out of reach."""
    try:
        found = key_set(client, ENCRYPT_TO_KEYS_OF_LATE).keys
    except NoKey as fault:
        raise InvalidRequestError("The client's keys to encrypt to could not be had from jwks_uri.") from fault
    for key in found:
        if _fits(key, alg) and key.get("use", "enc") == "enc" and key.get("alg", alg) == alg:
            return key
    raise InvalidRequestError("The client publishes no key that its answers can be encrypted to.")


def _fits(key: Key, alg: str) -> bool:
    return key.key_type == "RSA" if alg.startswith("RSA") else key.get("crv") in CURVES_TO_ENCRYPT_TO


def encrypt_for(client: Client, what: str, token: str) -> str:
    """The token, encrypted if the client registered so for id_token, userinfo or introspection. Raises InvalidRequestError."""
    alg = getattr(client.metadata, f"{what}_encrypted_response_alg")
    if alg is None:
        return token
    return jose.encrypt(token, encryption_key(client, alg), alg, _content_encryption(client, what))


def encrypt_json_for(client: Client, what: str, claims: dict[str, Any]) -> str:
    """Claims that are encrypted without being signed (OpenID Connect Core 5.3.2). Raises InvalidRequestError."""
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


def _fetched(address: str, at_most: float) -> tuple[float, KeySet]:
    kept = provider.current().client_keys
    found = kept.get(address, lambda: _fetch(address))
    if found and found[0] + at_most < time.monotonic():
        kept.forget(address)
        found = kept.get(address, lambda: _fetch(address))
    assert found is not None
    return found


def _fetch(address: str) -> tuple[float, KeySet]:
    try:
        return time.monotonic(), _key_set(fetching.get_json(address))
    except fetching.Unreachable as fault:
        raise NoKey from fault


def _may_look_again(address: str) -> bool:
    """Whoever sends us keys that nobody knows makes us call a client once a second, not more often."""
    looked, now = provider.current().looked_again, time.monotonic()
    if looked.get(address, -math.inf) + LOOK_AGAIN_AFTER > now:
        return False
    if len(looked) > 10_000:
        looked.clear()
    looked[address] = now
    return True
