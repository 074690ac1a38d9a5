"""An account as an officer reads it: masked."""

from __future__ import annotations

from typing import Any

from idp import accounts, factors, oidc, sessions
from idp.selfservice import erasure


def summary(account: accounts.Account) -> dict[str, Any]:
    """Which account it is, and its state; identifiers are masked."""
    erased = account.state == accounts.State.ERASED
    return {
        "account": account.id,
        "state": str(account.state),
        "nik": None if erased else account.nik.masked,
        "email": None if erased else account.email.masked,
        "phone": None if erased else account.phone.masked,
        "identity_verified": account.identity_verified_at is not None,
        "created_at": account.created_at.isoformat(timespec="seconds"),
    }


def whole(account: accounts.Account) -> dict[str, Any]:
    """Everything that an officer may see of an account."""
    has, due_at = factors.enrolled(account.id), erasure.asked(account.id)
    return {
        **summary(account),
        "reason": account.state_reason,
        "initials": None if account.state == accounts.State.ERASED else account.name.initials,
        "language": account.locale,
        "terms": account.terms_version,
        **{
            name: getattr(account, name).isoformat(timespec="seconds") if getattr(account, name) else None
            for name in ("activated_at", "registry_matched_at", "identity_verified_at", "email_verified_at", "phone_verified_at")
        },
        "erasure_due_at": due_at.isoformat(timespec="seconds") if due_at else None,
        "authenticator_apps": len(has.authenticators),
        "passkeys": len(has.passkeys),
        "recovery_codes": has.recovery_codes,
        "sign_ins": len(sessions.in_force(account.id)),
        "services": [one.client_id for one in oidc.connections(account.id)],
    }


def sign_in(row: sessions.StoredSession) -> dict[str, Any]:
    """One sign-in."""
    return {
        "sid": row.id,
        "browser": row.browser,
        "auth_time": row.auth_time.isoformat(timespec="seconds"),
        "last_seen_at": row.last_seen_at.isoformat(timespec="seconds"),
        "expires_at": row.expires_at.isoformat(timespec="seconds"),
        "acr": row.acr,
        "amr": row.amr.split(),
        "shared_device": row.shared_device,
    }


def line(found: dict[str, Any]) -> str:
    """A summary on one line."""
    verified = "verified" if found["identity_verified"] else "not verified"
    return f"{found['account']}  {found['state']:<9}  {found['nik']}  {found['email']}  {found['phone']}  {verified}"
