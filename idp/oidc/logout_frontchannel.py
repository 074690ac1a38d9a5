"""Front-Channel Logout 1.0: hidden frames that tell each client's own page that the session ended."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Response, make_response, render_template

from idp import web
from idp.oidc import clients, participants, provider, uris

PATIENCE_SECONDS = 5


def frames(sid: str) -> tuple[str, ...]:
    """The addresses to frame for the clients that took part in a session."""
    found = []
    for row in participants.of_session(sid):
        client = clients.find_active(row.client_id)
        if client and client.metadata.frontchannel_logout_uri:
            found.append(_address(client.metadata.frontchannel_logout_uri, sid))
    return tuple(found)


def _address(uri: str, sid: str) -> str:
    query = urlencode({"iss": provider.issuer(), "sid": sid})  # Front-Channel Logout 2
    return uri + ("&" if "?" in uri else "?") + query


def page(addresses: tuple[str, ...], target: str | None) -> Response:
    """The page with the frames; it goes on by itself once they have loaded, and a little later where scripts do not run."""
    for address in addresses:
        web.allow_frame(uris.origin(address))
    response = make_response(render_template("oidc/signed_out.html", frames=addresses, target=target))
    if target:
        response.headers["Refresh"] = f"{PATIENCE_SECONDS}; url={target}"
    return response
