"""grant_type=urn:ietf:params:oauth:grant-type:device_code (RFC 8628 3.4)."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin
from authlib.oauth2.rfc8628 import AuthorizationPendingError, ExpiredTokenError, SlowDownError

from idp import clock
from idp.oidc import access_tokens, devices, dpop, families, grants, id_token, metadata, provider, token_answers
from idp.oidc.faults import AccessDeniedError, InvalidGrantError, InvalidRequestError, UnauthorizedClientError
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.parameters import Parameters


class DeviceGrant(BaseGrant, TokenEndpointMixin):
    """Authlib's place for the grant; its own asks a store that may hand a code out twice."""

    GRANT_TYPE = metadata.DEVICE

    def validate_token_request(self) -> None:
        """Who calls, and may it use this grant?"""
        client = self.server.authenticate_client(self.request)  # RFC 8628 3.4
        if not client.check_grant_type(self.GRANT_TYPE):
            raise UnauthorizedClientError("The client is not registered for this grant.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Tokens, once the person has allowed it."""
        given, client = self.request.payload.given, self.request.client
        jkt = dpop.proven_key(client)  # RFC 9449 5
        authorization = collect(given, client.client_id)  # once, atomically: RFC 8628 3.5
        check_subject(authorization)
        token = grants.new_token(authorization.grant_id, provider.config().access_token_lifetime)
        record = AccessRecord(issued_at=clock.timestamp(), jkt=jkt)
        body = token_answers.bearer(token, authorization.scope, by_dpop=jkt is not None)
        body["access_token"] = access_tokens.put_down(authorization, client, token, record)
        if "openid" in authorization.scope:
            body["id_token"] = id_token.from_authorization(authorization, client, access_token=token.text)
        if authorization.offline:
            bound = jkt if client.metadata.is_public else None
            body["refresh_token"] = families.begin(authorization.model_copy(update={"dpop_jkt": bound}), None)
        return 200, body, []


def collect(given: Parameters, client_id: str) -> Authorization:
    """What the person allowed, or the error that tells the device what to do next (RFC 8628 3.5)."""
    device_code = given.get("device_code")
    if device_code is None:
        raise InvalidRequestError("device_code is missing (RFC 8628 3.4).")
    try:
        return devices.collect(device_code, client_id)
    except devices.Waiting as waiting:
        raise (SlowDownError() if waiting.too_often else AuthorizationPendingError()) from waiting
    except devices.Refused as refused:
        raise AccessDeniedError("The person declined.") from refused
    except devices.Expired as expired:
        raise ExpiredTokenError() from expired
    except devices.Unknown as unknown:
        raise InvalidGrantError("device_code is unknown, used, or not this client's.") from unknown


def check_subject(authorization: Authorization) -> None:
    """May the person's account act now?"""
    if not provider.host().may_act(authorization.subject or ""):
        raise InvalidGrantError("The account may not act.")
