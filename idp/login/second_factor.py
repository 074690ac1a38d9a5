"""The step after the password: a code of an app, a recovery code, or a passkey; and a passkey alone, which is both steps.

Whose turn it is stands on the server, under this browser: what a form carries cannot skip or reorder anything."""

from __future__ import annotations

from dataclasses import dataclass

from idp import accounts, factors, notices, sessions, throttle, web
from idp.extensions import unit_of_work
from idp.factors import levels
from idp.login import flow


class NotNow(Exception):
    """Nobody is at this step in this browser."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is: after the password, with what is `proven` so far; or signed in and asked for more by a service (`session`)."""

    account_id: str
    proven: tuple[str, ...] = ()
    shared_device: bool = False
    session: sessions.SsoSession | None = None


def is_wanted(session: sessions.SsoSession | None, destination: web.Destination | None) -> bool:
    """Whether a service asks for more than this sign-in proved, and the person has what it takes: only that is asked for."""
    if session is None or destination is None or destination.fresh or not destination.acr_values:
        return False
    if factors.reaches(session.acr, destination.acr_values):
        return False
    return any(factors.can_reach(session.account_id, acr) for acr in destination.acr_values)


def turn(destination: web.Destination | None) -> Turn:
    """Whose turn it is in this browser. Raises NotNow."""
    held, session = sessions.held(), sessions.current()
    if is_wanted(session, destination) and session is not None:
        return Turn(session.account_id, session=session)
    if held is None or "pwd" not in held.amr or not accounts.may_act(accounts.find(held.account_id)):
        raise NotNow
    return Turn(held.account_id, held.amr, held.shared_device)


def by_code(at: Turn, raw_code: str, attempt: flow.Attempt) -> sessions.SsoSession:
    """A code of an app, or a recovery code. Raises factors.Refused, factors.OnlyRecovery, throttle.Throttled."""
    if factors.is_recovery_code(raw_code):
        proven = factors.spend_recovery_code(at.account_id, raw_code)
        _tell_of_recovery_code(at.account_id)
    else:
        proven = factors.verify_totp(at.account_id, raw_code)
    return _finish(at, proven, attempt)


def by_passkey(at: Turn, raw_answer: str, attempt: flow.Attempt) -> sessions.SsoSession:
    """One of this account's passkeys. Raises factors.Refused."""
    return _finish(at, factors.passkeys.sign_in(raw_answer, at.account_id).amr, attempt)


def sign_in_by_passkey(raw_answer: str, attempt: flow.Attempt) -> sessions.SsoSession:
    """Whoever has the passkey, without a password. Raises factors.Refused, throttle.Throttled."""
    throttle.check("sign_in_failures_per_address", attempt.address)
    try:
        proven = factors.passkeys.sign_in(raw_answer)
    except factors.Refused:
        throttle.hit("sign_in_failures_per_address", attempt.address)
        raise
    if not accounts.may_act(accounts.find(proven.account_id)):
        raise factors.Refused
    sessions.release()
    return flow.let_in(proven.account_id, attempt, amr=proven.amr)


def _finish(at: Turn, proven: tuple[str, ...], attempt: flow.Attempt) -> sessions.SsoSession:
    if not accounts.may_act(accounts.find(at.account_id)):
        raise factors.Refused
    if at.session is not None:
        amr = levels.joined(at.session.amr, proven)
        return sessions.renew(at.session.sid, amr=proven, acr=factors.level_of(amr))
    sessions.release()
    flow.end_row_of_failures(at.account_id, attempt)
    return flow.let_in(at.account_id, attempt, amr=levels.joined(at.proven, proven))


def _tell_of_recovery_code(account_id: str) -> None:
    account = accounts.find(account_id)
    if account is None:
        return
    left = factors.recovery_codes.left(account_id)
    with unit_of_work():
        notices.mail(account.email, "recovery_code_used", account.locale, account_id=account.id, name=account.name.value, left=left)
