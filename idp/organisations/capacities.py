"""As what somebody uses the account: chosen by themselves, or following from the organisations that they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from idp import audit
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.organisations.members import memberships
from idp.organisations.models import CapacityRow, Kind, Membership


class Capacity(StrEnum):
    """The claim's values, in the order in which they are told."""

    JOB_SEEKER = "pencari_kerja"
    TRAINEE = "peserta_pelatihan"
    COMPANY = "perusahaan"
    TRAINING_BODY = "lembaga_pelatihan"
    CERTIFICATION_BODY = "lembaga_sertifikasi"
    OFFICE = "dinas"


OWN = (Capacity.JOB_SEEKER, Capacity.TRAINEE)
NONE_OF_THEM = "-"  # said by somebody who acts for an organisation only
FOLLOWING = {
    Kind.COMPANY: Capacity.COMPANY,
    Kind.TRAINING_BODY: Capacity.TRAINING_BODY,
    Kind.CERTIFICATION_BODY: Capacity.CERTIFICATION_BODY,
    Kind.PROVINCE_OFFICE: Capacity.OFFICE,
    Kind.CITY_OFFICE: Capacity.OFFICE,
}


class Nothing(Exception):
    """An account without any organisation is used as something."""


@dataclass(frozen=True, slots=True)
class Standing:
    """In which capacities somebody acts, which of them were chosen, and where the others come from."""

    capacities: tuple[Capacity, ...]
    chosen: tuple[Capacity, ...]
    memberships: tuple[Membership, ...]


def standing(account_id: str) -> Standing:
    """How somebody stands: there is always a capacity, a job seeker's until something else was chosen. Joining adds to it."""
    rows = set(db.session.scalars(select(CapacityRow.capacity).where(CapacityRow.account_id == account_id)))
    belongs = tuple(memberships(account_id))
    picked = tuple(one for one in OWN if one in rows)
    if not rows or not (picked or belongs):
        picked = (Capacity.JOB_SEEKER,)
    mine = {*picked, *(FOLLOWING[Kind(one.organisation.kind)] for one in belongs)}
    return Standing(tuple(one for one in Capacity if one in mine), picked, belongs)


def choose(account_id: str, wanted: Iterable[Capacity]) -> None:
    """The person chooses anew among the own ones. Raises Nothing."""
    wanted = set(wanted)
    picked = [str(one) for one in OWN if one in wanted]
    if not picked and not memberships(account_id):
        raise Nothing
    with unit_of_work() as session:
        for row in session.scalars(select(CapacityRow).where(CapacityRow.account_id == account_id)):
            session.delete(row)
        session.flush()
        session.add_all(CapacityRow(id=new_id(), account_id=account_id, capacity=one) for one in picked or [NONE_OF_THEM])
        audit.record(audit.Event.CAPACITIES_CHOSEN, account_id, capacities=picked)
