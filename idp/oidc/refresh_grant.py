"""grant_type=refresh_token (RFC 6749 6): a refresh token becomes an access token and its own successor."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp import clock
from idp.oidc import access_tokens, dpop, families, grants, id_token, provider, revocation_causes, token_answers
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidGrantError, InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.models import RefreshFamily
from idp.oidc.parameters import Parameters

REFUSED = "The refresh token is unknown, used, expired, revoked, or not this client's."


class RefreshGrant(BaseGrant, TokenEndpointMixin):
    """Authlib's place for the grant; its own RefreshTokenGrant neither rotates nor notices reuse."""

    GRANT_TYPE = "refresh_token"

    def validate_token_request(self) -> None:
        """Who calls, and may it use this grant?"""
        client = self.server.authenticate_client(self.request)  # RFC 6749 3.2.1
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client is not registered for this grant.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Check the token, put its successor in its place, then answer."""
        given, client = self.request.payload.given, self.request.client
        family = find_family(given, client.client_id)  # RFC 6749 6, RFC 9700 4.14.2
        authorization = families.authorization_of(family)
        scope = narrowed_scope(given, authorization)  # RFC 6749 6
        check_subject(authorization)
        wanted = access_tokens.audience(given.resources, authorization, client)  # RFC 8707 2.2
        jkt = check_bound_key(authorization, client)  # RFC 9449 5
        successor = spend(family, client)  # once, atomically
        token = grants.new_token(authorization.grant_id, provider.config().access_token_lifetime)
        narrowed = None if scope == authorization.scope else scope
        record = AccessRecord(issued_at=clock.timestamp(), scope=narrowed, audience=wanted, jkt=jkt)
        body = token_answers.bearer(token, scope, by_dpop=jkt is not None)
        body["access_token"] = access_tokens.put_down(authorization, client, token, record)
        body["refresh_token"] = successor or given["refresh_token"]
        if "openid" in scope:
            body["id_token"] = id_token.from_authorization(authorization, client, nonce=False, access_token=body["access_token"])
        return 200, body, []


def find_family(given: Parameters, client_id: str) -> RefreshFamily:
    """The family of the token presented; a token that was used before ends it."""
    token = given.get("refresh_token")
    if token is None:
        raise InvalidRequestError("refresh_token is missing (RFC 6749 6).")
    try:
        return families.find(token, client_id)
    except (families.UnknownToken, families.ReplayedToken) as fault:
        raise InvalidGrantError(REFUSED) from fault


def narrowed_scope(given: Parameters, authorization: Authorization) -> tuple[str, ...]:
    """The same scope or less, never more."""
    asked = given.words("scope")
    if set(asked) - set(authorization.scope):
        raise InvalidScopeError("scope goes beyond what was granted (RFC 6749 6).")
    return asked or authorization.scope


def check_subject(authorization: Authorization) -> None:
    """May the person's account act now? If not, nothing of theirs lives on."""
    if not provider.host().may_act(authorization.subject or ""):
        revocation_causes.end_grant(authorization.grant_id)
        raise InvalidGrantError(REFUSED)


def check_bound_key(authorization: Authorization, client: Client) -> str | None:
    """The key of the proof; a public client's refresh token works with the key that it was bound to only."""
    jkt = dpop.proven_key(client)
    if authorization.dpop_jkt is not None and authorization.dpop_jkt != jkt:
        raise InvalidGrantError(REFUSED)
    return jkt


def spend(family: RefreshFamily, client: Client) -> str | None:
    """Put the successor in the token's place; of many at once one wins, and the others end the family.

    Under FAPI 2.0 the client's key protects the token, and it stays (FAPI 2.0 Security Profile 5.3.2.1)."""
    try:
        if client.metadata.is_fapi:
            families.keep_alive(family)
            return None
        return families.rotate(family)
    except (families.ReplayedToken, families.UnknownToken) as fault:
        raise InvalidGrantError(REFUSED) from fault
