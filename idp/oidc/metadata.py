"""What a client registers: every field validated once, by the same rules from the command line and over HTTP.

The names are those of RFC 7591, OpenID Connect Registration and their companions; the last group is our own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, cast

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization, RSAKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, ValidationInfo, model_validator

from idp.oidc import metadata_rules, uris

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
GRANTS = ("authorization_code", "refresh_token", "client_credentials", DEVICE, EXCHANGE, "implicit")
RESPONSE_TYPES = ("code", "code id_token", "id_token")  # never `token`
RESPONSE_MODES = ("query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none")
OWN_FIELDS = (
    "pkce", "sector", "first_party", "profile", "tile", "purpose", "purpose_en", "colour", "resources", "serves",
    "userinfo_acr_values", "userinfo_max_age", "old_routes",
)  # fmt: skip


def _visible(value: str, info: ValidationInfo) -> str:
    """People read these texts: nothing in them may be unseen, or turn the rest around."""
    if info.context is not STORED and any(unicodedata.category(one) in UNSEEN for one in value):
        raise ValueError("holds characters that cannot be seen")
    return value


def _within_reason(value: int, info: ValidationInfo) -> int:
    if info.context is not STORED and value > MAX_SECONDS:
        raise ValueError(f"is more than {MAX_SECONDS}")
    return value


# What was registered under older rules is served on; the rules of today are for what comes in.
STORED: dict[str, Any] = {"stored": True}
MAX_SECONDS = 2**31
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
WebAddress = Annotated[str, AfterValidator(uris.check_web_address)]
Word = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,200}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
Seconds = Annotated[int, Field(ge=0, strict=True), AfterValidator(_within_reason)]
SigningAlg = Literal["RS256", "ES256", "EdDSA", "PS256"]
RequestAlg = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
AssertionAlg = RequestAlg | Literal["HS256", "HS384", "HS512"]
KeyAlg = Literal["RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"]
ContentAlg = Literal["A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM"]


class MetadataRefused(Exception):
    """Client metadata that cannot be registered: the fields at fault, each with the reason."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in self.faults))


