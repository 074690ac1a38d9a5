"""Calls to addresses that clients supplied: resolved once, checked, pinned, short, without redirects.

A name that leads to a private address is not called (SSRF): neither at first sight nor after a second look-up, since
the connection goes to the very address that was checked. A sandbox setting lets calls reach this machine."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from idp import settings

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
MAX_BYTES = 256 * 1024


class Unreachable(Exception):
    """The address must not be called, or does not answer as it should."""


def get_json(url: str) -> Any:
    """The JSON document at an address. Raises Unreachable."""
    status, body = _call("GET", url, None, {"Accept": "application/json, application/jwk-set+json"})
    if status != 200:
        raise Unreachable(f"status {status}")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise Unreachable("not JSON") from fault


def get_text(url: str) -> str:
    """The ASCII document at an address, such as a request object. Raises Unreachable."""
    status, body = _call("GET", url, None, {"Accept": "application/oauth-authz-req+jwt, application/jwt, */*;q=0.1"})
    if status != 200 or not body.isascii():
        raise Unreachable(f"status {status}")
    return body.decode().strip()


def post_form(url: str, form: Mapping[str, str]) -> int:
    """Post a form; answers the status. Raises Unreachable."""
    return _call("POST", url, dict(form), {})[0]


def post_body(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Post a document; answers the status. Raises Unreachable."""
    return _call("POST", url, body, headers)[0]


def _call(method: str, url: str, content: dict[str, str] | bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
    address, host, verify = _checked(url)
    extensions = {"sni_hostname": host}  # the certificate must be the name's, though we connect to its address
    named = {**headers, "Host": urlsplit(url).netloc}
    body: dict[str, Any] = {"data": content} if isinstance(content, dict) else {"content": content}
    try:
        pinned = httpx.URL(url).copy_with(host=str(address))
        with (
            httpx.Client(verify=verify, timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, pinned, headers=named, extensions=extensions, **body) as response,
        ):
            return response.status_code, _read(response)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as fault:
        raise Unreachable(type(fault).__name__) from fault


def _read(response: httpx.Response) -> bytes:
    taken = b""
    for chunk in response.iter_bytes():
        taken += chunk
        if len(taken) > MAX_BYTES:
            raise Unreachable("the answer is too long")
    return taken


def _checked(url: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, str, bool]:
    """The address to connect to, the host's name, and whether its certificate is judged."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = {ipaddress.ip_address(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError, UnicodeError) as fault:
        raise Unreachable("the name does not resolve") from fault
    lenient = settings.current().allow_loopback_calls
    if lenient and all(address.is_loopback for address in found):
        return min(found, key=lambda one: one.version), host, False
    if parts.scheme != "https":
        raise Unreachable("not https")
    if not found or any(not _is_public(address) for address in found):
        raise Unreachable("the address is private")
    return min(found, key=lambda one: one.version), host, True


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not (mapped or address).is_multicast
