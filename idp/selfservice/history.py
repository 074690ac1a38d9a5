"""The history of an account: events of the trail, in words that a person understands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from idp import oidc, profile, sessions
from idp.audit import AuditEvent, Event
from idp.extensions import db
from idp.selfservice import devices

PAGE = 30

WORDS: Mapping[Event, LazyString] = {
    Event.ACCOUNT_ACTIVATED: _l("Akun diaktifkan"),
    Event.ACCOUNT_RESTORED: _l("Akun dibuka kembali oleh petugas"),
    Event.ACCOUNT_SIGNED_OUT: _l("Petugas mengeluarkan akun dari semua perangkat"),
    Event.ACCOUNT_SUSPENDED: _l("Akun dihentikan sementara oleh petugas"),
    Event.ACCOUNT_VIEWED: _l("Petugas membuka data akun"),
    Event.APPEAL_ANSWERED: _l("Keberatan dijawab petugas"),
    Event.APPEAL_MADE: _l("Keberatan atas penghentian akun dikirim"),
    Event.AUTHENTICATOR_ADDED: _l("Aplikasi autentikator ditambahkan"),
    Event.AUTHENTICATOR_REMOVED: _l("Aplikasi autentikator dihapus"),
    Event.CAPACITIES_CHOSEN: _l("Peran akun dipilih"),
    Event.CODE_REFUSED: _l("Kode SMS yang salah ditulis"),
    Event.CONSENT_GIVEN: _l("Izin membaca data diberikan"),
    Event.CONSENT_WITHDRAWN: _l("Izin membaca data dicabut"),
    Event.CONTACTS_REPLACED: _l("Email dan nomor HP diganti lewat pemulihan akun"),
    Event.CONTACT_CHANGE_UNDONE: _l("Penggantian kontak dibatalkan"),
    Event.CORRECTION_ANSWERED: _l("Permintaan koreksi data dijawab petugas"),
    Event.CORRECTION_ASKED: _l("Koreksi data diminta"),
    Event.DATA_DOWNLOADED: _l("Data diunduh"),
    Event.EMAIL_CHANGED: _l("Email diganti"),
    Event.EMAIL_CONFIRMED: _l("Email dikonfirmasi"),
    Event.ERASURE_CANCELLED: _l("Penghapusan akun dibatalkan"),
    Event.ERASURE_REQUESTED: _l("Penghapusan akun diminta"),
    Event.FACTOR_REFUSED: _l("Kode langkah kedua yang salah ditulis"),
    Event.FACTOR_REMOVAL_ASKED: _l("Penghapusan langkah kedua diminta, dengan waktu tunggu"),
    Event.FACTOR_REMOVAL_STOPPED: _l("Penghapusan langkah kedua dibatalkan"),
    Event.FACTOR_REPLAYED: _l("Kode langkah kedua yang sudah dipakai ditulis lagi"),
    Event.GUARDIAN_AGREED: _l("Orang tua atau wali menyetujui pendaftaran"),
    Event.MEMBER_INVITED: _l("Orang diundang ke organisasimu"),
    Event.MEMBER_JOINED: _l("Bergabung dengan organisasi"),
    Event.MEMBER_LEFT: _l("Keluar dari organisasi"),
    Event.MEMBER_ROLE_CHANGED: _l("Peran di organisasi diubah"),
    Event.PASSKEY_ADDED: _l("Passkey ditambahkan"),
    Event.PASSKEY_REMOVED: _l("Passkey dihapus"),
    Event.PASSWORD_CHANGED: _l("Password diganti"),
    Event.PASSWORD_RESET: _l("Password dibuat ulang lewat pemulihan akun"),
    Event.PHONE_CHANGED: _l("Nomor HP diganti"),
    Event.PHONE_CONFIRMED: _l("Nomor HP dikonfirmasi lagi"),
    Event.PROFILE_CHANGED: _l("Profil diubah"),
    Event.PROFILE_CHECKED: _l("Profil dicocokkan dengan Dukcapil"),
    Event.RECOVERY_CASE_APPROVED: _l("Pemulihan akun disetujui petugas"),
    Event.RECOVERY_CASE_GRANTED: _l("Pemulihan akun dikabulkan"),
    Event.RECOVERY_CASE_OPENED: _l("Pemulihan akun diminta"),
    Event.RECOVERY_CASE_REFUSED: _l("Pemulihan akun ditolak petugas"),
    Event.RECOVERY_CASE_STOPPED: _l("Pemulihan akun dihentikan pemilik"),
    Event.RECOVERY_CODES_MADE: _l("Kode pemulihan baru dibuat"),
    Event.RECOVERY_CODE_SPENT: _l("Kode pemulihan dipakai"),
    Event.RECOVERY_PROVEN: _l("Pemulihan akun: kontak dibuktikan"),
    Event.REGISTRATION_COLLIDED: _l("Ada yang mencoba mendaftar dengan NIK atau kontakmu"),
    Event.RESUME_SHARED: _l("Tautan ke resume dibuat"),
    Event.RESUME_WITHDRAWN: _l("Tautan ke resume dicabut"),
    Event.SESSION_BEGUN: _l("Masuk"),
    Event.SESSION_DISOWNED: _l("Perangkat dikeluarkan lewat tautan “bukan saya”"),
    Event.SESSION_ENDED: _l("Keluar"),
    Event.SIGN_IN_FAILED: _l("Percobaan masuk gagal"),
    Event.TERMS_ACCEPTED: _l("Syarat & Ketentuan disetujui"),
}
# Steps of something that is told as a whole, and what is no person's.
QUIET = frozenset(Event) - set(WORDS)

CAUSES: Mapping[str, LazyString] = {
    "contact_change_undone": _l("karena penggantian kontak dibatalkan"),
    "disowned": _l("lewat tautan “bukan saya”"),
    "ended_by_owner": _l("dari perangkat lain"),
    "erasure_requested": _l("karena penghapusan akun diminta"),
    "factor_added": _l("karena langkah kedua ditambahkan"),
    "password_changed": _l("karena password diganti"),
    "password_reset": _l("karena password dibuat ulang lewat pemulihan akun"),
    "officer": _l("oleh petugas"),
    "replaced": _l("karena orang lain masuk di perangkat itu"),
    "service": _l("lewat sebuah layanan"),
    "suspended": _l("karena akun dihentikan sementara"),
    "too_many": _l("karena terlalu banyak perangkat"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the history: what, when, and where, by whom or in which step of the profile if that is known."""

    event_id: str
    at: datetime
    what: LazyString
    device: devices.SignIn | None = None
    service: str | None = None
    cause: LazyString | None = None
    step: LazyString | None = None


def page(account_id: str, before: str | None = None) -> tuple[list[Happening], str | None]:
    """A page of the history, the latest first, and where the next one begins."""
    wanted = select(AuditEvent).where(AuditEvent.subject == account_id, AuditEvent.event.in_([str(one) for one in WORDS]))
    if before:
        wanted = wanted.where(AuditEvent.id < before)
    rows = list(db.session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(PAGE + 1)))
    return [_in_words(row) for row in rows[:PAGE]], rows[PAGE - 1].id if len(rows) > PAGE else None


def everything(account_id: str) -> list[AuditEvent]:
    """Every event of an account, oldest first; for the download."""
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.subject == account_id).order_by(AuditEvent.id)))


def _in_words(row: AuditEvent) -> Happening:
    sid, client_id = row.facts.get("sid"), row.facts.get("client_id")
    session = db.session.get(sessions.StoredSession, sid) if sid else None
    return Happening(
        event_id=row.id,
        at=row.at,
        what=WORDS[Event(row.event)],
        device=devices.in_words(session, None) if session else None,
        service=oidc.name_of(client_id) if client_id else None,
        cause=CAUSES.get(row.facts.get("cause", "")),
        step=profile.TITLES.get(row.facts.get("step", "")),
    )
