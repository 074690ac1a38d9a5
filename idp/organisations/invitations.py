"""Invitations: an admin names a contact, whoever proved that contact accepts or declines.

The same is said, stored and sent whether or not the contact has an account."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, or_, select

from idp import accounts, audit, clock, notices, retention, sms_budget, throttle
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.organisations.members import as_admin, memberships, put_member
from idp.organisations.models import Invitation, Organisation, Role

LIFE = timedelta(days=14)


class Gone(Exception):
    """There is no such invitation for this person, or it has expired."""


def invite(organisation_id: str, contact: EmailAddress | PhoneNumber, role: Role, *, by: str, locale: str) -> None:
    """Invite whoever has this contact; the later of two invitations counts.

    Raises members.NotAllowed, throttle.Throttled, sms_budget.NotReachable."""
    organisation = as_admin(by, organisation_id)
    key = accounts.contact_fingerprint(contact)
    throttle.hit("invitations_per_organisation", organisation_id)
    throttle.hit("invitations_per_contact", key)
    if isinstance(contact, PhoneNumber):
        sms_budget.allow(contact, address=f"organisation {organisation_id}", registration=None, proofed=True)
    with unit_of_work() as session:
        as_admin(by, organisation_id)
        session.execute(delete(Invitation).where(Invitation.organisation_id == organisation_id, Invitation.contact_key == key))
        now = clock.now()
        row = Invitation(
            id=new_id(), organisation_id=organisation_id, contact_key=key, masked=contact.masked, role=role,
            created_at=now, expires_at=now + LIFE,
        )  # fmt: skip
        session.add(row)
        audit.record(audit.Event.MEMBER_INVITED, by, organisation=organisation_id, invitation=row.id, role=role)
        _tell(organisation, contact, locale)


def waiting(account: accounts.Account) -> list[Invitation]:
    """The invitations to contacts that this person has proven, the latest first."""
    keys = [account.bound_phone] + ([account.bound_email] if account.email_verified_at else [])
    return _in_force(*(key for key in keys if key))


def unproven_email_invited(account: accounts.Account) -> bool:
    """Whether an invitation waits for the person to prove the e-mail address first."""
    return account.email_verified_at is None and bool(account.bound_email) and bool(_in_force(account.bound_email or ""))


def invitations_of(organisation_id: str) -> list[Invitation]:
    """What an organisation waits for, the latest first; for its admins, who see the contacts masked."""
    mine = (Invitation.organisation_id == organisation_id, Invitation.expires_at > clock.now())
    return list(db.session.scalars(select(Invitation).where(*mine).order_by(Invitation.created_at.desc())))


def accept(account: accounts.Account, invitation_id: str) -> Organisation:
    """The person joins. Raises Gone."""
    organisation_id, role = _answered(account, invitation_id)
    with unit_of_work() as session:
        if not _spend(invitation_id):
            raise Gone
        is_admin = any(one.organisation_id == organisation_id and one.role == Role.ADMIN for one in memberships(account.id))
        put_member(organisation_id, account.id, Role.ADMIN if is_admin else role, own_wish=True, invitation=invitation_id)
        return session.get_one(Organisation, organisation_id)


def decline(account: accounts.Account, invitation_id: str) -> None:
    """The person does not join; the organisation is not told who it was. Raises Gone."""
    _answered(account, invitation_id)
    with unit_of_work():
        _spend(invitation_id)


def withdraw(organisation_id: str, invitation_id: str, *, by: str) -> None:
    """An admin takes an invitation back. Raises members.NotAllowed."""
    with unit_of_work() as session:
        as_admin(by, organisation_id)
        mine = (Invitation.id == invitation_id, Invitation.organisation_id == organisation_id)
        session.execute(delete(Invitation).where(*mine))


@retention.job("invitations", "until they expire, 14 days after they were sent")
def clean_up() -> int:
    """Invitations that nobody answered."""
    return retention.remove(Invitation, Invitation.expires_at < clock.now())


def _answered(account: accounts.Account, invitation_id: str) -> tuple[str, Role]:
    # Values and not the row: another tab may have answered it when the unit of work reads it anew.
    row = next((one for one in waiting(account) if one.id == invitation_id), None)
    if row is None:
        raise Gone
    return row.organisation_id, Role(row.role)


def _spend(invitation_id: str) -> bool:
    """Of many at once one answers it."""
    return retention.remove(Invitation, Invitation.id == invitation_id, Invitation.expires_at > clock.now()) == 1


def _in_force(*keys: str) -> list[Invitation]:
    mine = (or_(*(Invitation.contact_key == key for key in keys)), Invitation.expires_at > clock.now())
    return list(db.session.scalars(select(Invitation).where(*mine).order_by(Invitation.created_at.desc()))) if keys else []


def _tell(organisation: Organisation, contact: EmailAddress | PhoneNumber, locale: str) -> None:
    until = clock.now() + LIFE
    if isinstance(contact, EmailAddress):
        notices.mail(contact, "organisation_invitation", locale, organisation=organisation.name, until=until, expires_at=until)
    else:
        notices.sms(contact, "organisation_invitation", locale, expires_at=until)
