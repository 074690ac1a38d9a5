"""The QR code of an authenticator's link, as SVG within the page: no script, no other request."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def qr_code(text: str, label: str) -> Markup:
    """An SVG picture of a text, with a name for those who cannot see it."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn.getvalue().decode().replace("<svg ", Markup('<svg role="img" aria-label="{}" ').format(label), 1))  # noqa: S704
