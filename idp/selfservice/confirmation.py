"""The fresh proof that a grave change asks for: everything that signing in asks for, within the last five minutes.

Where there is a second factor a password alone is not enough, nor is a session that was begun without it."""

from __future__ import annotations

from datetime import timedelta

from idp import accounts, audit, clock, factors, sessions, throttle
from idp.extensions import unit_of_work
from idp.factors import levels

FRESH = timedelta(minutes=5)


class NotConfirmed(Exception):
    """Password or code are not right; which of them is not said."""


def is_fresh(sso: sessions.SsoSession) -> bool:
    """Whether the person proved everything a short time ago."""
    if clock.now() - sso.auth_time >= FRESH:
        return False
    return factors.reaches(sso.acr, (levels.TWO_FACTORS,)) or not factors.enrolled(sso.account_id)


def by_password(sso: sessions.SsoSession, password: str, raw_code: str) -> None:
    """The password, and a code of an app or a recovery code where there is a second factor.

    Raises NotConfirmed, factors.OnlyRecovery, throttle.Throttled."""
    check_password(sso.account_id, password)
    proven: tuple[str, ...] = levels.AMR_PASSWORD
    if factors.enrolled(sso.account_id):
        proven = levels.joined(proven, by_code(sso.account_id, raw_code))
    _renew(sso, proven)


def by_passkey(sso: sessions.SsoSession, raw_answer: str) -> None:
    """A passkey of this account. Raises NotConfirmed."""
    try:
        proven = factors.passkeys.sign_in(raw_answer, sso.account_id)
    except factors.Refused:
        raise NotConfirmed from None
    _renew(sso, proven.amr)


def check_password(account_id: str, password: str) -> None:
    """Whether this is the password, counted. Raises NotConfirmed, throttle.Throttled."""
    throttle.hit("password_confirmations", account_id)
    account = accounts.find(account_id)
    if account is None or not accounts.passwords.verify(account.password_hash, password, known_device=True):
        with unit_of_work():
            audit.record(audit.Event.SIGN_IN_FAILED, account_id, at="confirmation")
        raise NotConfirmed
    throttle.give_back("password_confirmations", account_id)


def by_code(account_id: str, raw_code: str) -> tuple[str, ...]:
    """A code of an app, or a recovery code: told apart by their length. Raises NotConfirmed, and as the factors do."""
    prove = factors.spend_recovery_code if factors.is_recovery_code(raw_code) else factors.verify_totp
    try:
        return prove(account_id, raw_code)
    except factors.Refused:
        raise NotConfirmed from None


def _renew(sso: sessions.SsoSession, proven: tuple[str, ...]) -> None:
    sessions.renew(sso.sid, amr=proven, acr=factors.level_of(levels.joined(sso.amr, proven)))
