"""Access tokens: opaque for our own userinfo, a JWT where a resource is named (RFC 8707, RFC 9068); found again here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from idp import clock
from idp.oidc import algorithms, clients, grants, jose, keys, provider, subjects
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidGrantError, InvalidTargetError
from idp.oidc.grants import Access, AccessRecord, Authorization, NewToken

TYP = "at+jwt"  # RFC 9068 2.1


def audience(asked: Iterable[str], authorization: Authorization, client: Client) -> tuple[str, ...]:
    """For which resources the token is to be: what is asked for now, within what was allowed. Raises InvalidTargetError."""
    wanted = tuple(asked)
    if not wanted:
        return authorization.resource
    allowed = authorization.resource or client.metadata.resources
    if set(wanted) - set(allowed):
        raise InvalidTargetError("The resource is not one that was allowed (RFC 8707 2.2).")
    return wanted


def put_down(authorization: Authorization, client: Client, token: NewToken, record: AccessRecord) -> str:
    """Make a token valid and answer its text. Raises InvalidGrantError when all was revoked meanwhile."""
    try:
        grants.put_down(authorization, token, record)
    except grants.Revoked as fault:
        raise InvalidGrantError("What was granted has been revoked.") from fault
    return text_of(authorization, client, token, record)


def text_of(authorization: Authorization, client: Client, token: NewToken, record: AccessRecord) -> str:
    """The token as the client gets it."""
    if not record.audience:
        return token.text
    alg = client.metadata.id_token_signed_response_alg
    claims = {
        **described(Access(authorization, record, token.expires_at), client),
        "iss": provider.issuer(),
        "jti": token.text,
    }
    return jose.sign(claims, keys.signing_key(alg), alg, typ=TYP)


def described(access: Access, client: Client) -> dict[str, Any]:
    """What a token says of itself, to a resource (RFC 9068 2.2) or at introspection (RFC 7662 2.2)."""
    authorization, record = access.authorization, access.record
    issued_to = clients.find(authorization.client_id) or client
    subject = authorization.subject
    told = {
        "aud": list(record.audience) if len(record.audience) != 1 else record.audience[0],
        "sub": subjects.outward(subject, issued_to) if subject else authorization.client_id,
        "client_id": record.client_id or authorization.client_id,
        "scope": " ".join(access.scope),
        "iat": record.issued_at,
        "exp": access.expires_at,
        "auth_time": authorization.auth_time,
        "acr": authorization.acr,
        "amr": list(authorization.amr) or None,
        "cnf": {"jkt": record.jkt} if record.jkt else None,
        "act": record.actor,
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def find(text: str) -> Access | None:
    """The access token, opaque or JWT, if it is valid now."""
    if "." in text and not text.startswith("eyJ"):
        return grants.find_access(text)
    try:
        header, claims = jose.verify(text, keys.verification_keys(), algorithms.SIGNING)
    except jose.BadToken:
        return None
    if header.get("typ") != TYP or claims.get("iss") != provider.issuer() or claims.get("exp", 0) <= clock.timestamp():
        return None
    return grants.find_access(str(claims.get("jti", "")))


def holds(access: Access) -> bool:
    """Whether those behind a token may act now: its person, and the clients that it was issued to."""
    subject, issued_to = access.authorization.subject, {access.authorization.client_id, access.record.client_id} - {None}
    return all(map(clients.find_active, map(str, issued_to))) and (subject is None or provider.host().may_act(subject))


def handle(text: str) -> str:
    """The part of a token that our records know it by. Raises grants.UnknownCode."""
    if "." in text and not text.startswith("eyJ"):
        return text
    try:
        return str(jose.peek_claims(text).get("jti", ""))
    except jose.BadToken as fault:
        raise grants.UnknownCode from fault
