"""Token revocation (RFC 7009): a client gives back what it holds."""

from __future__ import annotations

from flask import Response

from idp.oidc import access_tokens, families, grants, revocation_causes
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError
from idp.oidc.routes import blueprint
from idp.oidc.server import guarded, server


@blueprint.post("/oauth/revoke")
@guarded
def revoke() -> Response:
    """Void a token of the client that calls; an unknown one is void already (RFC 7009 2.2)."""
    request = server.create_oauth2_request(None)
    client = server.authenticate_client(request)  # RFC 7009 2.1
    token = request.payload.given.get("token")
    if token is None:
        raise InvalidRequestError("token is missing (RFC 7009 2.1).")
    if not _revoke_refresh_token(token, client):
        _revoke_access_token(token, client)
    return server.handle_response(200, {}, {})


def _revoke_refresh_token(token: str, client: Client) -> bool:
    """A refresh token goes with all that was issued on the same grant (RFC 7009 2.1)."""
    try:
        family = families.find(token, client.client_id)
    except families.ReplayedToken:
        return True
    except families.UnknownToken:
        return False
    revocation_causes.end_grant(family.grant_id)
    return True


def _revoke_access_token(token: str, client: Client) -> None:
    access = access_tokens.find(token)
    if access and client.client_id in (access.record.client_id, access.authorization.client_id):
        grants.drop_access(access_tokens.handle(token))
