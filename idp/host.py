"""The house as the protocol sees it: fills `oidc.Host` from accounts, sessions, factors and claims, and tells it what
services that listen should hear of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from idp import accounts, claims, factors, oidc, sessions, web
from idp.audit import Event

# Credential and change as CAEP 1.0 3.2 names them.
CREDENTIALS: Mapping[Event, tuple[str, str]] = {
    Event.AUTHENTICATOR_ADDED: ("app", "create"),
    Event.AUTHENTICATOR_REMOVED: ("app", "delete"),
    Event.PASSKEY_ADDED: ("fido2-platform", "create"),
    Event.PASSKEY_REMOVED: ("fido2-platform", "delete"),
    Event.PASSWORD_CHANGED: ("password", "update"),
    Event.PASSWORD_RESET: ("password", "update"),
    Event.PHONE_CHANGED: ("phone-sms", "update"),
}
CONTACTS: Mapping[Event, tuple[str, ...]] = {
    Event.CONTACTS_REPLACED: ("email", "phone_number"),
    Event.CONTACT_CHANGE_UNDONE: ("email", "phone_number"),
    Event.EMAIL_CHANGED: ("email", "email_verified"),
    Event.EMAIL_CONFIRMED: ("email_verified",),
    Event.PHONE_CHANGED: ("phone_number",),
    Event.PROFILE_CHECKED: ("profile_verified", "verified_claims"),
    Event.PROFILE_CHECK_WITHDRAWN: ("profile_verified", "verified_claims"),
}
STEPS: Mapping[str, tuple[str, ...]] = {
    "foto": ("picture",),
    "biodata": ("gender", "birthdate", "zoneinfo", "address"),
    "pendidikan": ("education",),
    "pengalaman": ("experience",),
    "pelatihan": ("training",),
    "sertifikasi": ("certification",),
    "keahlian": ("skills",),
}


def tell_services(event: Event, subject: str, facts: Mapping[str, Any]) -> None:
    """What services that listen should hear of an event, in its own commit: names of what changed, never values."""
    if event in CREDENTIALS:
        credential, change = CREDENTIALS[event]
        oidc.tell(oidc.Signal.CREDENTIAL_CHANGE, subject, credential_type=credential, change_type=change)
    changed = STEPS.get(facts.get("step", ""), ()) if event is Event.PROFILE_CHANGED else CONTACTS.get(event, ())
    if changed:
        oidc.tell(oidc.Signal.PROFILE_CHANGED, subject, changed=list(changed))


def build() -> oidc.Host:
    """What the protocol may know of the rest, and nothing else."""
    return oidc.Host(
        scopes=claims.opened_by(),
        authentication=_authentication,
        login_url=lambda path, hint: _door("/masuk", path, hint),
        claims=_claims,
        end_session=_end_session,
        may_act=accounts.may_act_by_id,
        describe=_describe,
        registration_url=lambda path, hint: _door("/daftar", path, hint),
        acr_values=factors.levels.LEVELS,
        can_reach=factors.can_reach,
        account_label=_account_label,
        verified=claims.verified,
        claims_metadata=claims.verified_metadata,
    )


def _authentication() -> oidc.Authentication | None:
    session = sessions.confirmed()
    if session is None:
        return None
    return oidc.Authentication(
        subject=session.account_id,
        sid=session.sid,
        auth_time=int(session.auth_time.timestamp()),
        acr=session.acr,
        amr=session.amr,
        may_act=session.may_act,
        moment=session.auth_time.timestamp(),
    )


def _door(page: str, path: str, hint: oidc.LoginHint) -> str:
    """A page before the protocol's next step, which is told where the person is going."""
    web.remember_destination(
        path,
        web.Destination(
            name=hint.client_name,
            client_id=hint.client_id,
            origin=hint.return_origin,
            colour=hint.colour,
            logo=hint.logo,
            login_hint=hint.login_hint,
            ui_locales=hint.ui_locales,
            acr_values=hint.acr_values,
            fresh=hint.fresh,
            popup=hint.popup,
        ),
    )
    return f"{page}?next={quote(path, safe='/')}"


def _claims(subject: str, asked: oidc.ClaimsRequest) -> dict[str, Any]:
    locale = next((tag[:2] for tag in asked.locales if tag[:2] in ("id", "en")), "id")
    return claims.of(subject, asked.names, locale, also=asked.also)


def _describe(subject: str, names: tuple[str, ...], locale: str) -> tuple[oidc.ClaimText, ...]:
    return tuple(oidc.ClaimText(line.names, line.label, line.value, line.minor) for line in claims.describe(subject, names, locale))


def _account_label(subject: str) -> str | None:
    account = accounts.find(subject)
    return account.name.value if account else None


def _end_session(sid: str) -> None:
    sessions.end(sid, "service")
