"""Dynamic registration (RFC 7591, RFC 7592, OpenID Connect Registration): a client registers and looks after itself."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, make_response, request

from idp import sealed
from idp.extensions import unit_of_work
from idp.oidc import clients, fetching, parameters, provider, registration_tokens, uris
from idp.oidc.clients import Client, Registered
from idp.oidc.metadata import OWN_FIELDS, ClientMetadata, MetadataRefused, parse
from idp.oidc.routes import blueprint

PATH = "/oauth/register"
_NOT_TO_BE_TOLD = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")


class NotAllowed(Exception):
    """The bearer token is missing, void, or another client's."""


@blueprint.post(PATH)
def register() -> Response:
    """Register a client, for the bearer of an initial access token; for anybody where a sandbox setting says so."""
    try:
        metadata = understand(_document())
        with unit_of_work():  # the token is spent with the registration, or not at all
            spend_initial_access_token()  # RFC 7591 3
            done = clients.add(metadata, self_registered=True)
    except NotAllowed:
        return refuse_bearer()
    except MetadataRefused as fault:
        return refuse(fault)
    return make_response(_answer(done, done.registration_token or ""), 201)


@blueprint.route(f"{PATH}/<client_id>", methods=["GET", "PUT", "DELETE"])
def configure(client_id: str) -> Response:
    """Read, replace or remove one's own registration (RFC 7592 2)."""
    try:
        client, token = own_client(client_id)  # RFC 7592 2
        if request.method == "DELETE":
            clients.remove(client_id)
            return make_response("", 204)
        if request.method == "GET":
            return _answer(Registered(client, None), token)
        document = _document()
        check_identity(document, client)  # RFC 7592 2.2
        return _answer(clients.replace(client_id, understand(document, client), self_registered=True), token)
    except NotAllowed:
        return refuse_bearer()
    except MetadataRefused as fault:
        return refuse(fault)


def understand(document: Mapping[str, Any], present: Client | None = None) -> ClientMetadata:
    """Metadata that a client gives of itself, with the defaults of the standards; what an administrator said of it stays.

    Raises MetadataRefused."""
    given = {name: value for name, value in document.items() if name not in OWN_FIELDS}
    if present is not None:
        given |= present.metadata.model_dump(mode="json", include=set(OWN_FIELDS), exclude_none=True)
    first = next(iter(_strings(given.get("redirect_uris"))), "")
    given.setdefault("client_name", uris.host(first) or "Tanpa nama")
    given.setdefault("scope", " ".join(_usual_scopes()))
    if "grant_types" not in given and any("id_token" in one for one in _strings(given.get("response_types"))):
        given["grant_types"] = ["authorization_code", "implicit"]
    if provider.config().open_registration and given.get("token_endpoint_auth_method") != "none":
        given["pkce"] = "optional"  # conformance runs: the suite's clients send no challenge
    metadata = parse(given)
    check_initiate_login_uri(metadata)
    check_sector(metadata)
    return metadata


def _usual_scopes() -> list[str]:
    named = ("openid", "offline_access", *provider.host().scopes)
    return [one for one in dict.fromkeys(named) if one not in clients.PERMISSION_SCOPES]


