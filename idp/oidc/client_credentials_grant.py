"""grant_type=client_credentials (RFC 6749 4.4): a service acts for itself; no person is involved."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp import clock
from idp.oidc import access_tokens, dpop, grants, provider, token_answers
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidScopeError, UnauthorizedClientError
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.parameters import Parameters

OF_PERSONS = frozenset({"openid", "offline_access"})


class ClientCredentialsGrant(BaseGrant, TokenEndpointMixin):
    """Authlib's place for the grant."""

    GRANT_TYPE = "client_credentials"

    def validate_token_request(self) -> None:
        """Who calls, and may it use this grant?"""
        client = self.server.authenticate_client(self.request)  # RFC 6749 4.4.2
        if client.metadata.is_public or not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client is not registered for this grant.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """An access token for the service itself; never a refresh token (RFC 6749 4.4.3)."""
        given, client = self.request.payload.given, self.request.client
        jkt = dpop.proven_key(client)  # RFC 9449 5
        authorization = authorize(given, client)
        wanted = access_tokens.audience(given.resources, authorization, client)  # RFC 8707 2.2
        token = grants.new_token(authorization.grant_id, provider.config().access_token_lifetime)
        record = AccessRecord(issued_at=clock.timestamp(), audience=wanted, jkt=jkt)
        body = token_answers.bearer(token, authorization.scope, by_dpop=jkt is not None)
        body["access_token"] = access_tokens.put_down(authorization, client, token, record)
        return 200, body, []


def authorize(given: Parameters, client: Client) -> Authorization:
    """What the service allows itself: of its registered scopes those that are not about a person's sign-in."""
    asked = given.words("scope")
    allowed = [one for one in client.metadata.scopes if one not in OF_PERSONS]
    if set(asked) - set(allowed):
        raise InvalidScopeError("The client is not registered for this scope.")
    return Authorization(
        grant_id=grants.new_grant_id(),
        client_id=client.client_id,
        subject=None,
        scope=asked or tuple(allowed),
        issued_at=clock.timestamp(),
    )
