"""The two blueprints of the protocol: endpoints for programs, and pages for people."""

from __future__ import annotations

from flask import Blueprint

# Called by relying parties: no cookie decides anything here, so no CSRF token is asked for.
blueprint = Blueprint("oidc", __name__)
# Opened in a browser by a person: forms carry the CSRF token.
pages = Blueprint("oidc_pages", __name__)
