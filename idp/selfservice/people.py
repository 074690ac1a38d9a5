"""Whose pages these are: the account that is signed in here."""

from __future__ import annotations

from idp import accounts, sessions


class NobodyHere(Exception):
    """Nobody is signed in (any more)."""


def here() -> sessions.SsoSession:
    """The sign-in of this browser. Raises NobodyHere."""
    found = sessions.current()
    if found is None:
        raise NobodyHere
    return found


def me() -> accounts.Account:
    """The account that is signed in in this browser. Raises NobodyHere."""
    account = accounts.find(here().account_id)
    if account is None or not accounts.may_act(account):
        raise NobodyHere
    return account