def _one_of(*names: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in names:
            raise ValueError(f"is not one of: {', '.join(names)}")
        return value

    return AfterValidator(check)


def _sorted_response_type(value: str) -> str:
    return " ".join(sorted(value.split(" ")))


def _public_keys(value: dict[str, Any]) -> dict[str, Any]:
    try:
        keys = KeySet.import_key_set(cast(KeySetSerialization, value)).keys
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise ValueError("is not a JSON Web Key Set (RFC 7517 5)") from fault
    for key in keys:
        if key.key_type == "oct" or key.is_private:
            raise ValueError("must hold public keys only")
        if isinstance(key, RSAKey) and key.public_key.key_size < 2048:
            raise ValueError("has an RSA key of fewer than 2048 bits")
    if not keys:
        raise ValueError("holds no key")
    return value


Grant = Annotated[str, _one_of(*GRANTS)]
ResponseType = Annotated[str, _one_of(*RESPONSE_TYPES)]
ResponseMode = Annotated[str, _one_of(*RESPONSE_MODES)]
AuthMethod = Annotated[str, _one_of(*AUTH_METHODS)]
Jwks = Annotated[dict[str, Any], AfterValidator(_public_keys)]


class ClientMetadata(BaseModel):
    """A client's registered metadata, frozen and consistent."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=False)

    client_name: Text
    redirect_uris: tuple[str, ...] = Field((), max_length=50)
    application_type: Literal["web", "native"] = "web"
    grant_types: tuple[Grant, ...] = ("authorization_code",)
    response_types: tuple[ResponseType, ...] = ("code",)
    response_modes: tuple[ResponseMode, ...] = ()  # empty: any
    scope: str = "openid"
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    token_endpoint_auth_signing_alg: AssertionAlg | None = None
    jwks: Jwks | None = None
    jwks_uri: WebAddress | None = None
    subject_type: Literal["pairwise", "public"] = "pairwise"
    sector_identifier_uri: WebAddress | None = None
    id_token_signed_response_alg: SigningAlg = "RS256"
    id_token_encrypted_response_alg: KeyAlg | None = None
    id_token_encrypted_response_enc: ContentAlg | None = None
    userinfo_signed_response_alg: SigningAlg | None = None
    userinfo_encrypted_response_alg: KeyAlg | None = None
    userinfo_encrypted_response_enc: ContentAlg | None = None
    authorization_signed_response_alg: SigningAlg | None = None  # JARM 3
    introspection_signed_response_alg: SigningAlg | None = None  # RFC 9701 6
    introspection_encrypted_response_alg: KeyAlg | None = None
    introspection_encrypted_response_enc: ContentAlg | None = None
    request_object_signing_alg: RequestAlg | Literal["none"] | None = None
    require_signed_request_object: bool = False  # RFC 9101 10.5
    request_uris: tuple[str, ...] = Field((), max_length=50)
    require_pushed_authorization_requests: bool = False  # RFC 9126 6
    dpop_bound_access_tokens: bool = False  # RFC 9449 5.2
    default_max_age: Seconds | None = None
    require_auth_time: bool = False
    default_acr_values: tuple[Word, ...] = ()
    initiate_login_uri: WebAddress | None = None
    post_logout_redirect_uris: tuple[str, ...] = Field((), max_length=50)
    backchannel_logout_uri: WebAddress | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: WebAddress | None = None
    frontchannel_logout_session_required: bool = False
    contacts: tuple[Text, ...] = ()
    client_uri: WebAddress | None = None
    logo_uri: WebAddress | None = None
    policy_uri: WebAddress | None = None
    tos_uri: WebAddress | None = None
    software_id: Text | None = None
    software_version: Text | None = None

    pkce: Literal["required", "optional"] = "required"
    sector: Word | None = None  # pairwise subjects are the same within a sector
    first_party: bool = False  # no consent page
    profile: Literal["plain", "fapi2-security", "fapi2-message-signing"] = "plain"
    tile: bool = False  # shown in the portal
    purpose: Text | None = None  # what the data are for, as the consent page says it
    purpose_en: Text | None = None  # the same in English
    colour: Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    resources: tuple[WebAddress, ...] = ()  # RFC 8707: for which it may ask access tokens
    userinfo_acr_values: tuple[Word, ...] = ()  # RFC 9470: one of these or stronger, or no claims; empty: any
    userinfo_max_age: Annotated[Seconds, Field(ge=1)] | None = None  # RFC 9470: seconds after which a sign-in opens no claims any more
    old_routes: bool = False  # it speaks the plain OAuth of before, at GET /auth and its companions
    serves: tuple[WebAddress, ...] = ()  # resources that it is itself: it may introspect tokens meant for them

    @model_validator(mode="before")
    @classmethod
    def _normalise(cls, data: dict[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in data.items() if value is not None}
        types = given.get("response_types")
        if isinstance(types, list | tuple) and all(isinstance(one, str) for one in types):
            given["response_types"] = tuple(_sorted_response_type(one) for one in types)
        if given.get("profile") in ("fapi2-security", "fapi2-message-signing"):
            given = _fapi_defaults(given)
        return given

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        from_rules = list(metadata_rules.faults(self))
        if from_rules:
            raise MetadataRefused(from_rules)
        return self

    @property
    def is_public(self) -> bool:
        """Whether the client keeps no secret (RFC 6749 2.1)."""
        return self.token_endpoint_auth_method == "none"

    @property
    def acts_for_itself(self) -> bool:
        """Whether it asks for tokens by its own credentials (RFC 6749 4.4, RFC 8693)."""
        return bool({"client_credentials", EXCHANGE} & set(self.grant_types))

    @property
    def is_fapi(self) -> bool:
        """Whether a FAPI 2.0 profile binds the client."""
        return self.profile != "plain"

    def purpose_in(self, locale: str) -> str | None:
        """What the data are for in a language; as registered where there is no other."""
        return (self.purpose_en if locale == "en" else None) or self.purpose

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that the client may ask for."""
        return tuple(self.scope.split())


def _fapi_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """What FAPI 2.0 Security Profile 5.3 leaves no choice about, and its strongest common algorithm for the rest."""
    signing = {"id_token_signed_response_alg": "PS256"}
    always = {
        "require_pushed_authorization_requests": True,
        "dpop_bound_access_tokens": True,
        "token_endpoint_auth_method": given.get("token_endpoint_auth_method", "private_key_jwt"),
        "pkce": "required",
    }
    if given["profile"] == "fapi2-message-signing":
        always["require_signed_request_object"] = True
        signing["authorization_signed_response_alg"] = "PS256"
    return {**signing, **given, **always}


def parse(data: Mapping[str, Any]) -> ClientMetadata:
    """Read and validate metadata. Raises MetadataRefused with every field at fault."""
    try:
        return ClientMetadata.model_validate(dict(data))
    except ValidationError as fault:
        raise MetadataRefused(
            (".".join(str(part) for part in one["loc"][:1]) or "metadata", _reason(one)) for one in fault.errors()
        ) from None


def stored(details: Mapping[str, Any]) -> ClientMetadata:
    """Metadata that were registered before."""
    return ClientMetadata.model_validate(dict(details), context=STORED)


def _reason(error: Any) -> str:
    value = error["input"] if isinstance(error["input"], str) else ""
    text = str(error["msg"]).removeprefix("Value error, ")
    return f"{value} {text}".strip() if error["type"] == "value_error" else text[:1].lower() + text[1:]
