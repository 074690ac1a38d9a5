"""Emptying the stores of an installation between tests; its own keys stay, for RSA keys take their time to make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import exists, select

from idp import oidc, sealed
from idp.database import Model
from idp.extensions import db, redis

SYSTEM_KEYS, SIGNING_KEYS = "data_keys", "signing_keys"


class Emptying:
    """Empties one installation: `emptying()` before each test."""

    def __init__(self, app: Flask, keys_dir: Path) -> None:
        self._app = app
        self._keys_dir = keys_dir
        self._tables = {table.name: table for table in reversed(Model.metadata.sorted_tables)}
        with app.app_context():
            oidc.keys.ensure()
            self._signing_keys = self._rows_of_signing_keys()
        self._masters = self._master_keys()

    def __call__(self) -> None:
        sealed.forget()
        with self._app.app_context():
            redis.flushall()
            used = self._used()
            for name, table in self._tables.items():
                if name in used - {SYSTEM_KEYS, SIGNING_KEYS}:
                    db.session.execute(table.delete())
            self._put_keys_back()
            db.session.commit()
            found = self._app.extensions["oidc"]
            found.clients.forget()
            found.keys.forget()

    def _used(self) -> set[str]:
        """The tables with rows in them, by one question."""
        asked = [exists(select(1).select_from(table)).label(name) for name, table in self._tables.items()]
        return {name for name, used in db.session.execute(select(*asked)).one()._mapping.items() if used}

    def _put_keys_back(self) -> None:
        """As they were; where a test has changed the master keys, everything is made anew."""
        data_keys, signing_keys = self._tables[SYSTEM_KEYS], self._tables[SIGNING_KEYS]
        if self._master_keys() != self._masters:
            self._masters = self._master_keys()
            db.session.execute(data_keys.delete())
            db.session.execute(signing_keys.delete())
            db.session.commit()
            oidc.keys.ensure()
            self._signing_keys = self._rows_of_signing_keys()
            return
        db.session.execute(data_keys.delete().where(data_keys.c.id.not_like("system:%")))
        if self._rows_of_signing_keys() != self._signing_keys:
            db.session.execute(signing_keys.delete())
            db.session.execute(signing_keys.insert(), self._signing_keys)

    def _rows_of_signing_keys(self) -> list[dict[str, Any]]:
        table = self._tables[SIGNING_KEYS]
        return [dict(row._mapping) for row in db.session.execute(select(table).order_by(table.c.id))]

    def _master_keys(self) -> set[str]:
        return {one.name for one in self._keys_dir.glob("master-*")}
