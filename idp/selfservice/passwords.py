"""Another password: by the present one; every other sign-in ends, and the owner is told."""

from __future__ import annotations

from idp import accounts, audit, sessions
from idp.extensions import unit_of_work
from idp.selfservice import confirmation, telling


def change(sso: sessions.SsoSession, present: str, wanted: str) -> None:
    """Change the password. Raises confirmation.NotConfirmed, throttle.Throttled.

    `wanted` has been judged by accounts.password_faults."""
    confirmation.check_password(sso.account_id, present)
    hashed = accounts.passwords.hash_password(wanted)
    with unit_of_work():
        account = accounts.find(sso.account_id)
        if account is None or not accounts.may_act(account):
            raise confirmation.NotConfirmed
        accounts.set_password_hash(account.id, hashed)
        sessions.end_everywhere(account.id, "password_changed", except_sid=sso.sid)
        sessions.renew(sso.sid, amr=("pwd",), acr=sso.acr)
        audit.record(audit.Event.PASSWORD_CHANGED, account.id)
        telling.tell(account, "password_changed", grave=True)
