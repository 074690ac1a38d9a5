"""Organisations, and in which capacities somebody acts: one account for job seekers, trainees, staff and offices.

officer adds an organisation -> names its first admin -> admins invite, people accept -> roles change, people leave
Owns organisations, memberships, invitations and the capacities that a person chose. An invitation goes to a contact and says
nothing of whether that contact has an account. Knows nothing of pages, clients or tokens."""

from idp.organisations.capacities import Capacity, Nothing, Standing, choose, standing
from idp.organisations.identifiers import Unfit, identifier_of
from idp.organisations.invitations import Gone, accept, decline, invitations_of, invite, unproven_email_invited, waiting, withdraw
from idp.organisations.members import (
    LastAdmin,
    NotAllowed,
    as_admin,
    change_role,
    forget,
    members,
    memberships,
    put_member,
    remove,
)
from idp.organisations.models import CapacityRow, Invitation, Kind, Membership, Organisation, Role
from idp.organisations.registry import TakenAlready, add, every, find, remove_organisation, rename

__all__ = [
    "Capacity",
    "CapacityRow",
    "Gone",
    "Invitation",
    "Kind",
    "LastAdmin",
    "Membership",
    "NotAllowed",
    "Nothing",
    "Organisation",
    "Role",
    "Standing",
    "TakenAlready",
    "Unfit",
    "accept",
    "add",
    "as_admin",
    "change_role",
    "choose",
    "decline",
    "every",
    "find",
    "forget",
    "identifier_of",
    "invitations_of",
    "invite",
    "members",
    "memberships",
    "put_member",
    "remove",
    "remove_organisation",
    "rename",
    "standing",
    "unproven_email_invited",
    "waiting",
    "withdraw",
]
