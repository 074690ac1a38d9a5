"""Puts the provider into an application."""

from __future__ import annotations

from flask import Flask

from idp.extensions import csrf
from idp.oidc import (
    authorize,
    cleaning,
    cors,
    device_endpoint,
    discovery,
    introspection,
    logout,
    old_routes,
    openapi,
    provider,
    pushed_requests,
    registration,
    revocation,
    session_iframe,
    signal_streams,
    token_endpoint,
    userinfo,
)
from idp.oidc.host import Host
from idp.oidc.routes import blueprint, pages

# Importing a module is what registers its routes and its clean-up.
ENDPOINT_MODULES = (
    authorize,
    cleaning,
    device_endpoint,
    discovery,
    introspection,
    logout,
    *old_routes.ENDPOINT_MODULES,
    openapi,
    pushed_requests,
    registration,
    revocation,
    session_iframe,
    signal_streams,
    token_endpoint,
    userinfo,
)


def init_app(app: Flask, host: Host) -> None:
    """Add the protocol to an application, in this house."""
    provider.install(app, host)
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)
    app.register_blueprint(pages)
    cors.init_app(app)
    session_iframe.init_app(app)
