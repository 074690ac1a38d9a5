"""ID tokens that come back to us as hints: whom they name is believed only if we signed them."""

from __future__ import annotations

from dataclasses import dataclass

from idp.oidc import algorithms, jose, keys, provider
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError


@dataclass(frozen=True, slots=True)
class Hint:
    """What an ID token of ours says; its age does not matter (OpenID Connect Core 3.1.2.1)."""

    subject: str
    client_id: str
    sid: str | None


def read(token: str) -> Hint:
    """An ID token that we issued. Raises jose.BadToken."""
    _, claims = jose.verify(token, keys.verification_keys(), algorithms.SIGNING)
    audience, subject = claims.get("aud"), claims.get("sub")
    if claims.get("iss") != provider.issuer() or not isinstance(audience, str) or not isinstance(subject, str):
        raise jose.BadToken
    if "events" in claims:  # a logout token is no ID token (Back-Channel Logout 2.4)
        raise jose.BadToken
    sid = claims.get("sid")
    return Hint(subject, audience, sid if isinstance(sid, str) else None)


def subject(token: str | None, client: Client) -> str | None:
    """The outward subject that a client's id_token_hint names. Raises InvalidRequestError."""
    if token is None:
        return None
    try:
        hint = read(token)
    except jose.BadToken as fault:
        raise InvalidRequestError("id_token_hint is not an ID token of this provider.") from fault
    if hint.client_id != client.client_id:
        raise InvalidRequestError("id_token_hint was issued to another client.")
    return hint.subject
