"""The people of an organisation as its admins see them, and the words for kinds and roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from idp import accounts, organisations
from idp.organisations import Kind, Role

KINDS: Mapping[str, LazyString] = {
    Kind.COMPANY: _l("Perusahaan"),
    Kind.TRAINING_BODY: _l("Lembaga pelatihan"),
    Kind.CERTIFICATION_BODY: _l("Lembaga sertifikasi"),
    Kind.PROVINCE_OFFICE: _l("Dinas provinsi"),
    Kind.CITY_OFFICE: _l("Dinas kabupaten/kota"),
}
ROLES: Mapping[str, LazyString] = {Role.ADMIN: _l("Admin"), Role.MEMBER: _l("Anggota")}


@dataclass(frozen=True, slots=True)
class Colleague:
    """One member; contacts are nobody else's business."""

    account_id: str
    name: str
    role: str
    since: datetime
    is_me: bool


def of(organisation_id: str, me: str) -> list[Colleague]:
    """Everybody who belongs there, the first first."""
    rows = [(one, accounts.find(one.account_id)) for one in organisations.members(organisation_id)]
    return [
        Colleague(row.account_id, account.name.value, row.role, row.since, row.account_id == me)
        for row, account in rows
        if account is not None and account.state != accounts.State.ERASED
    ]
