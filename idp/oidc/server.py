"""Authlib's authorization server with our overrides: who the client is, what a request is, how an error looks.

Left out of Authlib's own on purpose: its client authentication (two methods at once, 500 on a malformed header), its
request (refuses http behind a proxy), its models. What a grant checks stands in the grant's module, one check a line."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import OAuth2Payload
from flask import Response, jsonify, request
from joserfc.errors import JoseError

from idp.oidc import client_authentication, clients, faults, parameters
from idp.oidc.faults import InvalidRequestError, OAuth2Error
from idp.oidc.parameters import Parameters

_log = structlog.get_logger("idp.oidc")


class Payload(OAuth2Payload):
    """The parameters of a request, as Authlib asks for them."""

    def __init__(self, given: Parameters) -> None:
        self.given = given

    @property
    def data(self) -> Parameters:
        """All parameters."""
        return self.given

    @property
    def datalist(self) -> dict[str, list[str]]:
        """All parameters, each as a list."""
        return {name: [value] for name, value in self.given.items()}


class ProtocolRequest(OAuth2Request):
    """A request at one of our endpoints.

    Authlib's constructor refuses plain http, which is what a proxy that ends TLS speaks; settings judge TLS instead."""

    def __init__(self, given: Parameters) -> None:
        self.method = request.method
        self.headers = request.headers
        self.payload = Payload(given)
        self.client: clients.Client | None = None
        self.user = None

    @property
    def uri(self) -> str:
        """The address that was called; asked for by few grants, and dear to put together."""
        return request.url

    @property
    def form(self) -> Parameters:
        """The parameters of the body."""
        return self.payload.given


class AuthorizationServer(AuthlibServer):
    """The server that token grants and endpoints are registered with."""

    def query_client(self, client_id: str) -> clients.Client | None:
        """The active client of that id."""
        return clients.find_active(client_id)

    def create_oauth2_request(self, _request: Any) -> ProtocolRequest:
        """The request being served, checked for repeated parameters, or one that was read already. Raises InvalidRequestError."""
        if isinstance(_request, ProtocolRequest):
            return _request
        given = parameters.of_request()
        if given.repeated or given.oversized:
            raise InvalidRequestError("A parameter is repeated or too long (RFC 6749 3.2).")
        return ProtocolRequest(given)

    def authenticate_client(self, request: ProtocolRequest, methods: object = None, endpoint: str = "token") -> clients.Client:
        """The client that calls, proven by the method that it registered."""
        client = request.client = client_authentication.authenticate(request.payload.given)
        return client

    def get_token_grant(self, request: ProtocolRequest) -> Any:
        """The grant that is asked for. Raises InvalidRequestError where none is (RFC 6749 5.2)."""
        if "grant_type" not in request.payload.given:
            raise InvalidRequestError("grant_type is missing (RFC 6749 4.1.3).")
        return super().get_token_grant(request)

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """A JSON answer that is never cached (RFC 6749 5.1)."""
        response = jsonify(body)
        response.status_code = status
        for name, value in dict(headers).items():
            response.headers[name] = value
        response.headers["Cache-Control"] = "no-store"
        response.headers["Pragma"] = "no-cache"
        return faults.with_nonce(response)

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        """An error as RFC 6749 5.2 has it."""
        return faults.as_json(error)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what matters is written to the audit trail by the grants."""


server = AuthorizationServer()


def guarded(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """The outer guard: whatever a library trips over in hostile input is the request's fault, not the server's."""

    @wraps(endpoint)
    def guard(*args: Any, **kwargs: Any) -> Response:
        try:
            return endpoint(*args, **kwargs)
        except OAuth2Error as fault:
            return faults.as_json(fault)
        except (JoseError, UnicodeError, RecursionError, OverflowError) as fault:
            _log.warning("hostile_input", fault=type(fault).__name__)
            return faults.as_json(InvalidRequestError("The request is malformed."))

    return guard
