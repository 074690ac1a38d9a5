"""Consents, tokens and promises of the protocol that nobody can use any more are forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_

from idp import clock, retention
from idp.oidc.models import Consent, RefreshFamily, RegistrationToken, SessionClient
from idp.oidc.signal_models import WaitingEvent

# A spent token that comes back within this time is still recognised as a replay.
KEPT = timedelta(days=30)


@retention.job("consents", "30 days after the year for which they hold")
def old_consents() -> int:
    """Decisions that have to be asked anew anyway."""
    return retention.remove(Consent, Consent.expires_at < clock.now() - KEPT)


@retention.job("refresh_tokens", "30 days after they expired or were revoked")
def old_families() -> int:
    """Families of refresh tokens that are dead."""
    since, row = clock.now() - KEPT, RefreshFamily
    return retention.remove(row, or_(row.expires_at < since, row.idle_until < since, row.revoked_at < since))


@retention.job("registration_tokens", "30 days after they expired or were used")
def old_registration_tokens() -> int:
    """Initial access tokens that register nothing any more."""
    since, row = clock.now() - KEPT, RegistrationToken
    return retention.remove(row, or_(row.expires_at < since, row.used_at < since))


@retention.job("services_to_be_told", "30 days after a service was told of a sign-in")
def old_participants() -> int:
    """Pairs of sign-in and service of sign-ins that ran out without being ended."""
    return retention.remove(SessionClient, SessionClient.since < clock.now() - KEPT)


@retention.job("signals", "30 days, if the service did not fetch them")
def old_signals() -> int:
    """Signals that wait for a service that does not come."""
    return retention.remove(WaitingEvent, WaitingEvent.created_at < clock.now() - KEPT)
