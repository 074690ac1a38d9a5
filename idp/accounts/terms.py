"""Which version of the terms a person agreed to, and when."""

from __future__ import annotations

from idp import audit, clock
from idp.accounts import lookup
from idp.accounts.models import TERMS_VERSION, Account
from idp.extensions import unit_of_work


def is_outdated(account_id: str) -> bool:
    """Whether the person agreed to an earlier version than the one in force."""
    account = lookup.find(account_id)
    return account is not None and account.terms_version != TERMS_VERSION


def accept_terms(account_id: str) -> None:
    """The person agrees to the version in force."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None and account.terms_version != TERMS_VERSION:
            account.terms_version, account.terms_accepted_at = TERMS_VERSION, clock.now()
            audit.record(audit.Event.TERMS_ACCEPTED, account_id, version=TERMS_VERSION)
