"""What our own resources ask of whoever comes with an access token (RFC 6750, RFC 9449 7), and how they refuse."""

from __future__ import annotations

from flask import Response, jsonify, request

from idp.oidc import algorithms, dpop, provider
from idp.oidc.clients import Client
from idp.oidc.faults import OAuth2Error, with_nonce
from idp.oidc.grants import Access


class Challenge(Exception):
    """The request is refused with a challenge (RFC 6750 3)."""

    def __init__(self, status: int, error: str | None = None, description: str = "", **more: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description
        self.more = more  # what else the challenge says, such as the acr_values that would do


def presented_token() -> tuple[str, str]:
    """Scheme and token, of the header or of a form body; never of the query, never of both."""
    header = request.headers.get("Authorization", "")
    in_form = request.form.getlist("access_token") if request.method == "POST" else []
    scheme, _, text = header.partition(" ")
    if (header and in_form) or len(in_form) > 1:
        raise Challenge(400, "invalid_request", "The access token is presented more than once.")
    if in_form:
        return "bearer", in_form[0]
    if not header:
        raise Challenge(401)
    if scheme.lower() not in ("bearer", "dpop") or not text.strip():
        raise Challenge(401, "invalid_token", "The Authorization header holds no access token.")
    return scheme.lower(), text.strip()


def unknown() -> Challenge:
    """One answer for whatever is not valid."""
    return Challenge(401, "invalid_token", "The access token is unknown, expired or revoked.")


def is_meant(access: Access) -> bool:
    """Whether the token may be used here: one for another resource opens nothing (RFC 8707 2, RFC 9068 4)."""
    audience = set(access.record.audience)
    return not audience or bool({provider.issuer(), provider.endpoint(request.path)} & audience)


def check_binding(access: Access, scheme: str, text: str, client: Client) -> None:
    """A token that is bound to a key comes with a proof by that key, and under its own scheme; another does not."""
    jkt = access.record.jkt
    if (jkt is None) != (scheme == "bearer"):
        raise Challenge(401, "invalid_token", "The access token is presented under the wrong scheme.")
    if jkt is None:
        return
    try:
        dpop.check_for_token(text, jkt, client)
    except OAuth2Error as fault:
        raise Challenge(401, fault.error, fault.description) from fault


def refusal(challenge: Challenge) -> Response:
    """The challenge; without a code where no token was presented (RFC 6750 3)."""
    by_dpop = request.headers.get("Authorization", "").lower().startswith("dpop")
    words = [f'DPoP realm="siapkerja", algs="{" ".join(algorithms.ACCEPTED)}"' if by_dpop else 'Bearer realm="siapkerja"']
    body: dict[str, str] = {}
    if challenge.error:
        words += [f'error="{challenge.error}"', f'error_description="{challenge.description}"']
        body = {"error": challenge.error, "error_description": challenge.description}
    words += [f'{name}="{value}"' for name, value in challenge.more.items()]
    response = jsonify(body)
    response.status_code = challenge.status
    response.headers["WWW-Authenticate"] = ", ".join(words)
    response.headers["Cache-Control"] = "no-store"
    return with_nonce(response)
