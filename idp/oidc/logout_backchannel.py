"""Back-Channel Logout 1.0: a signed logout token posted to the client, from the outbox, until it was taken."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from idp import clock, outbox
from idp.oidc import clients, fetching, jose, keys, provider, subjects
from idp.oidc.clients import Client

KIND = "backchannel_logout"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 120  # Back-Channel Logout 4 recommends at most two minutes
GIVE_UP_AFTER = timedelta(hours=1)
# What a client answers when it will never take this token: trying again would not help (2.8).
FINAL = frozenset({200, 204, 400, 501})


def send_later(client: Client, sid: str, subject: str) -> None:
    """Write down that a client is to be told, inside a unit of work; once for each session and client."""
    outbox.put(
        KIND,
        {"client_id": client.client_id, "sid": sid, "subject": subject},
        expires_at=clock.now() + GIVE_UP_AFTER,
        key=f"logout:{sid}:{client.client_id}"[:96],
    )


@outbox.handler(KIND)
def send(payload: dict[str, Any]) -> None:
    """Tell one client. Raises outbox.Retry when it could not be reached."""
    client = clients.find_active(payload["client_id"])
    if client is None or not client.metadata.backchannel_logout_uri:
        return
    token = logout_token(client, payload["sid"], payload["subject"])
    try:
        status = fetching.post_form(client.metadata.backchannel_logout_uri, {"logout_token": token})
    except fetching.Unreachable as fault:
        raise outbox.Retry(2) from fault
    if status not in FINAL:
        raise outbox.Retry(5)


def logout_token(client: Client, sid: str, subject: str) -> str:
    """The logout token (2.4): typ logout+jwt, no nonce."""
    now, alg = clock.timestamp(), client.metadata.id_token_signed_response_alg
    claims = {
        "iss": provider.issuer(),
        "aud": client.client_id,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "sub": subjects.outward(subject, client),
        "sid": sid,
        "events": {EVENT: {}},
    }
    return jose.sign(claims, keys.signing_key(alg), alg, typ="logout+jwt")
