"""The token endpoint (RFC 6749 3.2): each grant is a class of its own, registered here."""

from __future__ import annotations

from flask import Response

from idp.oidc.client_credentials_grant import ClientCredentialsGrant
from idp.oidc.code_grant import CodeGrant
from idp.oidc.device_grant import DeviceGrant
from idp.oidc.exchange_grant import ExchangeGrant
from idp.oidc.refresh_grant import RefreshGrant
from idp.oidc.routes import blueprint
from idp.oidc.server import guarded, server

GRANTS = (CodeGrant, RefreshGrant, ClientCredentialsGrant, DeviceGrant, ExchangeGrant)
for grant in GRANTS:
    server.register_grant(grant)


@blueprint.post("/oauth/token")
@guarded
def token() -> Response:
    """Exchange what a client holds for tokens."""
    return server.create_token_response()  # type: ignore[no-any-return]
