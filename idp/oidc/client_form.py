"""How an administrator names a client's metadata: command-line options and TOML files become registered names."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from idp.oidc import uris
from idp.oidc.metadata import ClientMetadata, MetadataRefused, parse

MINISTRY_SECTOR = "siapkerja"
MINISTRY_DOMAIN = "kemnaker.go.id"
# Names of options on the left; both names are understood in a file.
OPTION_NAMES = {
    "name": "client_name",
    "redirect_uri": "redirect_uris",
    "post_logout_redirect_uri": "post_logout_redirect_uris",
    "request_uri": "request_uris",
    "grant": "grant_types",
    "response_type": "response_types",
    "response_mode": "response_modes",
    "auth_method": "token_endpoint_auth_method",
    "subject": "subject_type",
    "id_token_alg": "id_token_signed_response_alg",
    "userinfo_alg": "userinfo_signed_response_alg",
    "resource": "resources",
    "contact": "contacts",
    "color": "colour",
}
LISTS = frozenset(name for name, field in ClientMetadata.model_fields.items() if str(field.annotation).startswith("tuple"))


def read_file(stream: Any) -> dict[str, Any]:
    """Metadata from a TOML document. Raises MetadataRefused when it is not TOML."""
    try:
        document = tomllib.loads(stream.read().decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MetadataRefused([("file", f"is not TOML: {fault}")]) from None
    inner = document.get("client", document)
    return dict(inner) if isinstance(inner, dict) else document


def normalised(given: Mapping[str, Any]) -> dict[str, Any]:
    """Registered names for option names, lists for single values. Raises MetadataRefused on unknown ones."""
    named = {OPTION_NAMES.get(key := name.replace("-", "_"), key): value for name, value in given.items()}
    unknown = sorted(set(named) - set(ClientMetadata.model_fields))
    if unknown:
        raise MetadataRefused((name, "is no metadata of a client") for name in unknown)
    values = {name: [value] if name in LISTS and isinstance(value, str) else value for name, value in named.items()}
    if isinstance(values.get("scope"), list):
        values["scope"] = " ".join(values["scope"])
    return values


def for_new_client(given: Mapping[str, Any]) -> ClientMetadata:
    """Metadata of a client that an administrator adds, with the defaults of this house. Raises MetadataRefused."""
    values = {"scope": "openid profile", **normalised(given)}
    if values.get("token_endpoint_auth_method") == "private_key_jwt" or "fapi" in str(values.get("profile")):
        values.setdefault("id_token_signed_response_alg", "PS256")
    if "grant_types" not in values:
        values["grant_types"] = _grants(values)
    values.setdefault("sector", default_sector(values))
    return parse(values)


def default_sector(values: Mapping[str, Any]) -> str | None:
    """One sector for the ministry's own services, so that they can share data; a partner is a sector of its own."""
    addresses = [str(one) for one in values.get("redirect_uris") or ()]
    native = values.get("application_type") == "native"  # on loopback it says nothing of whose it is
    hosts = set(uris.owned_hosts(addresses)) if native else {uris.host(one) for one in addresses}
    ours = {host for host in hosts if host in uris.LOOPBACK_HOSTS or f".{host}".endswith(f".{MINISTRY_DOMAIN}")}
    if values.get("first_party") or (hosts and hosts == ours):
        return MINISTRY_SECTOR
    if len(hosts) > 1 and not values.get("sector_identifier_uri"):
        raise MetadataRefused([("sector", "say which: the redirect URIs have several hosts (OpenID Connect Core 8.1)")])
    return None


def _grants(values: Mapping[str, Any]) -> list[str]:
    grants = ["authorization_code"]
    if "offline_access" in str(values.get("scope")).split():
        grants.append("refresh_token")
    if any("id_token" in str(one).split() for one in values.get("response_types") or ()):
        grants.append("implicit")
    return grants


def read_jwks(path: Path) -> dict[str, Any]:
    """A key set from a file. Raises MetadataRefused."""
    try:
        value = json.loads(path.read_text())
    except (ValueError, OSError) as fault:
        raise MetadataRefused([("jwks", "the file is not JSON")]) from fault
    if not isinstance(value, dict):
        raise MetadataRefused([("jwks", "is not a JSON Web Key Set (RFC 7517 5)")])
    return value if "keys" in value else {"keys": [value]}
