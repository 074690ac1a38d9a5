"""Who belongs to an organisation, and as what. An organisation that has admins never loses the last one by its own doing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.organisations import telling
from idp.organisations.models import CapacityRow, Membership, Organisation, Role


class NotAllowed(Exception):
    """Whoever asks is not an admin of this organisation, or there is no such organisation or member."""


class LastAdmin(Exception):
    """The organisation would be left without anybody to look after it."""


def memberships(account_id: str) -> list[Membership]:
    """Where somebody belongs, the first first."""
    return list(db.session.scalars(select(Membership).where(Membership.account_id == account_id).order_by(Membership.since)))


def members(organisation_id: str) -> list[Membership]:
    """Everybody who belongs to an organisation, the first first."""
    mine = Membership.organisation_id == organisation_id
    return list(db.session.scalars(select(Membership).where(mine).order_by(Membership.since)))


def as_admin(account_id: str, organisation_id: str) -> Organisation:
    """The organisation, for one of its admins. Raises NotAllowed."""
    row = _of(db.session(), organisation_id, account_id)
    if row is None or row.role != Role.ADMIN:
        raise NotAllowed
    return row.organisation


def put_member(organisation_id: str, account_id: str, role: Role, *, own_wish: bool = False, **facts: Any) -> Membership:
    """Make somebody a member, or give a member this role; `facts` go into the trail. Whoever did not wish it is told. Raises LastAdmin."""
    with unit_of_work() as session:
        _lock(session, organisation_id)
        row = _of(session, organisation_id, account_id)
        if row is not None:
            _set_role(session, row, role, **facts)
            return row
        row = Membership(id=new_id(), organisation_id=organisation_id, account_id=account_id, role=role, since=clock.now())
        session.add(row)
        session.flush()
        audit.record(audit.Event.MEMBER_JOINED, account_id, organisation=organisation_id, role=role, **facts)
        telling.joined(row, told=not own_wish)
        return row


def change_role(organisation_id: str, account_id: str, role: Role, *, by: str) -> None:
    """An admin gives a member another role. Raises NotAllowed, LastAdmin."""
    with unit_of_work() as session:
        _lock(session, organisation_id)
        as_admin(by, organisation_id)
        row = _of(session, organisation_id, account_id)
        if row is None:
            raise NotAllowed
        _set_role(session, row, role)


def remove(organisation_id: str, account_id: str, *, by: str | None = None, **facts: Any) -> None:
    """Somebody leaves (`by` themselves), or an admin or officer (None) takes them out. Raises NotAllowed, LastAdmin."""
    with unit_of_work() as session:
        _lock(session, organisation_id)
        if by not in (None, account_id):
            as_admin(by, organisation_id)
        row = _of(session, organisation_id, account_id)
        if row is None:
            raise NotAllowed
        if by is not None:
            _raise_if_last(session, row)
        telling.left(row, told=by != account_id)
        session.delete(row)
        audit.record(audit.Event.MEMBER_LEFT, account_id, organisation=organisation_id, own_wish=by == account_id, **facts)


def forget(account_id: str) -> None:
    """An account has ended: so have its memberships, whoever is left; inside a unit of work."""
    with unit_of_work() as session:
        for row in memberships(account_id):
            telling.left(row, told=False)
            session.delete(row)
        session.execute(delete(CapacityRow).where(CapacityRow.account_id == account_id))


def _set_role(session: Session, row: Membership, role: Role, **facts: Any) -> None:
    if row.role == role:
        return
    _raise_if_last(session, row)
    row.role = role
    audit.record(audit.Event.MEMBER_ROLE_CHANGED, row.account_id, organisation=row.organisation_id, role=role, **facts)


def _raise_if_last(session: Session, row: Membership) -> None:
    admins = select(func.count()).where(Membership.organisation_id == row.organisation_id, Membership.role == Role.ADMIN)
    if row.role == Role.ADMIN and (session.scalar(admins) or 0) <= 1:
        raise LastAdmin


def _lock(session: Session, organisation_id: str) -> None:
    # Of two admins who leave at once one must see that the other has gone.
    if session.get(Organisation, organisation_id, with_for_update=True) is None:
        raise NotAllowed


def _of(session: Session, organisation_id: str, account_id: str | None) -> Membership | None:
    mine = (Membership.organisation_id == organisation_id, Membership.account_id == account_id)
    return session.scalar(select(Membership).where(*mine).execution_options(populate_existing=True))
