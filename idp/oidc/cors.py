"""Which browser programs may read our answers (CORS): public documents anybody's, tokens those of registered origins."""

from __future__ import annotations

from flask import Flask, Response, make_response, request

from idp.oidc import clients, provider, uris

OPEN = frozenset({"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth/jwks", "/openapi.json"})
REGISTERED = frozenset({"/oauth/token", "/oauth/userinfo", "/oauth/revoke", "/oauth/par"})
PREFLIGHT_SECONDS = "600"


def init_app(app: Flask) -> None:
    """Answer preflights and add the headers."""
    app.before_request(_preflight)
    app.after_request(_allow)


def _preflight() -> Response | None:
    if request.method != "OPTIONS" or request.path not in OPEN | REGISTERED or "Origin" not in request.headers:
        return None
    response = make_response("", 204)
    response.headers["Access-Control-Allow-Methods"] = "GET, POST"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, DPoP"
    response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response


def _allow(response: Response) -> Response:
    origin = request.headers.get("Origin")
    if origin is None or request.path not in OPEN | REGISTERED:
        return response
    if request.path in OPEN:
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response.vary.add("Origin")
        if origin not in _origins():
            return response
        response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, DPoP-Nonce"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _origins() -> frozenset[str]:
    """The origins of public clients: their programs run in the browser and have no other way to us."""
    return provider.current().origins.get("all", _load) or frozenset()


def _load() -> frozenset[str]:
    public = [one.metadata for one in clients.every() if one.metadata.is_public and one.status == clients.ACTIVE]
    return frozenset(uris.origin(uri) for metadata in public for uri in metadata.redirect_uris if uri.startswith("http"))
