"""Token exchange (RFC 8693), between registered services: one acts for a person at another, with no more than it has."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp import clock
from idp.oidc import access_tokens, dpop, grants, introspection, metadata, provider, token_answers
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError, InvalidScopeError, InvalidTargetError, UnauthorizedClientError
from idp.oidc.grants import Access, AccessRecord
from idp.oidc.parameters import Parameters

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
MAX_ACTORS = 4


class ExchangeGrant(BaseGrant, TokenEndpointMixin):
    """Authlib's place for the grant, which it has no class for."""

    GRANT_TYPE = metadata.EXCHANGE

    def validate_token_request(self) -> None:
        """Who calls, and may it use this grant?"""
        client = self.server.authenticate_client(self.request)  # RFC 8693 2.1
        if client.metadata.is_public or not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client is not registered for this grant.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """A token for the target, on the same grant: whatever ends the one ends the other."""
        given, client = self.request.payload.given, self.request.client
        check_types(given)  # RFC 8693 2.1
        subject_token = find_subject_token(given, client)  # RFC 8693 2.1
        target = check_target(given, client)  # RFC 8693 2.2.2
        scope = narrowed_scope(given, subject_token)
        jkt = dpop.proven_key(client)  # RFC 9449 5
        authorization = subject_token.authorization
        life = min(provider.config().access_token_lifetime, subject_token.expires_at - clock.timestamp())
        token = grants.new_token(authorization.grant_id, life)
        record = AccessRecord(
            issued_at=clock.timestamp(),
            scope=scope,
            audience=target,
            jkt=jkt,
            client_id=client.client_id,
            actor=actor(subject_token, client),
        )
        body = token_answers.bearer(token, scope, by_dpop=jkt is not None)
        body["access_token"] = access_tokens.put_down(authorization, client, token, record)
        body["issued_token_type"] = ACCESS_TOKEN
        return 200, body, []


def check_types(given: Parameters) -> None:
    """Access tokens in and out; who acts is said by client authentication, not by a token."""
    if given.get("subject_token_type") != ACCESS_TOKEN or given.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequestError("Only access tokens are exchanged, for access tokens (RFC 8693 3).")
    if "actor_token" in given or "actor_token_type" in given:
        raise InvalidRequestError("The actor is the client that authenticates; actor_token is not supported.")


def find_subject_token(given: Parameters, client: Client) -> Access:
    """A valid token of a person that the client holds by right: issued to it, or meant for a resource that it serves."""
    access = access_tokens.find(given.get("subject_token", ""))
    if access is None or access.authorization.subject is None or not introspection.concerns(access, client):
        raise InvalidRequestError("subject_token is unknown, expired, or not for this client (RFC 8693 2.2.2).")
    if not access_tokens.holds(access):
        raise InvalidRequestError("subject_token is unknown, expired, or not for this client (RFC 8693 2.2.2).")
    return access


def check_target(given: Parameters, client: Client) -> tuple[str, ...]:
    """The resource to call, one that the client is registered for."""
    wanted = given.resources or given.words("audience")
    if not wanted or set(wanted) - set(client.metadata.resources):
        raise InvalidTargetError("resource or audience is missing, or the client is not registered for it (RFC 8693 2.2.2).")
    return wanted


def narrowed_scope(given: Parameters, subject_token: Access) -> tuple[str, ...]:
    """The same scope or less; never a sign-in."""
    asked = given.words("scope") or tuple(one for one in subject_token.scope if one not in ("openid", "offline_access"))
    if set(asked) - set(subject_token.scope):
        raise InvalidScopeError("scope goes beyond that of the subject token.")
    return asked


def actor(subject_token: Access, client: Client) -> dict[str, Any]:
    """Who acts, and who acted before (RFC 8693 4.1)."""
    before, depth = subject_token.record.actor, 1
    link = before
    while isinstance(link, dict):
        link, depth = link.get("act"), depth + 1
    if depth > MAX_ACTORS:
        raise InvalidRequestError("The token was exchanged too often.")
    return {"sub": client.client_id, **({"act": before} if before else {})}
