"""Re-sealing: after a new master key everything that the ring sealed is sealed anew under it.

The keys of accounts and of the system are re-sealed, not what they seal: a rotation touches one small row a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from idp import sealed, settings
from idp.database import Model
from idp.extensions import db, unit_of_work

BATCH = 500
HEAD_BYTES = 5  # version and number of the key


def add_master_key() -> int:
    """A new master key in the folder of keys; from now on it seals. Answers its number."""
    number = sealed.ring().newest.number + 1
    sealed.add_master_key(settings.current().keys_dir.absolute(), number)
    sealed.forget()
    return number


def seal_anew() -> int:
    """Seal everything under the newest master key; answers how many values. May be stopped and begun again at any time."""
    return _data_keys() + sum(_column(table, attribute) for table, attribute in _sealed_attributes())


def _data_keys() -> int:
    count = 0
    for ids in _outdated(sealed.DataKey, "secret"):
        with unit_of_work() as session:
            for row in _locked(session, sealed.DataKey, ids):
                row.secret = sealed.ring().seal(row.open(), f"data_keys|secret|{row.id}")
                count += 1
    return count


def _column(table: type[Any], attribute: str) -> int:
    count = 0
    for ids in _outdated(table, getattr(table, attribute).column_name):
        with unit_of_work() as session:
            for row in _locked(session, table, ids):
                setattr(row, attribute, getattr(row, attribute))
                count += 1
    return count


def _sealed_attributes() -> Iterator[tuple[type[Any], str]]:
    for mapper in Model.registry.mappers:
        for name, value in vars(mapper.class_).items():
            if isinstance(value, sealed.Sealed):
                yield mapper.class_, name


def _outdated(table: type[Any], column: str) -> Iterator[list[str]]:
    """Ids of the rows whose value another master key sealed, in batches; what a data key sealed has number 0."""
    kept = (sealed.VERSION + bytes(4), sealed.VERSION + sealed.ring().newest.number.to_bytes(4))
    blob = getattr(table, column)
    wanted = select(table.id).where(blob.is_not(None), func.substr(blob, 1, HEAD_BYTES).not_in(kept))
    while ids := list(db.session.scalars(wanted.limit(BATCH))):
        yield ids


def _locked(session: Session, table: type[Any], ids: list[str]) -> list[Any]:
    return list(session.scalars(select(table).where(table.id.in_(ids)).with_for_update()))
