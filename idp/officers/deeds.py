"""The deeds of an officer. Each is written down under the officer's name, looking included."""

from __future__ import annotations

import re
from contextlib import suppress

from idp import accounts, audit, oidc, petitions, sessions
from idp.extensions import unit_of_work
from idp.selfservice import erasure, telling

ACCOUNT_ID = re.compile(r"[0-9a-f]{32}")


class Unknown(Exception):
    """There is no such account."""


class Ambiguous(Exception):
    """Several unfinished accounts claim this; one has to be named by its id."""


class NotPossible(Exception):
    """The account is not in a state for this; the argument is the state that it is in."""


def find(raw: str, officer: str) -> list[accounts.Account]:
    """Whom a NIK, an e-mail address or a phone number belongs to, and who only claims it; the owner first."""
    found = accounts.claimants(raw)
    with unit_of_work():
        for one in found:
            _viewed(one.id, officer, "find")
        if not found:
            _viewed(None, officer, "find")
    return found


def the_one(raw: str) -> str:
    """The id of the account that is meant: its id, or what `find` takes. Raises Unknown, Ambiguous."""
    if ACCOUNT_ID.fullmatch(raw):
        return raw
    found = accounts.claimants(raw)
    if not found:
        raise Unknown
    if len(found) > 1 and found[0].state == accounts.State.PENDING:
        raise Ambiguous
    return found[0].id


def view(account_id: str, officer: str, what: str) -> accounts.Account:
    """An account, to be looked at; `what` is said in the trail. Raises Unknown."""
    account = _known(account_id)
    with unit_of_work():
        _viewed(account_id, officer, what)
    return account


def sign_out(account_id: str, officer: str, sid: str | None = None) -> int:
    """End a person's sign-ins and void every token, or end one sign-in; answers how many ended. Raises Unknown."""
    _known(account_id)
    with unit_of_work():
        chosen = [one.id for one in sessions.in_force(account_id) if sid in (None, one.id)]
        ended = sum(sessions.end(one, "officer") for one in chosen)
        audit.record(audit.Event.ACCOUNT_SIGNED_OUT, account_id, officer=officer, sessions=ended)
    if sid is None:
        oidc.end_all_access(account_id)
    return ended


def suspend(account_id: str, officer: str, reason: str) -> accounts.Account:
    """Stop an account: it signs in no more, its sign-ins and tokens end, services and owner are told.

    The owner reads the reason as it is written here. Raises Unknown, NotPossible."""
    before = _known(account_id)
    with unit_of_work():
        try:
            account = accounts.suspend(account_id, reason, officer)
        except accounts.NotThere:
            raise NotPossible(before.state) from None
        oidc.tell(oidc.Signal.ACCOUNT_DISABLED, account_id)
        sessions.end_everywhere(account_id, "suspended")
        telling.tell(account, "account_suspended", grave=True, reason=reason)
    oidc.end_all_access(account_id)
    return account


def restore(account_id: str, officer: str, reason: str) -> accounts.Account:
    """Let a suspended account act again; its owner is told. Raises Unknown, NotPossible."""
    before = _known(account_id)
    with unit_of_work():
        try:
            account = accounts.restore(account_id, reason, officer)
        except accounts.NotThere:
            raise NotPossible(before.state) from None
        oidc.tell(oidc.Signal.ACCOUNT_ENABLED, account_id)
        telling.tell(account, "account_restored", grave=True)
    return account


def answer(petition_id: str, officer: str, words: str, *, granted: bool) -> petitions.Petition:
    """Answer what a person asked; a granted appeal restores the account in the same commit. Raises petitions.NoSuchPetition."""
    with unit_of_work():
        petition = petitions.answer(petition_id, officer, words, granted=granted)
        if granted and petition.kind == petitions.Kind.APPEAL:
            with suppress(NotPossible):  # it was restored before the answer
                restore(petition.account_id, officer, words)
        return petition


def erase(account_id: str, officer: str) -> None:
    """Erase at once, without the time of grace, such as for a request on paper. Raises Unknown, NotPossible."""
    account = _known(account_id)
    if account.state == accounts.State.ERASED:
        raise NotPossible(account.state)
    if account.state == accounts.State.PENDING:
        with unit_of_work():
            audit.record(audit.Event.ACCOUNT_ERASED, account_id, officer=officer)
            accounts.discard_pending(account_id)
        return
    erasure.erase_now(account, officer=officer)


def _known(account_id: str) -> accounts.Account:
    account = accounts.find(account_id)
    if account is None:
        raise Unknown
    return account


def _viewed(account_id: str | None, officer: str, what: str) -> None:
    audit.record(audit.Event.ACCOUNT_VIEWED, account_id, officer=officer, what=what)
