"""An object store that speaks S3: where uploads lie when more than one machine serves.

`s3://BUCKET[/PREFIX][?endpoint=https://HOST&region=R]`; the credentials are AWS's usual ones (environment, file, role of the machine)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from idp.gateways import Unavailable

CONNECT_TIMEOUT_SECONDS = 3
ANSWER_TIMEOUT_SECONDS = 10
TRIES = 3
DEFAULT_REGION = "us-east-1"
_KNOWN_OPTIONS = frozenset({"endpoint", "region"})
_NOT_THERE = frozenset({"NoSuchKey", "404", "NotFound"})


class ObjectStore:
    """One bucket, or a folder in it."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for an address that is none."""
        parts = urlsplit(url)
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if parts.scheme != "s3" or not parts.hostname or set(options) - _KNOWN_OPTIONS:
            raise ValueError("an object store is s3://BUCKET[/PREFIX][?endpoint=https://HOST&region=R]")
        self._bucket = parts.hostname
        self._prefix = f"{parts.path.strip('/')}/".lstrip("/")
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=options.get("endpoint", [None])[0],
            region_name=options.get("region", [DEFAULT_REGION])[0],
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                read_timeout=ANSWER_TIMEOUT_SECONDS,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                s3={"addressing_style": "path"},
            ),
        )

    def put(self, name: str, content: bytes) -> None:
        """Store; all of it or nothing. Raises Unavailable."""
        self._ask("put_object", name, Body=content, ContentType="application/octet-stream")

    def get(self, name: str) -> bytes | None:
        """Read; None when there is nothing of this name. Raises Unavailable."""
        answer = self._ask("get_object", name)
        try:
            content: bytes | None = answer["Body"].read() if answer else None
        except (BotoCoreError, OSError):
            raise Unavailable from None
        return content

    def delete(self, name: str) -> None:
        """Forget; it is no fault if it is gone already. Raises Unavailable."""
        self._ask("delete_object", name)

    def _ask(self, deed: str, name: str, **more: Any) -> Any:
        try:
            return getattr(self._client, deed)(Bucket=self._bucket, Key=self._prefix + name, **more)
        except ClientError as fault:
            if fault.response.get("Error", {}).get("Code") in _NOT_THERE and deed != "put_object":
                return None
            raise Unavailable from None
        except BotoCoreError:
            raise Unavailable from None
