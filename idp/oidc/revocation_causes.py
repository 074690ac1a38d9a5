"""Why tokens end before their time: a replay, a withdrawn consent, a session or an account that ended."""

from __future__ import annotations

from idp import audit
from idp.extensions import unit_of_work
from idp.oidc import families, grants
from idp.oidc.models import RefreshFamily


def end_grant(grant_id: str) -> None:
    """Void everything that one authorization bought."""
    grants.revoke([grant_id])
    families.revoke(RefreshFamily.grant_id == grant_id)


def end_replayed_code(grant_id: str, subject: str | None, client_id: str) -> None:
    """A code came twice: void all that it bought (RFC 6749 4.1.2)."""
    end_grant(grant_id)
    with unit_of_work():
        audit.record(audit.Event.CODE_REPLAYED, subject, client_id=client_id)


def end_client_access(client_id: str, subject: str) -> None:
    """Void what one client holds of one person."""
    row = RefreshFamily
    grants.revoke(one.grant_id for one in grants.of_subject(subject) if one.client_id == client_id)
    grants.revoke(families.revoke((row.client_id == client_id) & (row.subject == subject)))


def end_session_access(sid: str, subject: str) -> None:
    """Void what was issued in a session, but for what was asked to outlive it (offline_access)."""
    grants.revoke(one.grant_id for one in grants.of_subject(subject) if one.sid == sid and not one.offline)


def end_all_access(subject: str) -> None:
    """Void everything that anybody holds of one person."""
    grants.revoke(one.grant_id for one in grants.of_subject(subject))
    grants.revoke(families.revoke(RefreshFamily.subject == subject))
