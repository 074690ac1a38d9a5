"""Subjects as relying parties see them: another one in every sector, so that partners cannot compare notes (Core 8.1)."""

from __future__ import annotations

from idp import sealed
from idp.oidc.clients import Client


def outward(subject: str, client: Client) -> str:
    """The subject of a person as one client sees it: 43 characters, the same forever."""
    if client.metadata.subject_type == "public":
        return sealed.fingerprint("subject:public", subject)
    return sealed.fingerprint(f"pairwise:{client.sector}", subject)
