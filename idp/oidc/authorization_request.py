"""An authorization request, understood: every parameter checked by name, in the order of the standards."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict

from idp import clock
from idp.oidc import claims_parameter, hints, metadata, permitted
from idp.oidc.clients import Client
from idp.oidc.faults import (
    InvalidRequestError,
    InvalidScopeError,
    InvalidTargetError,
    RegistrationNotSupportedError,
    UnauthorizedClientError,
    UnsupportedResponseTypeError,
)
from idp.oidc.parameters import Parameters

PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
CODE_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # what S256 yields (RFC 7636 4.2)
JWK_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
POPUP = "popup"  # of the ways to show our pages the one that is another (OpenID Connect Core 3.1.2.1)
MAX_SCOPE_LENGTH = 1_000
MAX_NONCE_LENGTH = 1_000


class AuthorizationRequest(BaseModel):
    """A valid request. Frozen: what a person decides about is what was asked."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    redirect_uri: str
    redirect_uri_given: bool = True
    response_type: str
    response_mode: str
    scope: tuple[str, ...]
    created_at: int
    state: str | None = None
    nonce: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    login_hint: str | None = None
    hinted_subject: str | None = None  # outward subject that id_token_hint or the claims parameter names
    acr_values: tuple[str, ...] = ()
    essential_acr: tuple[str, ...] | None = None  # None: not essential; empty: any will do
    userinfo_claims: dict[str, dict[str, Any]] = {}
    id_token_claims: dict[str, dict[str, Any]] = {}
    verified_claims: dict[str, list[Any]] = {}
    claims_locales: tuple[str, ...] = ()
    ui_locales: tuple[str, ...] = ()
    display: str = "page"
    code_challenge: str | None = None
    dpop_jkt: str | None = None
    pushed: str | None = None  # the name of the pushed request that it came in: good for one answer (RFC 9126 4)
    device: str | None = None  # the request of a device (RFC 8628); then there is no redirect URI
    resource: tuple[str, ...] = ()

    @property
    def wants_code(self) -> bool:
        """Whether a code is part of the answer."""
        return "code" in self.response_type.split()

    @property
    def wants_id_token(self) -> bool:
        """Whether an ID token is part of the answer."""
        return "id_token" in self.response_type.split()


def understand(given: Parameters, client: Client, redirect_uri: str) -> AuthorizationRequest:
    """The request of a known client with a trusted redirect URI. Raises the error that the standard names."""
    reject_repeated(given)  # RFC 6749 3.1
    if "registration" in given:  # OpenID Connect Core 7.2.1: clients register beforehand, at their own endpoint
        raise RegistrationNotSupportedError("registration is for self-issued providers (OpenID Connect Core 7).")
    response_type = check_response_type(given, client)  # RFC 6749 3.1.1
    response_mode = check_response_mode(given, client, response_type)  # OAuth 2.0 Multiple Response Types 2.1
    scope = check_scope(given, client, response_type)  # RFC 6749 3.3, OpenID Connect Core 3.1.2.1
    userinfo, id_token, verified = claims_parameter.parse(given.get("claims"))  # OpenID Connect Core 5.5
    userinfo, id_token = permitted.claims(userinfo, client), permitted.claims(id_token, client)
    return AuthorizationRequest(
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        redirect_uri_given="redirect_uri" in given,
        response_type=response_type,
        response_mode=response_mode,
        scope=scope,
        created_at=clock.timestamp(),
        state=given.get("state"),
        nonce=check_nonce(given, response_type),  # OpenID Connect Core 3.2.2.1
        prompt=check_prompt(given),  # OpenID Connect Core 3.1.2.1, Initiating User Registration 1.0
        max_age=check_max_age(given, client),
        login_hint=(given.get("login_hint") or "")[:200] or None,
        hinted_subject=hints.subject(given.get("id_token_hint"), client) or _wanted_subject(id_token, userinfo),
        acr_values=given.words("acr_values") or client.metadata.default_acr_values,
        essential_acr=_essential_acr(id_token, userinfo),
        userinfo_claims=userinfo,
        id_token_claims=id_token,
        verified_claims=verified,
        claims_locales=_languages(given, "claims_locales"),
        ui_locales=_languages(given, "ui_locales"),
        display=given.get("display", "page"),
        code_challenge=check_pkce(given, client, response_type),  # RFC 7636 4.4.1, RFC 9700 2.1.1
        dpop_jkt=check_dpop_jkt(given),  # RFC 9449 10
        resource=check_resource(given, client),  # RFC 8707 2
        pushed=given.pushed,
    )


def reject_repeated(given: Parameters) -> None:
    """A parameter must not come more than once, nor be absurdly long."""
    if given.repeated:
        raise InvalidRequestError("A parameter is repeated (RFC 6749 3.1).")
    if given.oversized:
        raise InvalidRequestError("A parameter is too long.")


def check_response_type(given: Parameters, client: Client) -> str:
    """One that exists, and that the client registered."""
    words = given.words("response_type")
    if not words:
        raise InvalidRequestError("response_type is missing (RFC 6749 3.1.1).")
    response_type = " ".join(sorted(words))
    if response_type not in metadata.RESPONSE_TYPES:
        raise UnsupportedResponseTypeError(None)
    if not client.check_response_type(response_type) or not _has_grants(client, words):
        raise UnauthorizedClientError("The client is not registered for this response type.")
    return response_type


