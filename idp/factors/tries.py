"""Wrong tries of second factors: five in five minutes, twenty a day, a hundred in a row ever; one counter for every path."""

from __future__ import annotations

from idp import accounts, audit, throttle
from idp.extensions import unit_of_work


class OnlyRecovery(Exception):
    """A hundred wrong tries in a row: nothing but recovery opens this account any more."""


class Refused(Exception):
    """The factor does not prove what it should. The reason is for the trail, never for the person."""


def begin(account_id: str) -> None:
    """Count a try before it is made. Raises throttle.Throttled, OnlyRecovery."""
    throttle.hit("factor_tries", account_id)
    try:
        accounts.code_tries.reserve(account_id)
    except accounts.code_tries.TooMany:
        raise OnlyRecovery from None


def succeeded(account_id: str) -> None:
    """The try was right: the row of wrong ones is broken, and it does not count."""
    throttle.give_back("factor_tries", account_id)
    accounts.code_tries.forget(account_id)


def wrong(account_id: str, kind: str, *, replayed: bool = False) -> Refused:
    """Write a wrong try down; answers what to raise."""
    with unit_of_work():
        event = audit.Event.FACTOR_REPLAYED if replayed else audit.Event.FACTOR_REFUSED
        audit.record(event, account_id, kind=kind)
    return Refused()
