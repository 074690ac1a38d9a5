"""Recovery codes: ten to print, 120 random bits each, kept as keyed hashes, each good for once."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update

from idp import audit, clock, sealed
from idp.extensions import db, unit_of_work
from idp.factors import tries
from idp.factors.models import RecoveryCode

HOW_MANY = 10
# Without I, L, O and U: nothing that is misread or misspelt (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 24
GROUP = 4
_MISREAD = str.maketrans("ILO", "110")


def make(account_id: str) -> tuple[str, ...]:
    """Ten new codes, to be shown this once; all earlier ones are void."""
    codes = tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY))
    now = clock.now()
    with unit_of_work() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
        session.add_all(RecoveryCode(code_hash=_hash(account_id, code), account_id=account_id, made_at=now) for code in codes)
        audit.record(audit.Event.RECOVERY_CODES_MADE, account_id)
    return tuple("-".join(re.findall(f".{{{GROUP}}}", code)) for code in codes)


def left(account_id: str) -> int:
    """How many are still good."""
    mine = (RecoveryCode.account_id == account_id, RecoveryCode.spent_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0


def spend(account_id: str, raw_code: str) -> int:
    """Use one up; answers how many are left. Of many who try the same at once one wins.

    Raises Refused, and as `tries.begin`."""
    tries.begin(account_id)
    with unit_of_work() as session:
        code_hash = _hash(account_id, _plain(raw_code))
        unspent = (RecoveryCode.code_hash == code_hash, RecoveryCode.account_id == account_id, RecoveryCode.spent_at.is_(None))
        statement = update(RecoveryCode).where(*unspent).values(spent_at=clock.now()).execution_options(synchronize_session=False)
        won = cast(CursorResult[Any], session.execute(statement)).rowcount == 1
        if won:
            audit.record(audit.Event.RECOVERY_CODE_SPENT, account_id, left=left(account_id))
    if not won:
        raise tries.wrong(account_id, "recovery_code")
    tries.succeeded(account_id)
    return left(account_id)


def forget(account_id: str) -> None:
    """All codes of an account are void; inside a unit of work or of its own."""
    with unit_of_work() as session:
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _plain(raw_code: str) -> str:
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", raw_code[:80]).upper()).translate(_MISREAD)


def _hash(account_id: str, code: str) -> str:
    return sealed.fingerprint("recovery code", f"{account_id}\x00{code}")
