"""The tables of organisations, who belongs to them, and whom they invited."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from idp import sealed
from idp.database import Model, UtcDateTime, column, new_id


class Kind(StrEnum):
    """What an organisation is; the claim's `type`."""

    COMPANY = "perusahaan"
    TRAINING_BODY = "lembaga_pelatihan"
    CERTIFICATION_BODY = "lembaga_sertifikasi"
    PROVINCE_OFFICE = "dinas_provinsi"
    CITY_OFFICE = "dinas_kabupaten_kota"


class Role(StrEnum):
    """What somebody may do there; the claim's `role`. Admins look after the others."""

    ADMIN = "admin"
    MEMBER = "member"


class Organisation(Model):
    """An organisation, entered by an officer. Of a kind and identifier (NIB, region code) there is one."""

    __tablename__ = "organisations"
    __table_args__ = (UniqueConstraint("kind", "identifier"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    kind: Mapped[str] = column(String(24), personal=False)
    identifier: Mapped[str] = column(String(13), personal=False)
    name: Mapped[str] = column(String(160), personal=False)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)


class Membership(Model):
    """One person in one organisation."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("organisation_id", "account_id"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    organisation_id: Mapped[str] = column(String(32), ForeignKey("organisations.id"), personal=False)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    role: Mapped[str] = column(String(8), personal=False)
    since: Mapped[datetime] = column(UtcDateTime, personal=False)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class Invitation(sealed.Row, Model):
    """An invitation to a contact; whoever proved that contact may accept it. Gone once it is answered."""

    __tablename__ = "organisation_invitations"
    __table_args__ = (UniqueConstraint("organisation_id", "contact_key"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True)
    organisation_id: Mapped[str] = column(String(32), ForeignKey("organisations.id"), personal=False)
    contact_key: Mapped[str] = column(String(43), personal=True, index=True)  # as in accounts.bound_email, bound_phone
    masked_sealed: Mapped[bytes | None] = sealed.column()
    masked = sealed.text("masked_sealed")
    role: Mapped[str] = column(String(8), personal=False)
    created_at: Mapped[datetime] = column(UtcDateTime, personal=False)
    expires_at: Mapped[datetime] = column(UtcDateTime, personal=False, index=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class CapacityRow(Model):
    """A capacity that a person chose; those of an organisation's people follow from membership."""

    __tablename__ = "capacities"
    __table_args__ = (UniqueConstraint("account_id", "capacity"),)
    id: Mapped[str] = column(String(32), personal=False, primary_key=True, default=new_id)
    account_id: Mapped[str] = column(String(32), personal=False, index=True)
    capacity: Mapped[str] = column(String(24), personal=False)
