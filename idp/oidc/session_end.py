"""A session ended, by whatever cause: its tokens end, and every client that was told of it is told so."""

from __future__ import annotations

from idp.extensions import after_commit, unit_of_work
from idp.oidc import clients, logout_backchannel, participants, revocation_causes, signals


def end_of_session(sid: str, subject: str, cause: str) -> None:
    """Called once for each session that ends; `cause` says why, for the trail only."""
    with unit_of_work():
        # Redis is not asked while a transaction is open: the session may end within a larger one.
        after_commit(lambda: revocation_causes.end_session_access(sid, subject))
        for row in participants.of_session(sid):
            client = clients.find_active(row.client_id)
            if client and client.metadata.backchannel_logout_uri:
                logout_backchannel.send_later(client, sid, subject)
        signals.tell(signals.Signal.SESSION_REVOKED, subject, sid=sid)
        participants.forget(sid)
