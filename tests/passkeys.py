"""A passkey without a browser: the key pair of somebody's device, which answers the provider's challenges (Web Authentication 3, 6)."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Flask
from webauthn.helpers import bytes_to_base64url

from idp import factors, settings, web
from tests.browsing import Browser
from tests.owning import Holder

PRESENT_AND_VERIFIED, WITH_KEY = 0x05, 0x40


class Device:
    """A device with one passkey. It counts its answers, as some do."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self._count = 0

    def made(self, options: dict[str, Any]) -> str:
        """The answer to `registration_options`."""
        numbers = self._key.public_key().public_numbers()
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        stated = self._stated(PRESENT_AND_VERIFIED | WITH_KEY) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + key
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": stated})
        return self._answer("webauthn.create", options, {"attestationObject": attested})

    def signed(self, options: dict[str, Any]) -> str:
        """The answer to `sign_in_options`."""
        self._count += 1
        stated = self._stated(PRESENT_AND_VERIFIED)
        told = hashlib.sha256(_client_data("webauthn.get", options)).digest()
        return self._answer(
            "webauthn.get", options, {"authenticatorData": stated, "signature": self._key.sign(stated + told, ec.ECDSA(SHA256()))}
        )

    def _stated(self, flags: int) -> bytes:
        return hashlib.sha256(factors.passkeys.rp_id().encode()).digest() + struct.pack(">BI", flags, self._count)

    def _answer(self, kind: str, options: dict[str, Any], response: dict[str, bytes]) -> str:
        parts = {"clientDataJSON": _client_data(kind, options)} | response
        told = {name: bytes_to_base64url(value) for name, value in parts.items()}
        name = bytes_to_base64url(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}, "response": told})


def _client_data(kind: str, options: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": settings.current().issuer}).encode()


def with_passkey(app: Flask, whom: Holder) -> Device:
    """Give somebody a passkey on a new device."""
    device = Device()
    with app.test_request_context("/", base_url=settings.current().issuer):
        web.browser_id()
        factors.passkeys.register(whom.account_id, device.made(factors.passkeys.registration_options(whom.account_id, "x")), "HP")
    return device


def options_at(browser: Browser, path: str) -> Any:
    """The challenge that a page's script asks for; the page is the one shown."""
    shown = browser.path
    answer = browser.post(path, {"csrf_token": browser.forms()[0]["fields"]["csrf_token"]})
    browser.get(shown)
    return answer.get_json()