def _has_grants(client: Client, words: tuple[str, ...]) -> bool:
    return "code" not in words or client.check_grant_type("authorization_code")


def default_response_mode(response_type: str) -> str:
    """query for a code alone, fragment where tokens travel."""
    return "query" if response_type == "code" else "fragment"


def check_response_mode(given: Parameters, client: Client, response_type: str) -> str:
    """One that exists, that the client may use, and that does not put tokens into a query."""
    default = default_response_mode(response_type)
    mode = given.get("response_mode", default)
    if mode not in metadata.RESPONSE_MODES:
        raise InvalidRequestError("response_mode is not supported.")
    if client.metadata.response_modes and mode not in client.metadata.response_modes:
        raise InvalidRequestError("The client is not registered for this response_mode.")
    if mode in ("query", "query.jwt") and default == "fragment":
        raise InvalidRequestError("Tokens must not be returned in a query (Multiple Response Types 3).")
    if client.metadata.profile == "fapi2-message-signing" and not mode.endswith("jwt"):
        raise InvalidRequestError("This client receives signed answers only: response_mode=jwt (FAPI 2.0 Message Signing 5.4).")
    return mode


def check_scope(given: Parameters, client: Client, response_type: str) -> tuple[str, ...]:
    """Those of the scopes asked for that the client may have; openid wherever an ID token is asked for."""
    asked = given.get("scope", "")
    if len(asked) > MAX_SCOPE_LENGTH:
        raise InvalidScopeError("scope is too long.")
    scope = tuple(client.get_allowed_scope(asked).split())
    if not scope:
        raise InvalidScopeError("No scope that this client may have is asked for (RFC 6749 3.3).")
    if "openid" not in scope and "id_token" in response_type:
        raise InvalidScopeError("The scope openid is missing (OpenID Connect Core 3.1.2.1).")
    return scope


def check_nonce(given: Parameters, response_type: str) -> str | None:
    """Needed where an ID token comes through the browser."""
    nonce = given.get("nonce")
    if nonce is None and "id_token" in response_type:
        raise InvalidRequestError("nonce is missing (OpenID Connect Core 3.2.2.1).")
    if nonce and len(nonce) > MAX_NONCE_LENGTH:
        raise InvalidRequestError("nonce is too long.")
    return nonce


def check_prompt(given: Parameters) -> tuple[str, ...]:
    """Known words; none stands alone."""
    words = given.words("prompt")
    if set(words) - PROMPTS:
        raise InvalidRequestError("prompt has a value that is not supported.")
    if "none" in words and len(words) > 1:
        raise InvalidRequestError("prompt=none must stand alone (OpenID Connect Core 3.1.2.1).")
    return words


def check_max_age(given: Parameters, client: Client) -> int | None:
    """Seconds since the last sign-in that are still good; the client's default where nothing is said."""
    text = given.get("max_age")
    if text is None:
        return client.metadata.default_max_age
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidRequestError("max_age is not a number of seconds.")
    return int(text)


def check_pkce(given: Parameters, client: Client, response_type: str) -> str | None:
    """S256 and nothing else; from every client but those registered with `--pkce optional`."""
    challenge, method = given.get("code_challenge"), given.get("code_challenge_method")
    if challenge is None:
        if method is not None:
            raise InvalidRequestError("code_challenge_method without code_challenge (RFC 7636 4.3).")
        if "code" in response_type.split() and client.metadata.pkce == "required":
            raise InvalidRequestError("code_challenge is missing (RFC 7636 4.4.1).")
        return None
    if method != "S256":
        raise InvalidRequestError("code_challenge_method must be S256 (RFC 9700 2.1.1).")
    if not CODE_CHALLENGE.fullmatch(challenge):
        raise InvalidRequestError("code_challenge is not what S256 yields (RFC 7636 4.2).")
    return challenge


def check_dpop_jkt(given: Parameters) -> str | None:
    """The thumbprint of the key that the code is to be bound to."""
    jkt = given.get("dpop_jkt")
    if jkt is not None and not JWK_THUMBPRINT.fullmatch(jkt):
        raise InvalidRequestError("dpop_jkt is not a SHA-256 JWK thumbprint (RFC 9449 10).")
    return jkt


def check_resource(given: Parameters, client: Client) -> tuple[str, ...]:
    """Resources that the client registered."""
    if set(given.resources) - set(client.metadata.resources):
        raise InvalidTargetError("The client is not registered for this resource (RFC 8707 2).")
    return given.resources


def _languages(given: Parameters, name: str) -> tuple[str, ...]:
    return tuple(tag for tag in given.words(name) if LANGUAGE.fullmatch(tag))[:10]


def _wanted_subject(*members: dict[str, dict[str, Any]]) -> str | None:
    wanted = [member["sub"]["value"] for member in members if "value" in member.get("sub", {})]
    return str(wanted[0]) if wanted else None


def _essential_acr(*members: dict[str, dict[str, Any]]) -> tuple[str, ...] | None:
    for member in members:
        ask = claims_parameter.as_ask(member.get("acr", {}))
        if ask.essential:
            return tuple(str(value) for value in ask.values)
    return None
