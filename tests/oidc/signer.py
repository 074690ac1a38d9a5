"""The keys of a relying party: assertions, request objects and DPoP proofs."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from idp import clock
from tests.oidc.party import ISSUER

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class WideRegistry(jws.JWSRegistry):
    max_header_length = 4096

    def __init__(self, algorithms: list[str]) -> None:
        super().__init__(algorithms=algorithms, strict_check_header=False)


def new_key(alg: str) -> Key:
    kinds = {"E": lambda: ECKey.generate_key("P-256"), "R": lambda: RSAKey.generate_key(2048), "P": lambda: RSAKey.generate_key(2048)}
    return OKPKey.generate_key("Ed25519") if alg == "EdDSA" else kinds[alg[0]]()


class Signer:
    """One key and what it signs."""

    def __init__(self, alg: str = "ES256", secret: str | None = None) -> None:
        self.alg = alg
        self.key: Key = OctKey.import_key(secret) if secret else new_key(alg)

    @property
    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self.key.as_dict(private=False), "kid": self.key.thumbprint(), "use": "sig"}]}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        kid = {} if self.key.key_type == "oct" else {"kid": self.key.thumbprint()}
        return jwt.encode(
            {"alg": self.alg, **kid, **header}, claims, self.key, algorithms=[self.alg], registry=WideRegistry(algorithms=[self.alg])
        )

    def assertion(self, client_id: str, **changes: Any) -> dict[str, str]:
        now = clock.timestamp()
        usual = {"iss": client_id, "sub": client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": secrets.token_hex(8)}
        claims = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        return {"client_id": client_id, "client_assertion_type": ASSERTION_TYPE, "client_assertion": self.sign(claims)}

    def request(self, parameters: dict[str, Any], **changes: Any) -> str:
        """A request object."""
        now = clock.timestamp()
        usual = {"iss": parameters["client_id"], "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300}
        claims = {name: value for name, value in {**usual, **parameters, **changes}.items() if value is not None}
        return self.sign(claims, typ="oauth-authz-req+jwt")

    def proof(self, path: str, method: str = "POST", token: str | None = None, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A DPoP proof."""
        usual = {"htm": method, "htu": ISSUER + path, "iat": clock.timestamp(), "jti": secrets.token_hex(8)}
        if token:
            usual["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        claims = {name: value for name, value in {**usual, **changes}.items() if value is not None}
        members = {"alg": self.alg, "typ": "dpop+jwt", "jwk": self.key.as_dict(private=False), **(header or {})}
        return jwt.encode(members, claims, self.key, algorithms=[self.alg], registry=WideRegistry(algorithms=[self.alg]))


def unsigned(claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."