def _strings(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def check_initiate_login_uri(metadata: ClientMetadata) -> None:
    """https without exception: what an administrator may register for a service on this machine, nobody else may (Core 4)."""
    if metadata.initiate_login_uri and not metadata.initiate_login_uri.startswith("https://"):
        raise MetadataRefused([("initiate_login_uri", "must be https (OpenID Connect Registration 2)")])


def check_sector(metadata: ClientMetadata) -> None:
    """The document of the sector names every redirect URI (OpenID Connect Core 8.1, Registration 5)."""
    address = metadata.sector_identifier_uri
    if address is None:
        if metadata.subject_type == "pairwise" and len(_hosts(metadata)) > 1:
            raise MetadataRefused([("sector_identifier_uri", "is needed: the redirect URIs have several hosts (Core 8.1)")])
        return
    if not address.startswith("https://"):
        raise MetadataRefused([("sector_identifier_uri", "must be https (Registration 5)")])
    try:
        listed = fetching.get_json(address)
    except fetching.Unreachable as fault:
        raise MetadataRefused([("sector_identifier_uri", "could not be fetched")]) from fault
    if not isinstance(listed, list) or not set(metadata.redirect_uris) <= {one for one in listed if isinstance(one, str)}:
        raise MetadataRefused([("sector_identifier_uri", "does not list every redirect URI (Registration 5)")])


def _hosts(metadata: ClientMetadata) -> set[str]:
    """A native app's own scheme and its loopback addresses are no hosts of their own (RFC 8252 7, 8.3)."""
    if metadata.application_type == "native":
        return set(uris.owned_hosts(metadata.redirect_uris))
    return {uris.host(one) for one in metadata.redirect_uris}


def spend_initial_access_token() -> None:
    """The administrator's word, used up. Raises NotAllowed."""
    token = _bearer()
    if token is not None and registration_tokens.spend(token):
        return
    if token is not None or not provider.config().open_registration:
        raise NotAllowed


def own_client(client_id: str) -> tuple[Client, str]:
    """The client whose registration access token this is, and the token. Raises NotAllowed, also for unknown clients."""
    client, token = clients.find_active(client_id, fresh=True), _bearer()
    known = client.registration_fingerprint if client else None
    if client is None or token is None or known is None:
        raise NotAllowed
    if not hmac.compare_digest(known.encode(), sealed.fingerprint("registration_token", token).encode()):
        raise NotAllowed
    return client, token


def check_identity(document: Mapping[str, Any], client: Client) -> None:
    """The document speaks of this client, and does not choose its secret (RFC 7592 2.2)."""
    secret = document.get("client_secret")
    if document.get("client_id") != client.client_id:
        raise MetadataRefused([("client_id", "is missing or another's (RFC 7592 2.2)")])
    if secret is not None and not (isinstance(secret, str) and client.check_client_secret(secret)):
        raise MetadataRefused([("client_secret", "must be the present one or left out (RFC 7592 2.2)")])


def _document() -> dict[str, Any]:
    document = parameters.json_body()
    if not isinstance(document, dict):
        raise MetadataRefused([("metadata", "is not a JSON object (RFC 7591 3.1)")])
    return document


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _answer(done: Registered, token: str) -> Response:
    client = done.client
    document: dict[str, Any] = {"client_id": client.client_id, "client_id_issued_at": int(client.created_at.timestamp())}
    if done.secret is not None:
        document["client_secret"] = done.secret
    if client.metadata.token_endpoint_auth_method.startswith("client_secret"):
        document["client_secret_expires_at"] = 0
    metadata = client.metadata.model_dump(mode="json", exclude_none=True, exclude=set(OWN_FIELDS))
    document |= {name: value for name, value in metadata.items() if value != []}
    document["registration_access_token"] = token
    document["registration_client_uri"] = provider.endpoint(f"{PATH}/{client.client_id}")
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse(fault: MetadataRefused) -> Response:
    """The error that RFC 7591 3.2.2 names, with field and reason."""
    code = "invalid_redirect_uri" if any(field == "redirect_uris" for field, _ in fault.faults) else "invalid_client_metadata"
    told = "; ".join(f"{field}: {reason}" for field, reason in fault.faults).replace('"', "'").replace("\\", "/")
    # What was sent is quoted, so that its sender finds it; RFC 6749 5.2 says which characters a description may hold.
    response = make_response(jsonify(error=code, error_description=_NOT_TO_BE_TOLD.sub("?", told)[:500]), 400)
    response.headers["Cache-Control"] = "no-store"
    return response


def refuse_bearer() -> Response:
    """A challenge (RFC 6750 3)."""
    response = make_response(jsonify(error="invalid_token", error_description="The token is missing, used, or not for this."), 401)
    response.headers["WWW-Authenticate"] = 'Bearer realm="siapkerja", error="invalid_token"'
    response.headers["Cache-Control"] = "no-store"
    return response
