"""Sign-ins that are over and browsers that were not seen for a year are forgotten."""

from __future__ import annotations

from datetime import timedelta

from idp import clock, retention
from idp.sessions.devices import REMEMBERED
from idp.sessions.models import KnownDevice, StoredSession

KEPT = timedelta(days=90)  # as long as the history says from which device somebody was signed in


@retention.job("sign_ins", "90 days after their life was over")
def old_sessions() -> int:
    """Sign-ins whose life was over long ago, ended or not."""
    return retention.remove(StoredSession, StoredSession.expires_at < clock.now() - KEPT)


@retention.job("known_devices", "a year after somebody last signed in with them")
def unseen_devices() -> int:
    """Browsers that are strangers again anyway."""
    return retention.remove(KnownDevice, KnownDevice.last_seen_at < clock.now() - REMEMBERED)
