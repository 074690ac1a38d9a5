"""The provider's signing keys: one current and one next for each algorithm, and the retired ones that verify still.

The next key is published long before it signs, so that no relying party meets a key that it could not have known."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey, import_key
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import audit, clock
from idp.extensions import after_commit, db, unit_of_work
from idp.oidc import algorithms, provider
from idp.oidc.models import SigningKey

NEXT, CURRENT = "next", "current"
# Whoever fetched our keys before the rotation verifies tokens for so long with what it has.
PUBLISHED_AFTER_RETIREMENT = timedelta(days=1)


class UnknownKey(Exception):
    """There is no key of that kid."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys as one process knows them."""

    current: dict[str, Key] = field(repr=False)  # by algorithm
    published: tuple[dict[str, Any], ...]  # public JWKs
    ours: KeySet  # every key that ever signed and was not withdrawn: for hints that come back


def signing_key(alg: str) -> Key:
    """The key that signs with an algorithm now."""
    return ring().current[alg]


def published() -> dict[str, Any]:
    """The public key set (RFC 7517 5)."""
    return {"keys": list(ring().published)}


def verification_keys() -> KeySet:
    """The public keys of everything that we signed and still stand by."""
    return ring().ours


def ring() -> Ring:
    """The keys, read anew every second; made at first use."""
    found = provider.current().keys.get("ring", _load)
    assert found is not None
    return found  # type: ignore[no-any-return]


def _load() -> Ring:
    rows = _rows(db.session())
    if {row.alg for row in rows if row.slot == CURRENT} != set(algorithms.SIGNING):
        ensure()
        rows = _rows(db.session())
    living = [row for row in rows if row.withdrawn_at is None]
    parsed = _parsed(living)
    cutoff = clock.now() - PUBLISHED_AFTER_RETIREMENT
    return Ring(
        current={row.alg: parsed[row.id] for row in living if row.slot == CURRENT},
        published=tuple(row.public for row in living if row.retired_at is None or row.retired_at > cutoff),
        ours=KeySet([parsed[row.id] for row in living]),
    )


def _parsed(rows: list[SigningKey]) -> dict[str, Key]:
    """The keys of these rows by id, without parsing again what is known: an RSA key takes 40 ms to be checked."""
    known = provider.current().parsed_keys
    fresh = {row.id: known.get(row.id) or import_key(row.private) for row in rows}
    provider.current().parsed_keys = fresh
    return fresh


def _rows(session: Session) -> list[SigningKey]:
    query = select(SigningKey).order_by(SigningKey.created_at, SigningKey.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def every() -> list[SigningKey]:
    """All keys, oldest first."""
    return _rows(db.session())


def ensure() -> None:
    """Make what is missing: a current and a next key for each algorithm. Of several processes at once one wins."""
    # RSA keys take a while: they are made before the transaction, and thrown away if another was faster.
    there = {(row.alg, row.slot) for row in every()}
    fresh = [_generate(alg, slot) for alg in algorithms.SIGNING for slot in (CURRENT, NEXT) if (alg, slot) not in there]
    for row in fresh:
        try:
            with unit_of_work() as session:
                session.add(row)
        except IntegrityError:
            db.session.rollback()
    provider.current().keys.forget()


def rotate(algs: tuple[str, ...] = algorithms.SIGNING) -> None:
    """The next key becomes current, the current one retires, a new next one is made; for each algorithm."""
    ensure()
    fresh = {alg: _generate(alg, NEXT) for alg in algs}
    with unit_of_work() as session:
        for alg in algs:
            _shift(session, alg)
            session.add(fresh[alg])
        audit.record(audit.Event.KEYS_ROTATED, None, algorithms=list(algs))
        after_commit(provider.current().keys.forget)


def retire(kid: str) -> None:
    """Withdraw a key at once, for when it may be known to others: what it signed verifies no longer.

    Raises UnknownKey."""
    row = db.session.get(SigningKey, kid)
    if row is None:
        raise UnknownKey(kid)
    while row.slot is not None:  # a next one becomes current first
        rotate((row.alg,))
    with unit_of_work() as session:
        session.get_one(SigningKey, kid).withdrawn_at = clock.now()
        audit.record(audit.Event.KEY_RETIRED, None, kid=kid)
        after_commit(provider.current().keys.forget)


def state(row: SigningKey) -> str:
    """next, current, retired or withdrawn."""
    return "withdrawn" if row.withdrawn_at else row.slot or "retired"


def _shift(session: Session, alg: str) -> None:
    query = select(SigningKey).where(SigningKey.alg == alg, SigningKey.slot.is_not(None)).with_for_update()
    by_slot = {row.slot: row for row in session.scalars(query)}
    now = clock.now()
    by_slot[CURRENT].slot, by_slot[CURRENT].retired_at = None, now
    session.flush()  # the unique slot must be free before another takes it
    by_slot[NEXT].slot, by_slot[NEXT].current_since = CURRENT, now
    session.flush()


def _generate(alg: str, slot: str) -> SigningKey:
    key = _new_key(alg)
    kid = key.thumbprint()
    now: datetime = clock.now()
    extra = {"kid": kid, "use": "sig", "alg": alg}
    return SigningKey(
        id=kid,
        alg=alg,
        slot=slot,
        public={**key.as_dict(private=False), **extra},
        private={**key.as_dict(private=True), **extra},
        created_at=now,
        current_since=now if slot == CURRENT else None,
    )


def _new_key(alg: str) -> Key:
    if alg == "ES256":
        return ECKey.generate_key("P-256", private=True)
    if alg == "EdDSA":
        return OKPKey.generate_key("Ed25519", private=True)
    return RSAKey.generate_key(2048, private=True)
