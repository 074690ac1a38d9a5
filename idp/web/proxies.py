"""Who is asking: the client's address, believed from our own proxies only (ASVS V4.1.3)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from idp import settings

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED")


class TrustedProxies:
    """Believes X-Forwarded-For and -Proto from the given networks, and strips them from everybody else."""

    def __init__(self, wrapped: WSGIApplication, networks: Iterable[str]) -> None:
        self._plain = wrapped
        self._behind_proxy = ProxyFix(wrapped, x_for=1, x_proto=1, x_host=0)
        self._networks = [ipaddress.ip_network(one, strict=False) for one in networks]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._networks and self._trusts(environ.get("REMOTE_ADDR", "")):
            return self._behind_proxy(environ, start_response)
        for name in FORWARDED:
            environ.pop(name, None)
        return self._plain(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


def init_app(app: Flask) -> None:
    """Put the middleware around an application."""
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.current().trusted_proxies)  # type: ignore[method-assign]


def client_address() -> str:
    """The client's IP address; `0.0.0.0` when the server does not tell."""
    try:
        return str(ipaddress.ip_address(request.remote_addr or ""))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - not an address to listen on


def address_key() -> str:
    """What limits count by: the whole IPv4 address, the /64 of an IPv6 one (a household has that many)."""
    address = ipaddress.ip_address(client_address())
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
