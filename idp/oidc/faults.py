"""The protocol's errors: Authlib's classes, those that it lacks, and how they are told to a program.

A description is fixed ASCII text: nothing that a request said is echoed (RFC 6749 5.2 allows %x20-21, %x23-5B, %x5D-7E)."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)
from authlib.oidc.core.errors import (
    AccountSelectionRequiredError,
    ConsentRequiredError,
    InteractionRequiredError,
    InvalidRequestObjectError,
    InvalidRequestURIError,
    LoginRequiredError,
    RegistrationNotSupportedError,
    RequestNotSupportedError,
    RequestURINotSupportedError,
)
from flask import Response, g, jsonify

__all__ = [
    "AccessDeniedError",
    "AccountSelectionRequiredError",
    "ConsentRequiredError",
    "InteractionRequiredError",
    "InvalidClientError",
    "InvalidGrantError",
    "InvalidRequestError",
    "InvalidRequestObjectError",
    "InvalidRequestURIError",
    "InvalidScopeError",
    "LoginRequiredError",
    "OAuth2Error",
    "RegistrationNotSupportedError",
    "RequestNotSupportedError",
    "RequestURINotSupportedError",
    "UnauthorizedClientError",
    "UnsupportedGrantTypeError",
    "UnsupportedResponseTypeError",
]


class InvalidTargetError(OAuth2Error):
    """The resource is unknown, or not this client's to ask for (RFC 8707 2)."""

    error = "invalid_target"


class UnmetAuthenticationRequirementsError(OAuth2Error):
    """An essential acr cannot be reached (OpenID Connect Core Unmet Authentication Requirements 1.0)."""

    error = "unmet_authentication_requirements"


class TooManyFailuresError(OAuth2Error):
    """Too many failed attempts of this client from this address."""

    error = "temporarily_unavailable"
    status_code = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed attempts. Try again later.")
        self.retry_after = retry_after


def with_nonce(response: Response) -> Response:
    """Hand out a nonce where a proof was looked at (RFC 9449 8.2)."""
    if "dpop_nonce" in g:
        response.headers["DPoP-Nonce"] = g.dpop_nonce
    return response


def as_json(fault: OAuth2Error) -> Response:
    """An error as RFC 6749 5.2 has it: JSON, never cached."""
    body = {"error": fault.error}
    if fault.description:
        body["error_description"] = fault.description
    response = jsonify(body)
    response.status_code = 401 if fault.error == "invalid_client" else fault.status_code
    response.headers["Cache-Control"] = "no-store"
    if fault.error == "invalid_client":
        response.headers["WWW-Authenticate"] = 'Basic realm="siapkerja", charset="UTF-8"'
    if isinstance(fault, TooManyFailuresError):
        response.headers["Retry-After"] = str(fault.retry_after)
    return with_nonce(response)
