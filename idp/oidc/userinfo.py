"""The userinfo endpoint (OpenID Connect Core 5.3): claims for a valid access token, by GET or POST."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, request

from idp import clock
from idp.oidc import access_tokens, algorithms, client_keys, clients, dpop, jose, keys, provider, released, steps, subjects
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError, OAuth2Error, with_nonce
from idp.oidc.grants import Access
from idp.oidc.routes import blueprint

INSUFFICIENT = "insufficient_user_authentication"


class Challenge(Exception):
    """The request is refused with a challenge (RFC 6750 3)."""

    def __init__(self, status: int, error: str | None = None, description: str = "", **more: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description
        self.more = more  # what else the challenge says, such as the acr_values that would do


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """Tell the claims that a person allowed a client to know."""
    try:
        scheme, text = presented_token()  # RFC 6750 2, RFC 9449 7.1
        access = valid_access(text)  # RFC 6750 3.1
        client = client_of(access)
        check_binding(access, scheme, text, client)  # RFC 9449 7.2
        check_scope(access)  # OpenID Connect Core 5.3.1
        check_authentication(access, client)  # RFC 9470 3
        return answer(claims_of(access, client), client)
    except Challenge as challenge:
        return refusal(challenge)
    except InvalidRequestError as fault:  # nothing of the client's to encrypt to
        return refusal(Challenge(400, fault.error, fault.description))


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


def valid_access(text: str) -> Access:
    """What the token is good for, if it is valid now and its person may act."""
    access = access_tokens.find(text)
    if access is None or access.authorization.subject is None or (access.record.audience and not _is_meant(access)):
        raise Challenge(401, "invalid_token", "The access token is unknown, expired or revoked.")
    if not provider.host().may_act(access.authorization.subject):
        raise Challenge(401, "invalid_token", "The access token is unknown, expired or revoked.")
    return access


def _is_meant(access: Access) -> bool:
    """A token for another resource opens nothing here (RFC 8707 2, RFC 9068 4)."""
    return bool({provider.issuer(), provider.endpoint("/oauth/userinfo")} & set(access.record.audience))


def client_of(access: Access) -> Client:
    """The client that the token was issued to, if it is still served."""
    client = clients.find_active(access.authorization.client_id)
    if client is None:
        raise Challenge(401, "invalid_token", "The access token is unknown, expired or revoked.")
    return client


def check_scope(access: Access) -> None:
    """Userinfo is for sign-ins."""
    if "openid" not in access.scope:
        raise Challenge(403, "insufficient_scope", "The scope openid is needed.")


def check_authentication(access: Access, client: Client) -> None:
    """Where the client is registered so, old and weak sign-ins open nothing: it has to ask for a better one."""
    wanted, max_age = client.metadata.userinfo_acr_values, client.metadata.userinfo_max_age
    authorization = access.authorization
    if wanted and steps.effective_acr(authorization.acr or "", wanted) not in wanted:
        raise Challenge(401, INSUFFICIENT, "A stronger sign-in is needed.", acr_values=" ".join(wanted))
    if max_age is not None and (authorization.auth_time or 0) + max_age < clock.timestamp():
        raise Challenge(401, INSUFFICIENT, "A more recent sign-in is needed.", max_age=str(max_age))


def claims_of(access: Access, client: Client) -> dict[str, Any]:
    """The claims, with the subject as the client knows it."""
    authorization = access.authorization
    told = released.claims(authorization, access.scope, authorization.userinfo_claims, "userinfo")
    return {"sub": subjects.outward(authorization.subject or "", client), **told}


def answer(claims: dict[str, Any], client: Client) -> Response:
    """JSON, or a JWT if the client registered so (OpenID Connect Core 5.3.2)."""
    alg = client.metadata.userinfo_signed_response_alg
    if alg is None and client.metadata.userinfo_encrypted_response_alg is None:
        response = jsonify(claims)
    else:
        response = make_response(_as_jwt(claims, client, alg))
        response.mimetype = "application/jwt"
    response.headers["Cache-Control"] = "no-store"
    return response


def _as_jwt(claims: dict[str, Any], client: Client, alg: str | None) -> str:
    if alg is None:
        return client_keys.encrypt_json_for(client, "userinfo", claims)
    signed = jose.sign({**claims, "iss": provider.issuer(), "aud": client.client_id}, keys.signing_key(alg), alg)
    return client_keys.encrypt_for(client, "userinfo", signed)


def refusal(challenge: Challenge) -> Response:
    """The challenge; without a code where no token was presented (RFC 6750 3)."""
    by_dpop = request.headers.get("Authorization", "").lower().startswith("dpop")
    words = [f'DPoP realm="siapkerja", algs="{" ".join(algorithms.ACCEPTED)}"' if by_dpop else 'Bearer realm="siapkerja"']
    body: dict[str, str] = {}
    if challenge.error:
        words += [f'error="{challenge.error}"', f'error_description="{challenge.description}"']
        words += [f'{name}="{value}"' for name, value in challenge.more.items()]
        body = {"error": challenge.error, "error_description": challenge.description}
    response = jsonify(body)
    response.status_code = challenge.status
    response.headers["WWW-Authenticate"] = ", ".join(words)
    response.headers["Cache-Control"] = "no-store"
    return with_nonce(response)
