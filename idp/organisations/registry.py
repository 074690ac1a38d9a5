"""Which organisations there are: added, renamed and removed by officers."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from idp import audit, clock
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.organisations.identifiers import identifier_of
from idp.organisations.models import Invitation, Kind, Membership, Organisation


class TakenAlready(Exception):
    """There is an organisation of this kind and identifier."""


def add(kind: Kind, raw_identifier: str, name: str, officer: str) -> Organisation:
    """Enter an organisation. Raises identifiers.Unfit, TakenAlready."""
    row = Organisation(id=new_id(), kind=kind, identifier=identifier_of(kind, raw_identifier), name=name, created_at=clock.now())
    try:
        with unit_of_work() as session:
            session.add(row)
            session.flush()
            audit.record(audit.Event.ORGANISATION_ADDED, row.id, kind=kind, identifier=row.identifier, officer=officer)
    except IntegrityError:
        raise TakenAlready from None
    return row


def rename(organisation_id: str, name: str, officer: str) -> Organisation | None:
    """Give an organisation another name; None when there is none."""
    with unit_of_work() as session:
        row = session.get(Organisation, organisation_id, with_for_update=True)
        if row is not None:
            row.name = name
            audit.record(audit.Event.ORGANISATION_CHANGED, row.id, officer=officer)
        return row


def remove_organisation(organisation_id: str, officer: str) -> bool:
    """Remove an organisation with its memberships and invitations; answers whether there was one."""
    with unit_of_work() as session:
        row = session.get(Organisation, organisation_id, with_for_update=True)
        if row is None:
            return False
        session.execute(delete(Invitation).where(Invitation.organisation_id == row.id))
        for one in session.scalars(select(Membership).where(Membership.organisation_id == row.id)):
            session.delete(one)
        session.flush()
        session.delete(row)
        audit.record(audit.Event.ORGANISATION_REMOVED, row.id, officer=officer)
    return True


def find(raw: str) -> Organisation | None:
    """An organisation by its id, or by its identifier where only one has it."""
    if row := db.session.get(Organisation, raw):
        return row
    rows = list(db.session.scalars(select(Organisation).where(Organisation.identifier == raw).limit(2)))
    return rows[0] if len(rows) == 1 else None


def every(kind: Kind | None = None) -> list[Organisation]:
    """All organisations, or those of a kind, by name."""
    wanted = select(Organisation).order_by(Organisation.name, Organisation.id)
    return list(db.session.scalars(wanted if kind is None else wanted.where(Organisation.kind == kind)))
