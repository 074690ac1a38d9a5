"""The audit trail: what happened, to whom, when. Facts are never personal; subjects are account ids or client ids.

An `officer` is the name by which the office knows who did it: a trail without it would answer nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped

from idp import clock, sealed
from idp.database import Model, UtcDateTime, column, new_id
from idp.extensions import after_commit, db

_log = structlog.get_logger("idp.audit")


class Event(StrEnum):
    """Every kind of event, in alphabetical order."""

    ACCOUNT_ACTIVATED = "account_activated"
    ACCOUNT_ERASED = "account_erased"
    ACCOUNT_RESTORED = "account_restored"
    ACCOUNT_SIGNED_OUT = "account_signed_out"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_VIEWED = "account_viewed"
    APPEAL_ANSWERED = "appeal_answered"
    APPEAL_MADE = "appeal_made"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    BREACH_SCOPED = "breach_scoped"
    CAPACITIES_CHOSEN = "capacities_chosen"
    CLAIMS_RELEASED = "claims_released"
    CLIENT_CHANGED = "client_changed"
    CLIENT_REGISTERED = "client_registered"
    CLIENT_REMOVED = "client_removed"
    CLIENT_RESTORED = "client_restored"
    CLIENT_SECRET_ROTATED = "client_secret_rotated"
    CLIENT_SUSPENDED = "client_suspended"
    CODE_REFUSED = "code_refused"
    CODE_REPLAYED = "code_replayed"
    CODE_SENT = "code_sent"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONTACTS_REPLACED = "contacts_replaced"
    CONTACT_CHANGE_UNDONE = "contact_change_undone"
    CORRECTION_ANSWERED = "correction_answered"
    CORRECTION_ASKED = "correction_asked"
    DATA_DOWNLOADED = "data_downloaded"
    DEVICE_REMEMBERED = "device_remembered"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CONFIRMED = "email_confirmed"
    ERASURE_CANCELLED = "erasure_cancelled"
    ERASURE_REQUESTED = "erasure_requested"
    FACTOR_REFUSED = "factor_refused"
    FACTOR_REMOVAL_ASKED = "factor_removal_asked"
    FACTOR_REMOVAL_STOPPED = "factor_removal_stopped"
    FACTOR_REPLAYED = "factor_replayed"
    GUARDIAN_AGREED = "guardian_agreed"
    KEYS_ROTATED = "keys_rotated"
    KEY_RETIRED = "key_retired"
    NEW_DEVICE = "new_device"
    MEMBER_INVITED = "member_invited"
    MEMBER_JOINED = "member_joined"
    MEMBER_LEFT = "member_left"
    MEMBER_ROLE_CHANGED = "member_role_changed"
    ORGANISATION_ADDED = "organisation_added"
    ORGANISATION_CHANGED = "organisation_changed"
    ORGANISATION_REMOVED = "organisation_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    PETITION_OVERDUE = "petition_overdue"
    PHONE_CHANGED = "phone_changed"
    PHOTO_REVIEW_APPROVED = "photo_review_approved"
    PHOTO_REVIEW_ASKED = "photo_review_asked"
    PHOTO_REVIEW_REFUSED = "photo_review_refused"
    PHONE_CONFIRMED = "phone_confirmed"
    PROFILE_CHANGED = "profile_changed"
    PROFILE_CHECKED = "profile_checked"
    PROFILE_CHECK_WITHDRAWN = "profile_check_withdrawn"
    RECOVERY_CASE_APPROVED = "recovery_case_approved"
    RECOVERY_CASE_EXPIRED = "recovery_case_expired"
    RECOVERY_CASE_GRANTED = "recovery_case_granted"
    RECOVERY_CASE_OPENED = "recovery_case_opened"
    RECOVERY_CASE_REFUSED = "recovery_case_refused"
    RECOVERY_CASE_REJECTED = "recovery_case_rejected"
    RECOVERY_CASE_STOPPED = "recovery_case_stopped"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_SPENT = "recovery_code_spent"
    RECOVERY_PROVEN = "recovery_proven"
    REFRESH_TOKEN_REPLAYED = "refresh_token_replayed"
    REGISTRATION_CHECKED = "registration_checked"
    REGISTRATION_COLLIDED = "registration_collided"
    REGISTRATION_OPENED = "registration_opened"
    RESUME_SHARED = "resume_shared"
    RESUME_WITHDRAWN = "resume_withdrawn"
    SESSION_BEGUN = "session_begun"
    SESSION_DISOWNED = "session_disowned"
    SESSION_ENDED = "session_ended"
    SESSION_RENEWED = "session_renewed"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_HELD = "sign_in_held"
    SMS_PREFIX_STOPPED = "sms_prefix_stopped"
    TERMS_ACCEPTED = "terms_accepted"
    TOKENS_REVOKED = "tokens_revoked"


class AuditEvent(Model):
    """One row of the trail. Rows are added, never changed; `audit_chain` gives each its place and its link afterwards."""

    __tablename__ = "audit_events"
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)
    event: Mapped[str] = column(String(48), personal=False, index=True)
    subject: Mapped[str | None] = column(String(64), personal=False, index=True, nullable=True)
    facts: Mapped[dict[str, Any]] = column(JSON, personal=False)
    mark: Mapped[str | None] = column(String(43), personal=False, nullable=True)
    sequence: Mapped[int | None] = column(BigInteger, personal=False, nullable=True, unique=True)
    link: Mapped[str | None] = column(String(43), personal=False, nullable=True)


Watcher = Callable[[Event, str, dict[str, Any]], None]
_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Call `watcher(event, subject, facts)` in the same commit whenever something happens to somebody."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def record(event: Event, subject: str | None, **facts: Any) -> None:
    """Write an event with the change that it tells of, inside a unit of work; it is logged once committed."""
    record_earlier(event, subject, facts, at=clock.now(), event_id=new_id())


def record_earlier(event: Event, subject: str | None, facts: dict[str, Any], *, at: datetime, event_id: str) -> None:
    """Write an event of a moment ago under the id that it got then: written twice, the second is refused by the database."""
    row = AuditEvent(id=event_id, at=at, event=event, subject=subject, facts=facts)
    row.mark = mark_of(row)
    db.session.add(row)
    after_commit(lambda: _log.info(str(event), subject=subject, **facts))
    for watcher in _watchers if subject else ():
        watcher(event, str(subject), facts)


def mark_of(row: AuditEvent) -> str:
    """What only this installation can write beside a row: a keyed digest of everything that the row says."""
    said = [row.id, row.at.astimezone(UTC).isoformat(), str(row.event), row.subject, row.facts]
    return sealed.fingerprint("audit row", json.dumps(said, sort_keys=True, separators=(",", ":")))
