"""Factors: what a person can show beside a password, or in its place.

offered -> confirmed -> shown at sign-ins -> removed (by showing it, or after a waiting time)
Owns authenticator apps, passkeys, recovery codes, their limits, and the names of how strong a sign-in is (`acr`, `amr`).
Knows nothing of pages, sessions or notices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from idp.extensions import unit_of_work
from idp.factors import authenticators, levels, passkeys, recovery_codes, removal
from idp.factors.authenticators import NotOffered, Offer, TooMany
from idp.factors.levels import level_of, reaches
from idp.factors.models import Authenticator, NoSuchFactor, Passkey
from idp.factors.passkeys import Proven
from idp.factors.pictures import qr_code
from idp.factors.tries import OnlyRecovery, Refused

__all__ = [
    "Authenticator",
    "Enrolled",
    "NoSuchFactor",
    "NotOffered",
    "Offer",
    "OnlyRecovery",
    "Passkey",
    "Proven",
    "Refused",
    "TooMany",
    "authenticators",
    "can_reach",
    "enrolled",
    "forget",
    "is_recovery_code",
    "level_of",
    "levels",
    "passkeys",
    "qr_code",
    "reaches",
    "recovery_codes",
    "removal",
    "spend_recovery_code",
    "verify_totp",
]


LONGEST_TOTP = 8


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an account has beside its password."""

    authenticators: tuple[Authenticator, ...]
    passkeys: tuple[Passkey, ...]
    recovery_codes: int

    def __bool__(self) -> bool:
        # Recovery codes alone ask for nothing: they stand in for a factor, and there is none.
        return bool(self.authenticators or self.passkeys)


def enrolled(account_id: str) -> Enrolled:
    """What an account has now; false when a password is all there is."""
    return Enrolled(tuple(authenticators.list_of(account_id)), tuple(passkeys.list_of(account_id)), recovery_codes.left(account_id))


def verify_totp(account_id: str, raw_code: str) -> tuple[str, ...]:
    """What a right code of an authenticator app proves; the code is spent. Raises Refused, OnlyRecovery, throttle.Throttled."""
    authenticators.verify(account_id, raw_code)
    return levels.AMR_AUTHENTICATOR


def is_recovery_code(raw_code: str) -> bool:
    """Whether what was typed is longer than any code of an app: then it is meant as a recovery code."""
    return sum(one.isalnum() for one in raw_code[:80]) > LONGEST_TOTP


def spend_recovery_code(account_id: str, raw_code: str) -> tuple[str, ...]:
    """What a right recovery code proves; the code is spent. Raises Refused, OnlyRecovery, throttle.Throttled."""
    recovery_codes.spend(account_id, raw_code)
    return levels.AMR_RECOVERY_CODE


def can_reach(account_id: str, acr: str) -> bool:
    """Whether this person could step up to a level with what the account has now."""
    has = enrolled(account_id)
    best = levels.PASSKEY if has.passkeys else levels.TWO_FACTORS if has.authenticators else levels.PASSWORD
    return reaches(best, (acr,))


def forget(account_id: str) -> None:
    """Take every factor and recovery code of an account out of use; for recovery of everything, and erasure."""
    with unit_of_work() as session:
        for kind in (Authenticator, Passkey):
            session.execute(delete(kind).where(kind.account_id == account_id))
        recovery_codes.forget(account_id)
