"""The userinfo endpoint (OpenID Connect Core 5.3): claims for a valid access token, by GET or POST."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response

from idp import clock
from idp.oidc import access_tokens, client_keys, clients, jose, keys, provider, released, steps, subjects
from idp.oidc.clients import Client
from idp.oidc.faults import InvalidRequestError
from idp.oidc.grants import Access
from idp.oidc.protected import Challenge, check_binding, is_meant, presented_token, refusal, unknown
from idp.oidc.routes import blueprint

INSUFFICIENT = "insufficient_user_authentication"


@blueprint.route("/oauth/userinfo", methods=["GET", "POST"])
def userinfo() -> Response:
    """Tell the claims that a person allowed a client to know."""
    try:
        access, client = opened()
        return answer(claims_of(access, client), client)
    except Challenge as challenge:
        return refusal(challenge)
    except InvalidRequestError as fault:  # nothing of the client's to encrypt to
        return refusal(Challenge(400, fault.error, fault.description))


def opened() -> tuple[Access, Client]:
    """What the token that comes with the request opens, and for whom. Raises Challenge."""
    scheme, text = presented_token()  # RFC 6750 2, RFC 9449 7.1
    access = valid_access(text)  # RFC 6750 3.1
    client = client_of(access)
    check_binding(access, scheme, text, client)  # RFC 9449 7.2
    check_scope(access)  # OpenID Connect Core 5.3.1
    check_authentication(access, client)  # RFC 9470 3
    return access, client


def valid_access(text: str) -> Access:
    """What the token is good for, if it is valid now and its person may act."""
    access = access_tokens.find(text)
    if access is None or access.authorization.subject is None or not is_meant(access):
        raise unknown()
    if not provider.host().may_act(access.authorization.subject):
        raise unknown()
    return access


def client_of(access: Access) -> Client:
    """The client that the token was issued to, if it is still served."""
    client = clients.find_active(access.authorization.client_id)
    if client is None:
        raise unknown()
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
