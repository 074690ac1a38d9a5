"""The account service as a relying party sees it: Authlib's Flask client, with what Authlib leaves to the relying party.

Added here: the discovery document must be the expected issuer's (OpenID Connect Discovery 1.0, 4.3) and is read again every hour,
ID tokens are accepted with the one algorithm we registered (OpenID Connect Core 1.0, 3.1.3.7 point 7), and every call has a time-out.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import requests
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from joserfc.jwk import KeySet

from clients.party import Credentials, Service
from clients.store import Store

CALL_SECONDS = 10
METADATA_SECONDS = 3600
# Unknown key ids make us fetch the keys again, but a flood of forged tokens must not make us flood the provider.
KEYS_GAP_SECONDS = 10

UpdateToken = Callable[..., None]


class ProviderUnreachable(Exception):
    """The account service does not answer, or not with what its standards say."""


class Provider(FlaskOAuth2App):  # type: ignore[misc]  # Authlib has no types
    """One registration at the account service."""

    issuer: str
    id_token_alg: str
    _keys_at = 0.0

    def load_server_metadata(self) -> dict[str, Any]:
        """The discovery document. Raises ProviderUnreachable."""
        if time.time() - self.server_metadata.get("_loaded_at", 0) > METADATA_SECONDS:
            self._reload()
        return cast(dict[str, Any], self.server_metadata)

    def _reload(self) -> None:
        try:
            answer = requests.get(f"{self.issuer}/.well-known/openid-configuration", timeout=CALL_SECONDS, allow_redirects=False)
            answer.raise_for_status()
            metadata = answer.json()
            if metadata["issuer"] != self.issuer:
                raise ProviderUnreachable("issuer")
        except (requests.RequestException, ValueError, KeyError, TypeError) as reason:
            if "_loaded_at" in self.server_metadata:
                return
            raise ProviderUnreachable("discovery") from reason
        metadata["id_token_signing_alg_values_supported"] = [self.id_token_alg]
        # Dropping the cached keys with it: a key that the provider withdrew is trusted for an hour at most.
        self.server_metadata.pop("jwks", None)
        self.server_metadata.update(metadata, _loaded_at=time.time())

    def keys(self, *, anew: bool = False) -> KeySet:
        """The provider's public keys; `anew` after an unknown key id. Raises ProviderUnreachable."""
        force = anew and time.time() - self._keys_at > KEYS_GAP_SECONDS
        if force:
            self._keys_at = time.time()
        try:
            return KeySet.import_key_set(self.fetch_jwk_set(force=force))
        except (requests.RequestException, RuntimeError, ValueError, KeyError, TypeError) as reason:
            raise ProviderUnreachable("keys") from reason

    def revoke(self, refresh_token: str) -> None:
        """Give a refresh token back (RFC 7009). Raises requests.RequestException where the provider does not answer."""
        metadata = self.load_server_metadata()
        if endpoint := metadata.get("revocation_endpoint"):
            with self._get_oauth_client(**metadata) as session:
                session.revoke_token(endpoint, token=refresh_token)


class Providers(OAuth):  # type: ignore[misc]  # Authlib has no types
    """Authlib's registry, holding the one provider under the credentials that are valid now."""

    oauth2_client_cls = Provider

    def __init__(self, service: Service, store: Store, update_token: UpdateToken) -> None:
        super().__init__(cache=store, update_token=update_token)
        self._service = service
        self._credentials: Credentials | None = None
        self._lock = threading.Lock()

    def current(self) -> Provider:
        """The provider under the credentials on file. Raises NotRegistered where there are none."""
        credentials = self._service.credentials()
        with self._lock:
            if credentials != self._credentials:
                self._renew(credentials)
            return cast(Provider, self.create_client("siapkerja"))

    def _renew(self, credentials: Credentials) -> None:
        """Register with Authlib under new credentials: it keeps a client it has made for ever."""
        registration = self._service.registration
        self._clients.clear()
        provider = self.register(
            "siapkerja",
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            client_kwargs={
                # No scope here: Authlib would repeat it on every refresh, and a citizen may have granted less.
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": registration["token_endpoint_auth_method"],
                "revocation_endpoint_auth_method": registration["token_endpoint_auth_method"],
                "default_timeout": CALL_SECONDS,
            },
        )
        provider.issuer = self._service.issuer
        provider.id_token_alg = registration["id_token_signed_response_alg"]
        self._credentials = credentials
