"""Two-step sign-in as its owner manages it: what is added and taken away, with who is told of it."""

from __future__ import annotations

from typing import Any

from idp import accounts, clock, factors, outbox, sessions
from idp.extensions import unit_of_work
from idp.factors import levels, removal
from idp.selfservice import telling

MARGIN_SECONDS = 5
GONE = {"authenticator": "authenticator_removed", "passkey": "passkey_removed"}


def add_authenticator(sso: sessions.SsoSession, raw_code: str, name: str, *, end_others: bool) -> tuple[str, ...]:
    """Take the offered authenticator into use; answers the recovery codes that were made for the first factor.

    Raises factors.NotOffered, Refused, TooMany, OnlyRecovery, throttle.Throttled."""
    factors.authenticators.confirm(sso.account_id, raw_code, name)
    return _added(sso, "authenticator_added", levels.AMR_AUTHENTICATOR, end_others=end_others)


def add_passkey(sso: sessions.SsoSession, raw_answer: str, name: str, *, end_others: bool) -> tuple[str, ...]:
    """Take a passkey into use; answers the recovery codes that were made for the first factor. Raises Refused, TooMany."""
    row = factors.passkeys.register(sso.account_id, raw_answer, name)
    return _added(sso, "passkey_added", ("swk" if row.synced else "hwk", "user", "mfa"), end_others=end_others)


def remake_recovery_codes(account: accounts.Account) -> tuple[str, ...]:
    """Ten new codes in place of the old ones."""
    with unit_of_work():
        telling.tell(account, "recovery_codes_made")
        return factors.recovery_codes.make(account.id)


def remove(account: accounts.Account, kind: str, factor_id: str, proof: str) -> None:
    """Take a factor away that the person has just shown: `proof` is its code or its answer.

    Raises factors.NoSuchFactor, factors.Refused, OnlyRecovery, throttle.Throttled."""
    if kind == "authenticator":
        factors.authenticators.verify(account.id, proof, only=factor_id)
        factors.authenticators.remove(account.id, factor_id)
    else:
        factors.passkeys.sign_in(proof, account.id, only=factor_id)
        factors.passkeys.remove(account.id, factor_id)
    _removed(account, kind)


def let_go(account: accounts.Account, kind: str, factor_id: str) -> None:
    """Let a factor go that cannot be shown any more: after the waiting time, unless somebody stops it. Raises factors.NoSuchFactor."""
    with unit_of_work():
        due_at = removal.ask(account.id, kind, factor_id)
        telling.tell(account, "factor_removal_asked", grave=True, due_at=due_at)
        delay = (due_at - clock.now()).total_seconds() + MARGIN_SECONDS
        payload = {"account_id": account.id, "kind": kind, "factor_id": factor_id}
        outbox.put("factor_removal", payload, expires_at=due_at + removal.WAIT, delay=delay)


@outbox.handler("factor_removal")
def finish_removal(payload: dict[str, Any]) -> None:
    """The waiting time is over: delete the factor, unless it was kept, and say so."""
    account = accounts.find(payload["account_id"])
    if account is None or not accounts.may_act(account):
        return
    if removal.finish(account.id, payload["kind"], payload["factor_id"]):
        _removed(account, payload["kind"])


def _added(sso: sessions.SsoSession, template: str, proven: tuple[str, ...], *, end_others: bool) -> tuple[str, ...]:
    codes: tuple[str, ...] = ()
    with unit_of_work():
        account = accounts.find(sso.account_id)
        if account is not None:
            telling.tell(account, template)
        if end_others:
            sessions.end_everywhere(sso.account_id, "factor_added", except_sid=sso.sid)
        sessions.renew(sso.sid, amr=proven, acr=factors.level_of(levels.joined(sso.amr, proven)))
        if not factors.recovery_codes.left(sso.account_id):
            codes = factors.recovery_codes.make(sso.account_id)
    return codes


def _removed(account: accounts.Account, kind: str) -> None:
    with unit_of_work():
        telling.tell(account, GONE[kind], grave=True)
        if not factors.enrolled(account.id):
            factors.recovery_codes.forget(account.id)  # they stood in for a factor that is no more
