"""POST /api/v1/tokens: the token request of old, in a JSON document, with its answer wrapped in `data`."""

from __future__ import annotations

from flask import Response

from idp.oidc import clients, parameters
from idp.oidc.faults import InvalidClientError, InvalidRequestError, UnsupportedGrantTypeError
from idp.oidc.parameters import Parameters
from idp.oidc.routes import blueprint
from idp.oidc.server import ProtocolRequest, guarded, server

GRANTS = frozenset({"authorization_code", "refresh_token"})


@blueprint.post("/api/v1/tokens")
@guarded
def tokens_as_before() -> Response:
    """Exchange a code or a refresh token; everything about them is checked by the core's grants."""
    given = understood(parameters.of_json())
    answer: Response = server.create_token_response(ProtocolRequest(given))
    if answer.status_code != 200:
        return answer
    told = {name: value for name, value in (answer.json or {}).items() if name != "id_token"}
    return server.handle_response(200, {"data": told}, {})


def understood(given: Parameters) -> Parameters:
    """A request of a client that may come here, for what there was. Raises the protocol's errors."""
    if given.repeated or given.oversized:
        raise InvalidRequestError("A member is repeated or too long.")
    if "grant_type" not in given:
        raise InvalidRequestError("grant_type is missing (RFC 6749 4.1.3).")
    if given["grant_type"] not in GRANTS:
        raise UnsupportedGrantTypeError(given["grant_type"])
    client = clients.find_active(given.get("client_id", ""))
    named_elsewhere = "client_id" not in given  # as clients of today do, in a header or an assertion
    if named_elsewhere or (client is not None and not client.metadata.old_routes):
        raise InvalidClientError("Client authentication failed.", status_code=401)
    return given
