"""DPoP (RFC 9449): a proof that the caller holds a key, made for one request, used once."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from flask import g, request
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from idp import clock, sealed
from idp.extensions import redis
from idp.oidc import algorithms, grants, jose, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError, OAuth2Error

SKEW = 60
LIFE = 300  # how old a proof may be; the nonce bounds it further where one is asked for
NONCE_SECONDS = 300


class InvalidProofError(OAuth2Error):
    """The proof is missing, malformed, old, used before, or made for another request."""

    error = "invalid_dpop_proof"


class UseNonceError(OAuth2Error):
    """The proof needs a nonce of ours (RFC 9449 8)."""

    error = "use_dpop_nonce"


def proven_key(client: Client, *, required: bool = True) -> str | None:
    """The thumbprint of the key that the request proves, None without a proof. Raises InvalidProofError, UseNonceError."""
    proofs = request.headers.getlist("DPoP")
    if not proofs:
        if required and client.metadata.dpop_bound_access_tokens:
            raise InvalidRequestError("A DPoP proof is needed (RFC 9449 5).")
        return None
    if len(proofs) > 1 or "," in proofs[0]:
        raise InvalidProofError("There must be one DPoP proof (RFC 9449 4.3).")
    return _check(proofs[0], None, client, needs_nonce=client.metadata.is_fapi)


def ask_for_nonce(client: Client) -> None:
    """Raise UseNonceError before anything is spent: whoever forgot the nonce may send the same client assertion again."""
    proofs = request.headers.getlist("DPoP")
    if not client.metadata.is_fapi or len(proofs) != 1:
        return  # what is wrong with several is said by proven_key
    try:
        _check_nonce(jose.peek_claims(proofs[0]), needed=True)
    except jose.BadToken as fault:
        raise InvalidProofError("The proof is no JWT (RFC 9449 4.2).") from fault


def check_for_token(access_token: str, jkt: str, client: Client) -> None:
    """The proof that comes with an access token: by the key that it is bound to, and for this very token."""
    proofs = request.headers.getlist("DPoP")
    if len(proofs) != 1:
        raise InvalidProofError("There must be one DPoP proof (RFC 9449 4.3).")
    if not hmac.compare_digest(_check(proofs[0], access_token, client, needs_nonce=False), jkt):
        raise InvalidProofError("The proof is by another key than the token's (RFC 9449 7.1).")


def nonce() -> str:
    """A nonce for proofs, the same for a few minutes on every machine: nothing is stored for it (RFC 9449 8)."""
    return _nonce(clock.timestamp() // NONCE_SECONDS)


def _nonce(period: int) -> str:
    return sealed.fingerprint("dpop_nonce", str(period))


def _check(proof: str, access_token: str | None, client: Client, *, needs_nonce: bool) -> str:
    key = _own_key(proof)
    allowed = algorithms.FAPI_SIGNING if client.metadata.is_fapi else algorithms.ACCEPTED
    try:
        _, claims = jose.verify(proof, KeySet([key]), allowed)
    except jose.BadToken as fault:
        raise InvalidProofError("The proof does not verify (RFC 9449 4.3).") from fault
    _check_request(claims)
    if access_token is not None:
        _check_hash(claims, access_token)
    _check_nonce(claims, needed=needs_nonce)
    jkt = key.thumbprint()
    _spend(claims, jkt)
    return jkt


def _own_key(proof: str) -> Key:
    """The public key in the header: the one place where a token's own key is right, since it proves itself only."""
    try:
        header = jose.peek_header(proof)
        jwk = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or not isinstance(jwk, dict) or header.get("alg") not in algorithms.ACCEPTED:
            raise InvalidProofError("The header is not that of a proof (RFC 9449 4.2).")
        bare = {name: value for name, value in jwk.items() if name not in ("kid", "use", "alg", "key_ops")}
        key = import_key(bare)
    except (jose.BadToken, JoseError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise InvalidProofError("The header is not that of a proof (RFC 9449 4.2).") from fault
    if key.key_type == "oct" or key.is_private:
        raise InvalidProofError("The key must be a public one (RFC 9449 4.3).")
    return key


def _check_request(claims: dict[str, Any]) -> None:
    now, made_at, address = clock.timestamp(), claims.get("iat"), claims.get("htu")
    if claims.get("htm") != request.method:
        raise InvalidProofError("htm is another method (RFC 9449 4.3).")
    if not isinstance(address, str) or _bare(address) != _bare(provider.endpoint(request.path)):
        raise InvalidProofError("htu is another address (RFC 9449 4.3).")
    if not isinstance(made_at, int | float) or isinstance(made_at, bool) or not now - LIFE < made_at <= now + SKEW:
        raise InvalidProofError("The proof is too old or not yet valid (RFC 9449 11.1).")


def _bare(address: str) -> tuple[str, str, str]:
    """Scheme, authority and path; query and fragment do not count, nor a default port (RFC 9449 4.3)."""
    try:
        parts = urlsplit(address)
        default = {"https": ":443", "http": ":80"}.get(parts.scheme.lower(), "")
    except ValueError:
        return "", "", ""
    return parts.scheme.lower(), parts.netloc.lower().removesuffix(default), parts.path


def _check_hash(claims: dict[str, Any], access_token: str) -> None:
    expected = jose.b64(hashlib.sha256(access_token.encode()).digest())
    if not hmac.compare_digest(str(claims.get("ath", "")).encode(), expected.encode()):
        raise InvalidProofError("ath is not the hash of the access token (RFC 9449 4.3).")


def _check_nonce(claims: dict[str, Any], *, needed: bool) -> None:
    g.dpop_nonce = nonce()
    found = claims.get("nonce")
    if found is None and not needed:
        return
    period = clock.timestamp() // NONCE_SECONDS
    if not isinstance(found, str) or found.encode() not in (_nonce(period).encode(), _nonce(period - 1).encode()):
        raise UseNonceError("The proof needs the nonce of the DPoP-Nonce header (RFC 9449 8).")


def _spend(claims: dict[str, Any], jkt: str) -> None:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= 500:
        raise InvalidProofError("jti is missing (RFC 9449 4.2).")
    if not redis.set(f"idp:oidc:dpop:{jkt}:{grants.hashed(jti)}", b"1", nx=True, ex=LIFE + 2 * SKEW):
        raise InvalidProofError("The proof was used before (RFC 9449 11.1).")
