"""grant_type=authorization_code (RFC 6749 4.1.3): a code becomes tokens, once."""

from __future__ import annotations

import hmac
import re
from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from idp import clock
from idp.oidc import access_tokens, dpop, families, grants, id_token, provider, revocation_causes, token_answers
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidGrantError, InvalidRequestError, UnauthorizedClientError
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.parameters import Parameters

CODE_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1
REFUSED = "The code is unknown, used, expired, or not this client's."


class CodeGrant(BaseGrant, TokenEndpointMixin):
    """Authlib's place for the grant; its own AuthorizationCodeGrant redeems a code more than once under load."""

    GRANT_TYPE = "authorization_code"

    def validate_token_request(self) -> None:
        """Who calls, and may it use this grant?"""
        client = self.server.authenticate_client(self.request)  # RFC 6749 3.2.1
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client is not registered for this grant.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Spend the code, check everything about it, then answer with tokens."""
        given, client = self.request.payload.given, self.request.client
        code = given.get("code")
        if code is None:
            raise InvalidRequestError("code is missing (RFC 6749 4.1.3).")
        jkt = dpop.proven_key(client)  # RFC 9449 5
        token, authorization = redeem(code, jkt)  # once, atomically: RFC 6749 4.1.2
        check_client(authorization, client)  # RFC 6749 4.1.3
        check_expiry(authorization)  # RFC 6749 4.1.2
        check_redirect_uri(authorization, given)  # RFC 6749 4.1.3
        verify_pkce(authorization, given)  # RFC 7636 4.6
        check_bound_key(authorization, jkt)  # RFC 9449 10
        check_subject(authorization)
        body = token_answers.bearer(token, authorization.scope, by_dpop=jkt is not None)
        if wanted := access_tokens.audience(given.resources, authorization, client):  # RFC 8707 2.2
            record = AccessRecord(issued_at=clock.timestamp(), audience=wanted, jkt=jkt)
            body["access_token"] = access_tokens.put_down(authorization, client, token, record)
        if "openid" in authorization.scope:
            body["id_token"] = id_token.from_authorization(authorization, client, access_token=body["access_token"])
        if authorization.offline:
            body["refresh_token"] = begin_family(authorization, code, jkt if client.metadata.is_public else None)
        return 200, body, []


def redeem(code: str, jkt: str | None) -> tuple[grants.NewToken, Authorization]:
    """Spend the code and put down an access token in one step. A replay voids all that the code bought."""
    try:
        grant_id, _ = grants.parts(code)
        token = grants.new_token(grant_id, provider.config().access_token_lifetime)
        return token, grants.redeem(code, token, AccessRecord(issued_at=clock.timestamp(), jkt=jkt))
    except grants.ReplayedCode as replay:
        known = replay.authorization
        revocation_causes.end_replayed_code(known.grant_id, known.subject, known.client_id)
    except grants.UnknownCode:
        _end_if_forgotten(code)
    raise InvalidGrantError(REFUSED)


def _end_if_forgotten(code: str) -> None:
    """Redis has forgotten the code, but what it bought may live on in SQL."""
    try:
        family = families.with_code(code)
    except grants.UnknownCode:
        return
    if family is not None:
        revocation_causes.end_replayed_code(family.grant_id, family.subject, family.client_id)


def _void(authorization: Authorization) -> InvalidGrantError:
    # The code is spent and its access token was never told to anybody; nothing is left of either.
    grants.revoke([authorization.grant_id])
    return InvalidGrantError(REFUSED)


def check_client(authorization: Authorization, client: Client) -> None:
    """The code of client A is worth nothing to client B."""
    if authorization.client_id != client.client_id:
        raise _void(authorization)


def check_expiry(authorization: Authorization) -> None:
    """A code lives for a minute."""
    if authorization.code_expires_at <= clock.timestamp():
        raise _void(authorization)


def check_redirect_uri(authorization: Authorization, given: Parameters) -> None:
    """The same as in the authorization request, if it was there."""
    if authorization.redirect_uri is not None and given.get("redirect_uri") != authorization.redirect_uri:
        raise _void(authorization)


def verify_pkce(authorization: Authorization, given: Parameters) -> None:
    """Whoever redeems the code began the flow. A verifier without a challenge is a downgrade (RFC 9700 4.8.2)."""
    verifier = given.get("code_verifier")
    if authorization.code_challenge is None:
        if verifier is not None:
            raise _void(authorization)
        return
    if verifier is None or not CODE_VERIFIER.fullmatch(verifier):
        raise _void(authorization)
    if not hmac.compare_digest(create_s256_code_challenge(verifier).encode(), authorization.code_challenge.encode()):
        raise _void(authorization)


def check_bound_key(authorization: Authorization, jkt: str | None) -> None:
    """A code that was bound to a key is redeemed with a proof by that key."""
    if authorization.dpop_jkt is not None and authorization.dpop_jkt != jkt:
        raise _void(authorization)


def check_subject(authorization: Authorization) -> None:
    """May the person's account act now?"""
    if not provider.host().may_act(authorization.subject or ""):
        raise _void(authorization)


def begin_family(authorization: Authorization, code: str, jkt: str | None) -> str:
    """The first refresh token; a public client's is bound to its key (RFC 9449 5).

    A replay that came in between has revoked the authorization: then nothing is given."""
    token = families.begin(authorization.model_copy(update={"dpop_jkt": jkt}), code)
    if grants.is_revoked(authorization.grant_id):
        revocation_causes.end_grant(authorization.grant_id)
        raise InvalidGrantError(REFUSED)
    return token
