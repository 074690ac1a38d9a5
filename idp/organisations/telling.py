"""Who is told of comings and goings: the other admins of an organisation, and whoever was put in or taken out without asking.

In the commit that makes the change, each in their own language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from idp import accounts, notices
from idp.extensions import db
from idp.organisations.models import Membership, Role


def joined(row: Membership, *, told: bool) -> None:
    """Somebody is a member now; `told`: it was not their own doing, so they hear of it too."""
    is_admin = row.role == Role.ADMIN
    _tell_admins(row, "member_joined", is_admin=is_admin)
    if told:
        _tell_member(row, "membership_begun", is_admin=is_admin)


def left(row: Membership, *, told: bool) -> None:
    """Somebody is no member any more; `told`: it was not their own wish, so they hear of it too."""
    _tell_admins(row, "member_left")
    if told:
        _tell_member(row, "membership_ended")


def _tell_member(row: Membership, template: str, **facts: Any) -> None:
    account = accounts.find(row.account_id)
    if account is not None and accounts.may_act(account):
        _mail(account, template, row, **facts)


def _tell_admins(row: Membership, template: str, **facts: Any) -> None:
    member = accounts.find(row.account_id)
    same = (Membership.organisation_id == row.organisation_id, Membership.account_id != row.account_id)
    admins = db.session.scalars(select(Membership.account_id).where(*same, Membership.role == Role.ADMIN))
    for admin in [accounts.find(one) for one in admins]:
        if member is not None and admin is not None and accounts.may_act(admin):
            _mail(admin, template, row, member=member.name.value, **facts)


def _mail(to: accounts.Account, template: str, row: Membership, **facts: Any) -> None:
    # Sealed under the key of whoever is told; their mail outlives the member's account.
    told = {"name": to.name.value, "organisation": row.organisation.name, **facts}
    notices.mail(to.email, template, to.locale, account_id=to.id, **told)
