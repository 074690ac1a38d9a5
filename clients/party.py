"""Who a relying party is: its registration (`client.toml`), its addresses and where its state lies."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parent
PORT_OFFSETS = {"karirhub": 1, "skillhub": 2}
DEFAULT_PORT_BASE = 8000


class NotRegistered(Exception):
    """No credentials from the account service lie where they are expected."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `idp client add --json` gave: the client's id and its secret."""

    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r})"


@dataclass(frozen=True)
class Service:
    """One relying party, as its own registration and the environment describe it."""

    slug: str
    url: str
    issuer: str
    neighbours: Mapping[str, str]
    credentials_file: Path
    store_file: Path
    secret_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, slug: str, environ: Mapping[str, str] = os.environ) -> "Service":
        """The service `slug` ("karirhub" or "skillhub"); PORT_BASE moves all default addresses."""
        base = int(environ.get("PORT_BASE", DEFAULT_PORT_BASE))
        urls = {
            name: environ.get(f"{name.upper()}_URL", f"http://localhost:{base + offset}").rstrip("/")
            for name, offset in PORT_OFFSETS.items()
        }
        prefix = slug.upper()
        return cls(
            slug=slug,
            url=urls.pop(slug),
            issuer=environ.get("OIDC_ISSUER", f"http://localhost:{base}").rstrip("/"),
            neighbours=urls,
            credentials_file=Path(environ.get(f"{prefix}_CREDENTIALS", f"var/clients/{slug}.json")),
            store_file=Path(environ.get(f"{prefix}_STORE", f"var/clients/{slug}.db")),
            secret_key=environ.get(f"{prefix}_SECRET_KEY"),
        )

    @cached_property
    def registration(self) -> dict[str, Any]:
        """The metadata this service registers with: names of RFC 7591 and OpenID Connect Registration."""
        return tomllib.loads(self.registration_text())

    def registration_text(self) -> str:
        """`client.toml` with this service's address in place of the default one."""
        written = (ROOT / self.slug / "client.toml").read_text("utf-8")
        return written.replace(f"http://localhost:{DEFAULT_PORT_BASE + PORT_OFFSETS[self.slug]}", self.url)

    @property
    def name(self) -> str:
        return str(self.registration["client_name"])

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that the service asks for, in the order of its registration."""
        return tuple(str(self.registration["scope"]).split())

    @property
    def callback_url(self) -> str:
        return f"{self.url}/callback"

    @property
    def signed_out_url(self) -> str:
        return f"{self.url}/signed-out"

    @property
    def secure(self) -> bool:
        """Whether the service is reached over https, as everywhere outside a developer's machine."""
        return urlsplit(self.url).scheme == "https"

    def credentials(self) -> Credentials:
        """Read the credentials anew: registering, or a rotated secret, needs no restart.

        Raises NotRegistered where the file is missing or unreadable.
        """
        try:
            written = json.loads(self.credentials_file.read_text("utf-8"))
            return Credentials(str(written["client_id"]), str(written["client_secret"]))
        except (OSError, ValueError, KeyError, TypeError) as reason:
            raise NotRegistered(self.slug) from reason
