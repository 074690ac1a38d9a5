"""Notifications: what a person should know of, in words, and how far they have read.

They are the audit trail, seen by the person whom it is about: each of its rows was written in the commit of the change that
it tells of, so nothing is written twice and nothing can be forgotten. Ours is one mark a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from idp import oidc, sessions
from idp.audit import AuditEvent, Event
from idp.extensions import db, unit_of_work
from idp.portal.models import NotificationMark

PAGE = 30
MOST_COUNTED = 99

DEVICES, CONTACTS, TWO_STEP, SERVICES = "/akun/perangkat", "/akun/kontak", "/akun/dua-langkah", "/akun/layanan"
TOLD: Mapping[Event, tuple[LazyString, str]] = {
    Event.ACCOUNT_RESTORED: (_l("Akunmu dibuka kembali oleh petugas"), "/akun"),
    Event.APPEAL_ANSWERED: (_l("Keberatanmu sudah dijawab"), "/akun"),
    Event.AUTHENTICATOR_ADDED: (_l("Aplikasi autentikator ditambahkan"), TWO_STEP),
    Event.AUTHENTICATOR_REMOVED: (_l("Aplikasi autentikator dihapus"), TWO_STEP),
    Event.CONSENT_GIVEN: (_l("Kamu mengizinkan sebuah layanan membaca datamu"), SERVICES),
    Event.CONSENT_WITHDRAWN: (_l("Izin sebuah layanan untuk membaca datamu dicabut"), SERVICES),
    Event.CONTACTS_REPLACED: (_l("Email dan nomor HP diganti lewat pemulihan akun"), CONTACTS),
    Event.CONTACT_CHANGE_UNDONE: (_l("Penggantian kontak dibatalkan"), CONTACTS),
    Event.CORRECTION_ANSWERED: (_l("Permintaan koreksimu sudah dijawab"), "/akun/data/koreksi"),
    Event.DATA_DOWNLOADED: (_l("Semua datamu diunduh"), "/akun/data"),
    Event.EMAIL_CHANGED: (_l("Email diganti"), CONTACTS),
    Event.EMAIL_CONFIRMED: (_l("Email dikonfirmasi"), CONTACTS),
    Event.ERASURE_REQUESTED: (_l("Penghapusan akun diminta"), "/akun"),
    Event.FACTOR_REMOVAL_ASKED: (_l("Penghapusan langkah kedua diminta, dengan waktu tunggu"), TWO_STEP),
    Event.NEW_DEVICE: (_l("Akunmu dipakai masuk dari perangkat baru"), DEVICES),
    Event.PASSKEY_ADDED: (_l("Passkey ditambahkan"), TWO_STEP),
    Event.PASSKEY_REMOVED: (_l("Passkey dihapus"), TWO_STEP),
    Event.PASSWORD_CHANGED: (_l("Password diganti"), "/akun/password"),
    Event.PASSWORD_RESET: (_l("Password dibuat ulang lewat pemulihan akun"), "/akun/password"),
    Event.PHONE_CHANGED: (_l("Nomor HP diganti"), CONTACTS),
    Event.PROFILE_CHECKED: (_l("Profil dicocokkan dengan Dukcapil"), "/profil"),
    Event.PROFILE_CHECK_WITHDRAWN: (_l("Biodata diubah, jadi profilmu perlu diverifikasi lagi"), "/profil"),
    Event.RECOVERY_CASE_OPENED: (_l("Ada yang meminta pemulihan akun ini"), "/akun/riwayat"),
    Event.RECOVERY_CASE_STOPPED: (_l("Pemulihan akun dihentikan pemilik"), "/akun/riwayat"),
    Event.RECOVERY_CODES_MADE: (_l("Kode pemulihan baru dibuat"), TWO_STEP),
    Event.RECOVERY_CODE_SPENT: (_l("Kode pemulihan dipakai"), TWO_STEP),
    Event.REGISTRATION_COLLIDED: (_l("Ada yang mencoba mendaftar dengan NIK atau kontakmu"), "/akun/riwayat"),
    Event.RESUME_SHARED: (_l("Tautan ke resumemu dibuat"), "/resume"),
    Event.RESUME_WITHDRAWN: (_l("Tautan ke resumemu dicabut"), "/resume"),
    Event.SESSION_DISOWNED: (_l("Perangkat dikeluarkan lewat tautan “bukan saya”"), DEVICES),
}
OF_CHECK: Mapping[str, LazyString] = {
    "verified": _l("Profilmu terverifikasi: datamu cocok dengan Dukcapil"),
    "refused": _l("Profilmu belum terverifikasi: ada data yang belum cocok dengan Dukcapil"),
    "waiting": _l("Profilmu menunggu verifikasi: Dukcapil sedang tidak dapat dihubungi"),
}
_NAMES = [str(one) for one in TOLD]


@dataclass(frozen=True, slots=True)
class Notification:
    """One line: what happened, when, where to see more, and whether it was there before the last visit."""

    event_id: str
    at: datetime
    what: LazyString
    href: str
    is_new: bool
    service: str | None = None
    device: tuple[str | LazyString, str | LazyString] | None = None


def unread(account_id: str) -> int:
    """How many a person has not seen yet, counted no further than one above `MOST_COUNTED`: one statement over an index."""
    read = select(NotificationMark.read_until).where(NotificationMark.account_id == account_id).scalar_subquery()
    told = _of(account_id).where(AuditEvent.id > func.coalesce(read, "")).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(told)) or 0


def page(account_id: str, before: str | None = None) -> tuple[list[Notification], str | None]:
    """A page of them, the latest first, and where the next one begins."""
    mark = db.session.get(NotificationMark, account_id)
    wanted = _of(account_id, AuditEvent)
    if before:
        wanted = wanted.where(AuditEvent.id < before)
    rows = list(db.session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(PAGE + 1)))
    read_until = mark.read_until if mark else ""
    return [_in_words(row, row.id > read_until) for row in rows[:PAGE]], rows[PAGE - 1].id if len(rows) > PAGE else None


def mark_read(account_id: str, until: str) -> None:
    """Everything up to this event has been seen."""
    try:
        with unit_of_work() as session:
            mark = session.get(NotificationMark, account_id, with_for_update=True)
            if mark is None:
                session.add(NotificationMark(account_id=account_id, read_until=until))
            else:
                mark.read_until = max(mark.read_until, until)
    except IntegrityError:
        return  # two tabs at once, and the other one was faster


def _of(account_id: str, what: Any = AuditEvent.id) -> Any:
    return select(what).where(AuditEvent.subject == account_id, AuditEvent.event.in_(_NAMES))


def _in_words(row: AuditEvent, is_new: bool) -> Notification:
    what, href = TOLD[Event(row.event)]
    sid, client_id = row.facts.get("sid"), row.facts.get("client_id")
    session = db.session.get(sessions.StoredSession, sid) if sid else None
    return Notification(
        event_id=row.id,
        at=row.at,
        what=OF_CHECK.get(row.facts.get("check", ""), what),
        href=href,
        is_new=is_new,
        service=oidc.name_of(client_id) if client_id else None,
        device=sessions.device_words(session) if session else None,
    )
