"""The end of an account: its personal data become unreadable for good, everywhere that its data key sealed them.

What stays is a row without a person: that it was, and for a while the keyed fingerprint of the NIK, so that no stranger
registers with it at once (UU 27/2022, article 43; the time is a setting)."""

from __future__ import annotations

from collections.abc import Callable

from idp import audit, clock, sealed
from idp.accounts.models import Account, State
from idp.extensions import unit_of_work

NO_PASSWORD = "erased"
FORGOTTEN = (
    "nik_sealed", "name_sealed", "email_sealed", "phone_sealed", "guardian_sealed", "claimed_nik", "claimed_email", "claimed_phone",
    "bound_email", "bound_phone", "state_reason_sealed",
)  # fmt: skip

_goes_too: list[Callable[[str], None]] = []


def goes_too(deed: Callable[[str], None]) -> Callable[[str], None]:
    """Decorator: called inside the unit of work of every erasure, with the account's id, while its data can still be read."""
    _goes_too.append(deed)
    return deed


def erase(account_id: str, officer: str | None = None) -> bool:
    """Destroy the data key and forget every contact; answers whether there was something to erase."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is None or account.state == State.ERASED:
            return False
        for deed in _goes_too:
            deed(account_id)
        for name in FORGOTTEN:
            setattr(account, name, None)
        account.password_hash, account.state, account.updated_at = NO_PASSWORD, State.ERASED, clock.now()
        session.flush()
        sealed.destroy_data_key(account_id)
        audit.record(audit.Event.ACCOUNT_ERASED, account_id, **({"officer": officer} if officer else {}))
    return True


def release_nik(account_id: str) -> None:
    """The time is over: the NIK of an erased account can be registered again."""
    with unit_of_work() as session:
        account = session.get(Account, account_id, with_for_update=True)
        if account is not None and account.state == State.ERASED:
            account.bound_nik = None
