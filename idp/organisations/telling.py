"""Who is told of comings and goings: the other admins of an organisation, and whoever was taken out of it.

In the commit that makes the change, each in their own language."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from idp import accounts, notices
from idp.extensions import db
from idp.organisations.models import Membership, Role


def joined(row: Membership) -> None:
    """Somebody is a member now."""
    _tell_admins(row, "member_joined", is_admin=row.role == Role.ADMIN)


def left(row: Membership, *, told: bool) -> None:
    """Somebody is no member any more; `told`: it was not their own wish, so they hear of it too."""
    _tell_admins(row, "member_left")
    account = accounts.find(row.account_id)
    if told and accounts.may_act(account) and account is not None:
        _mail(account, "membership_ended", row)


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
