"""Wrong one-time codes in a row, for as long as the account lives: after a hundred only recovery helps."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, update

from idp.accounts.models import Account
from idp.extensions import unit_of_work

MOST_WRONG_CODES_IN_A_ROW = 100


class TooMany(Exception):
    """A hundred wrong codes in a row: no code opens this account any more."""


def reserve(account_id: str) -> None:
    """Count a try before it is made, so that tries at the same time cannot overrun the limit. Raises TooMany."""
    with unit_of_work() as session:
        counted = session.execute(
            update(Account)
            .where(Account.id == account_id, Account.wrong_codes < MOST_WRONG_CODES_IN_A_ROW)
            .values(wrong_codes=Account.wrong_codes + 1)
            .execution_options(synchronize_session=False)
        )
        if not cast(CursorResult[Any], counted).rowcount:
            raise TooMany


def give_back(account_id: str) -> None:
    """The try was not made after all: there was no code to try it on."""
    _set(account_id, Account.wrong_codes - 1)


def forget(account_id: str) -> None:
    """The right code was entered: the row of wrong ones is broken."""
    _set(account_id, 0)


def _set(account_id: str, value: Any) -> None:
    with unit_of_work() as session:
        session.execute(
            update(Account).where(Account.id == account_id).values(wrong_codes=value).execution_options(synchronize_session=False)
        )
