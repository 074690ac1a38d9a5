"""`idp config` and `idp openapi`: what this installation is set to, and what it offers to programs."""

from __future__ import annotations

import json
import os
from typing import Any

import click
from pydantic import SecretStr

from idp import settings
from idp.oidc import openapi as description
from idp.settings import Settings
from idp.terminal import JSON, say

MASKED = ("database_url", "redis_url", "mail_url", "sms_urls", "storage_url")


@click.command("config")
@JSON
def config(as_json: bool) -> None:
    """Print every setting: its value (secrets masked), where it comes from and what it means."""
    chosen = settings.current()
    rows = [
        {"name": f"IDP_{name.upper()}", "value": _shown(name, getattr(chosen, name)), "source": _source(name), "meaning": field.description}
        for name, field in Settings.model_fields.items()
    ]
    width = max(len(str(row["name"])) for row in rows)
    say(
        rows,
        as_json,
        "\n".join(f"{row['name']:<{width}}  {row['value']}  ({row['source']})\n{'':<{width}}  {row['meaning']}" for row in rows),
    )


def _source(name: str) -> str:
    if f"IDP_{name.upper()}" in os.environ:
        return "environment"
    return ".env" if name in settings.current().model_fields_set else "default"


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, SecretStr):
        return "********"
    if isinstance(value, tuple):
        return [_shown(name, one) for one in value]
    text_ = "" if value is None else value if isinstance(value, bool | int | float) else str(value)
    return _without_credentials(text_) if name in MASKED and isinstance(text_, str) else text_


def _without_credentials(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    address, query, _ = rest.partition("?")
    _, at, host = address.rpartition("@")
    return f"{scheme}{separator}{'********@' if at else ''}{host}{'?********' if query else ''}"


@click.command("openapi")
@JSON
def openapi(as_json: bool) -> None:
    """Print the description of the protocol's endpoints (OpenAPI 3.1), as /openapi.json gives it; JSON with and without --json."""
    document = description.document()
    say(document, as_json, json.dumps(document, ensure_ascii=False, indent=2))
