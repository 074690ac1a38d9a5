"""Everything that is kept of a person, as one JSON document with an index that says what is where (UU 27/2022, article 13)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from idp import accounts, audit, clock, factors, oidc, organisations, petitions, profile, sessions
from idp.extensions import db, unit_of_work
from idp.profile.answers import StoredFile
from idp.selfservice import devices, history
from idp.selfservice.models import ContactChange

Part = Callable[[accounts.Account], Any]


def _account(account: accounts.Account) -> dict[str, Any]:
    plain = {
        "nik": account.nik.value,
        "name": account.name.value,
        "email": account.email.value,
        "phone": account.phone.e164,
        "guardian_phone": account.guardian_text,
        "state_reason": account.state_reason,
    }
    kept = (
        "state", "locale", "terms_version", "terms_accepted_at", "registry_matched_at", "identity_verified_at",
        "email_verified_at", "phone_verified_at", "guardian_agreed_at", "created_at", "activated_at", "updated_at",
    )  # fmt: skip
    return plain | {name: getattr(account, name) for name in kept}


def _profile(account: accounts.Account) -> Any:
    return profile.of(account.id)


def _sign_ins(account: accounts.Account) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(sessions.StoredSession).where(sessions.StoredSession.account_id == account.id))
    return [
        {"device": f"{words.browser}, {words.system}", "since": row.created_at, "last_seen": row.last_seen_at,
         "ended": row.ended_at, "ended_because": row.ended_cause, "shared_device": row.shared_device, "means": row.amr.split()}
        for row in rows for words in (devices.in_words(row, None),)
    ]  # fmt: skip


def _two_step(account: accounts.Account) -> dict[str, Any]:
    has = factors.enrolled(account.id)
    kinds: dict[str, tuple[factors.Authenticator | factors.Passkey, ...]] = {
        "authenticator_apps": has.authenticators,
        "passkeys": has.passkeys,
    }
    told = {
        kind: [{"name": one.name, "added": one.created_at, "last_used": one.last_used_at} for one in rows] for kind, rows in kinds.items()
    }
    return told | {"recovery_codes_left": has.recovery_codes}


def _contact_changes(account: accounts.Account) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(ContactChange).where(ContactChange.account_id == account.id).order_by(ContactChange.asked_at))
    return [
        {"kind": one.kind, "old": one.old_text, "new": one.new_text, "state": one.state, "asked": one.asked_at, "done": one.done_at}
        for one in rows
    ]


def _services(account: accounts.Account) -> Any:
    return oidc.services(account.id, account.locale)


def _belonging(account: accounts.Account) -> dict[str, Any]:
    found = organisations.standing(account.id)
    belongs = [
        {"type": one.organisation.kind, "name": one.organisation.name, "role": one.role, "since": one.since} for one in found.memberships
    ]
    return {"capacities": found.capacities, "organizations": belongs}


def _petitions(account: accounts.Account) -> list[dict[str, Any]]:
    rows = [one for kind in petitions.Kind for one in petitions.of(account.id, kind)]
    return [
        {"kind": one.kind, "about": one.about, "words": one.words, "asked": one.asked_at, "state": one.state, "answer": one.answer,
         "answered": one.answered_at}
        for one in rows
    ]  # fmt: skip


def _readings(account: accounts.Account) -> list[dict[str, Any]]:
    return [
        {"at": one.at, "service": one.service, "purpose": one.purpose, "read": one.reads}
        for one in oidc.readings.everything(account.id, account.locale)
    ]


def _history(account: accounts.Account) -> list[dict[str, Any]]:
    return [{"at": row.at, "event": row.event, "facts": _told(row.facts)} for row in history.everything(account.id)]


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    # That it was an officer is told, who it was is the office's to answer.
    return {name: value for name, value in facts.items() if name != "officer"}


PARTS: dict[str, tuple[LazyString, Part]] = {
    "account": (_l("Data akun: NIK, nama, kontak, dan kapan masing-masing dibuktikan"), _account),
    "profile": (_l("Profil yang kamu isi, dengan sumber setiap jawaban"), _profile),
    "sign_ins": (_l("Kapan dan dengan perangkat apa akunmu dipakai masuk"), _sign_ins),
    "two_step": (_l("Langkah kedua yang terpasang (tanpa rahasianya)"), _two_step),
    "contact_changes": (_l("Penggantian email dan nomor HP"), _contact_changes),
    "connected_services": (_l("Layanan yang kamu izinkan, dan data yang boleh dibacanya"), _services),
    "belonging": (_l("Sebagai apa kamu memakai akun ini, dan organisasimu"), _belonging),
    "petitions": (_l("Permintaan koreksi dan keberatan yang kamu kirim, dengan jawabannya"), _petitions),
    "data_read": (_l("Layanan mana yang membaca datamu, data apa, dan kapan"), _readings),
    "history": (_l("Semua peristiwa yang tercatat pada akunmu"), _history),
}


def also(name: str, about: LazyString, part: Part) -> None:
    """Have another slice's part of the document too; for slices that this one must not know."""
    PARTS[name] = (about, part)


def document(account: accounts.Account) -> str:
    """The whole document. Secrets (password, keys, codes) are not in it: they prove who a person is and tell nothing of them."""
    parts = {name: part(account) for name, (_about, part) in PARTS.items()}
    index = [{"section": name, "about": str(about), "entries": _size(parts[name])} for name, (about, _part) in PARTS.items()]
    with unit_of_work():
        audit.record(audit.Event.DATA_DOWNLOADED, account.id)
    whole = {"made_at": clock.now(), "index": index, **parts}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=_plain)


def _size(part: Any) -> int:
    return len(part) if isinstance(part, list) else 1


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, StoredFile):
        return value.name  # its key opens the file; the file itself is on the profile
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, frozenset) else str(value)
