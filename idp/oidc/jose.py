"""Signed and encrypted tokens: every call names its algorithms and its key; nothing is ever taken from the token itself."""

from __future__ import annotations

import base64
import hashlib
import warnings
from collections.abc import Collection, Mapping
from typing import Any

from joserfc import jwe, jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key, KeySet
from joserfc.jws import JWSRegistry

from idp.oidc import documents

# RFC 9864 renames EdDSA to Ed25519; relying parties register the old name still, and OpenID metadata lists it.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)
MAX_TOKEN_LENGTH = 16_384


class BadToken(Exception):
    """A token that does not verify: malformed, another key, another algorithm, or something critical unknown."""


class _Registry(JWSRegistry):
    """joserfc refuses headers over 512 bytes, which a DPoP proof with an RSA key needs (RFC 9449 4.2), and members of
    a header that it does not know, which RFC 7515 4 has ignored where `crit` does not name them."""

    max_header_length = 4096

    def __init__(self, algorithms: Collection[str]) -> None:
        super().__init__(algorithms=list(algorithms), strict_check_header=False)


def sign(claims: Mapping[str, Any], key: Key, alg: str, *, typ: str | None = "JWT") -> str:
    """A compact JWS with `kid`, and `typ` unless None."""
    header = {"alg": alg, "kid": key.kid}
    return jwt.encode(header, dict(claims), key, algorithms=[alg], registry=_Registry([alg]), default_type=typ)


def verify(
    token: str, keys: KeySet, algorithms: Collection[str], *, longest: int = MAX_TOKEN_LENGTH
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a compact JWS signed by one of these keys. Raises BadToken."""
    header = peek_header(token, longest=longest)
    candidates = [key for key in keys.keys if _may_have_signed(key, header)]
    for key in candidates:
        try:
            done = jwt.decode(token, key, algorithms=list(algorithms), registry=_Registry(algorithms))
            return documents.checked(dict(done.header)), documents.checked(dict(done.claims))
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            continue  # joserfc raises TypeError on {"crit": 1} and the like
    raise BadToken


def _may_have_signed(key: Key, header: Mapping[str, Any]) -> bool:
    kid = header.get("kid")
    if kid is not None and key.kid is not None and key.kid != kid:
        return False
    if key.get("use", "sig") != "sig" or key.get("alg", header.get("alg")) != header.get("alg"):
        return False
    family = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP", "HS": "oct"}.get(str(header.get("alg"))[:2])
    return key.key_type == family


def peek_header(token: str, *, longest: int = MAX_TOKEN_LENGTH) -> dict[str, Any]:
    """The header of a compact JWS or JWE, unverified: good for choosing a key, for nothing else. Raises BadToken."""
    if len(token) > longest or not token.isascii():
        raise BadToken
    return _json_object(token.split(".", maxsplit=1)[0])


def peek_claims(token: str) -> dict[str, Any]:
    """The claims of a compact JWS, unverified: good for finding whose key to ask for. Raises BadToken."""
    parts = token.split(".")
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii() or len(parts) != 3:
        raise BadToken
    return _json_object(parts[1])


def _json_object(part: str) -> dict[str, Any]:
    try:
        value = documents.read(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError as fault:
        raise BadToken from fault
    if not isinstance(value, dict):
        raise BadToken
    return value


def encrypt(text: str, key: Key, alg: str, enc: str, *, cty: str | None = "JWT", typ: str | None = None) -> str:
    """A compact JWE for one recipient, never compressed (RFC 8725 3.6)."""
    header: dict[str, Any] = {"alg": alg, "enc": enc}
    if cty:
        header["cty"] = cty
    if typ:
        header["typ"] = typ
    if key.kid:
        header["kid"] = key.kid
    return jwe.encrypt_compact(header, text.encode(), key, algorithms=[alg, enc])


def sign_bytes(payload: bytes, key: Key, alg: str, typ: str) -> str:
    """A compact JWS over any bytes."""
    header = {"alg": alg, "kid": key.kid, "typ": typ}
    return jws.serialize_compact(header, payload, key, algorithms=[alg], registry=_Registry([alg]))


def half_hash(value: str, alg: str) -> str:
    """The left half of a value's hash: at_hash, c_hash, s_hash (OpenID Connect Core 3.1.3.6, 3.3.2.11)."""
    # Ed25519 signs with SHA-512 inside (RFC 8032 5.1); the others name their hash.
    name = "sha512" if alg == "EdDSA" else f"sha{alg[2:]}"
    digest = hashlib.new(name, value.encode("ascii")).digest()
    return b64(digest[: len(digest) // 2])


def b64(data: bytes) -> str:
    """base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
