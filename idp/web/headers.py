"""Security headers on every answer (OWASP ASVS 5.0 V3.4).

A page says what it needs for itself; whatever it did not say is added at the door, as strict as it can be."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, g, request
from redis.exceptions import RedisError

from idp import settings
from idp.web.destinations import destination

HSTS = "max-age=63072000; includeSubDomains; preload"
FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(self), geolocation=(), microphone=()"),
)
OPENER = "Cross-Origin-Opener-Policy"
POLICY = "Content-Security-Policy"
ALWAYS = (
    *FIXED,
    (OPENER, "same-origin"),
    (POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
OVER_TLS = (*ALWAYS, ("Strict-Transport-Security", HSTS))


class Door:
    """Adds the headers that an answer does not have yet, once it is written: a header costs the more the earlier it is set."""

    def __init__(self, wrapped: WSGIApplication) -> None:
        self._wrapped = wrapped

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            there = {name.lower() for name, _ in headers}
            wanted = OVER_TLS if settings.current().https else ALWAYS
            return start_response(status, [*headers, *[one for one in wanted if one[0].lower() not in there]], *fault)

        return self._wrapped(environ, start)


def init_app(app: Flask) -> None:
    """Add the headers to whatever leaves this application."""
    app.after_request(_add)
    app.wsgi_app = Door(app.wsgi_app)  # type: ignore[method-assign]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.jinja_env.globals["image_from"] = image_from


def csp_nonce() -> str:
    """The nonce that scripts of this page must bear."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def allow_form_action(origin: str) -> None:
    """Let forms of this page end at another origin: browsers hold redirects after a form to `form-action` as well."""
    if "form_origins" not in g:
        g.form_origins = set()
    g.form_origins.add(origin)


def allow_frame(origin: str) -> None:
    """Let this page frame another origin: the services' own logout pages (OpenID Connect Front-Channel Logout 1.0)."""
    if "frame_origins" not in g:
        g.frame_origins = set()
    g.frame_origins.add(origin)


def image_from(address: str) -> str:
    """The address of an image of another origin, which this page may now show: a service's logo (OpenID Connect Registration 2)."""
    if "image_origins" not in g:
        g.image_origins = set()
    parts = urlsplit(address)
    g.image_origins.add(f"{parts.scheme}://{parts.netloc}")
    return address


def keep_opener() -> None:
    """Leave a window that a service's page opened (display=popup) in touch with that page: it hears there how it went.

    What the opener could do with it, navigate it or count its frames, it can do with its own window as well."""
    g.keep_opener = True


def _is_in_popup() -> bool:
    """Whether this page stands on the way back to a request that came in a window of its own."""
    if g.get("keep_opener"):
        return True
    target = request.args.get("next", "")
    if not target.startswith("/oauth/authorize/"):
        return False
    try:
        found = destination(target)
    except RedisError:
        return False  # the page that says so needs nobody
    return found is not None and found.popup


def _add(response: Response) -> Response:
    if _is_in_popup():
        response.headers[OPENER] = "unsafe-none"
    if response.mimetype == "text/html":
        response.headers.setdefault(POLICY, _policy())
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("Cookie")
        response.vary.add("Accept-Language")
    return response


def _policy() -> str:
    forms = " ".join(["'self'", *sorted(g.get("form_origins", ()))])
    frames = " ".join(sorted(g.get("frame_origins", ()))) or "'none'"
    images = " ".join(["'self' data: blob:", *sorted(g.get("image_origins", ()))])
    scripts = f"'nonce-{g.csp_nonce}' 'strict-dynamic'" if "csp_nonce" in g else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src {images}; font-src 'self'; "
        f"connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; form-action {forms}; frame-src {frames}; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    )
