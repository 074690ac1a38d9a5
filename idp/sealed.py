"""Sealed columns: AES-256-GCM under keys that are themselves sealed, and keyed fingerprints for look-ups.

master keys (files in keys/) seal → system keys (fingerprints, pepper, cookies) and one data key per account
data key of an account seals → that account's personal data; destroying it makes them unreadable for good
ring (newest master key) seals → what belongs to no account

A sealed value is bound to table, column and row: moved elsewhere it does not open."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import partial
from json import dumps, loads
from pathlib import Path
from typing import Any, overload

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session

from idp import settings
from idp.database import Model, new_id
from idp.database import column as database_column
from idp.extensions import db, unit_of_work

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """A sealed value that does not open: another key, another place, a changed byte, or a key that was destroyed."""


class Key:
    """One AES-256 key with the number that its sealed values bear."""

    def __init__(self, number: int, secret: bytes) -> None:
        self.number = number
        self._cipher = AESGCM(secret)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Version, key number, nonce, then ciphertext and tag (NIST SP 800-38D)."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + self.number.to_bytes(4) + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, blob: bytes, context: str) -> bytes:
        """The plain bytes. Raises Unreadable."""
        try:
            return self._cipher.decrypt(blob[5 : 5 + NONCE_BYTES], blob[5 + NONCE_BYTES :], context.encode())
        except (InvalidTag, ValueError) as fault:
            raise Unreadable from fault


class Ring:
    """The master keys of one folder; the newest seals, every one opens."""

    def __init__(self, keys: Mapping[int, Key], folder: Path | None = None) -> None:
        self._keys, self._folder = dict(keys), folder
        self.newest = self._keys[max(self._keys)]

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal under the newest key."""
        return self.newest.seal(plain, context)

    def open(self, blob: bytes, context: str) -> bytes:
        """Open with the key that the value names. Raises Unreadable."""
        number = int.from_bytes(blob[1:5])
        if blob[:1] != VERSION or (number not in self._keys and not self._reads_anew(number)):
            raise Unreadable
        return self._keys[number].open(blob, context)

    def _reads_anew(self, number: int) -> bool:
        """A master key that was added while this process runs: another process seals with it already."""
        if self._folder is None or not _path(self._folder, number).exists():
            return False
        self._keys = _read_keys(self._folder)
        self.newest = self._keys[max(self._keys)]
        return True


def _read_ring(folder: Path) -> Ring:
    """Read every master key of the folder; make the first one when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("master-*.key")):
        add_master_key(folder, 1)
    return Ring(_read_keys(folder), folder)


def _read_keys(folder: Path) -> dict[int, Key]:
    keys = {int(path.stem.removeprefix("master-")): path for path in folder.glob("master-*.key")}
    return {n: Key(n, base64.urlsafe_b64decode(path.read_bytes())) for n, path in keys.items()}


def _path(folder: Path, number: int) -> Path:
    return folder / f"master-{number:04d}.key"


def add_master_key(folder: Path, number: int) -> Path:
    """Write a new master key, readable by its owner only. Of several writers at once one wins and all go on."""
    path = _path(folder, number)
    draft = folder / f".{path.name}.{os.getpid()}.{new_id()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(os.urandom(KEY_BYTES)))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path


_rings: dict[Path, Ring] = {}


def ring() -> Ring:
    """The ring of master keys of this process."""
    folder = settings.current().keys_dir.absolute()
    if folder not in _rings:
        _rings[folder] = _read_ring(folder)
    return _rings[folder]


def forget() -> None:
    """Read keys anew at the next use; for rotation and tests."""
    _rings.clear()
    _system_keys.clear()


class DataKey(Model):
    """A key that seals data: one per account under the account's id, and the system's under `system:<purpose>`."""

    __tablename__ = "data_keys"
    id: Mapped[str] = database_column(String(48), personal=False, primary_key=True)
    secret: Mapped[bytes] = database_column(LargeBinary, personal=False)

    def open(self) -> bytes:
        """The key's bytes. Raises Unreadable."""
        return ring().open(self.secret, f"data_keys|secret|{self.id}")


def new_data_key(holder: str) -> None:
    """Make the key of a new holder, inside a unit of work."""
    secret = os.urandom(KEY_BYTES)
    db.session.add(DataKey(id=holder, secret=ring().seal(secret, f"data_keys|secret|{holder}")))
    _opened()[holder] = Key(0, secret)


def destroy_data_key(holder: str) -> None:
    """Destroy a holder's key, inside a unit of work: what it sealed is unreadable from then on."""
    _opened().pop(holder, None)
    if row := db.session.get(DataKey, holder):
        db.session.delete(row)
        db.session.flush()


def _data_key(holder: str) -> Key:
    opened = _opened()
    if holder not in opened:
        row = db.session.get(DataKey, holder)
        if row is None:
            raise Unreadable
        opened[holder] = Key(0, row.open())
    return opened[holder]


def _opened() -> dict[str, Key]:
    """The data keys that this session has opened: a row with ten sealed columns asks for its key once."""
    keys: dict[str, Key] = db.session().info.setdefault("data_keys", {})
    return keys


@event.listens_for(db.session, "after_rollback")
def _forget_opened(session: Session) -> None:
    # Also runs when a unit of work begins. A key that was rolled back never existed.
    session.info.pop("data_keys", None)


_system_keys: dict[str, bytes] = {}


def system_key(purpose: str) -> bytes:
    """The system's own secret for a purpose: 32 bytes, made at first use, the same for every process."""
    name = f"{settings.current().database_url}|{purpose}"
    if name not in _system_keys:
        _system_keys[name] = _find_or_make(f"system:{purpose}")
    return _system_keys[name]


def _find_or_make(holder: str) -> bytes:
    row = db.session.scalar(select(DataKey).where(DataKey.id == holder))
    if row is None:
        with unit_of_work() as session:
            try:
                with session.begin_nested():  # undone alone: the caller may have written other things already
                    new_data_key(holder)
            except IntegrityError:
                _opened().pop(holder, None)  # another was faster; its key is the one
            row = session.get_one(DataKey, holder)
    return row.open()


def fingerprint(purpose: str, value: str) -> str:
    """A keyed fingerprint for look-ups: HMAC-SHA-256, 43 characters of base64url, separate for each purpose."""
    digest = hmac.digest(system_key("fingerprint"), f"{purpose}\x00{value}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def pepper() -> bytes:
    """What is mixed into every password before it is hashed; not in the database in clear."""
    return system_key("pepper")


def seal(plain: bytes, context: str) -> bytes:
    """Seal something that is in no column, such as a cache entry; the context must be said again to open it."""
    return Key(0, system_key("cache")).seal(plain, context)


def open(blob: bytes, context: str) -> bytes:
    """Open what `seal` sealed. Raises Unreadable."""
    return Key(0, system_key("cache")).open(blob, context)


class Row:
    """Mixin for tables with sealed columns: the row knows its id before anything is sealed for it."""

    id: Any

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or new_id()
        for name, value in sorted(values.items(), key=lambda item: isinstance(getattr(type(self), item[0], None), Sealed)):
            setattr(self, name, value)

    @property
    def sealing_holder(self) -> str | None:
        """Whose data key seals this row; None means the ring's own."""
        return None


def column(**options: Any) -> Mapped[Any]:
    """The column that holds a sealed value."""
    options.setdefault("nullable", True)
    return database_column(LargeBinary, personal=True, **options)


class Sealed:
    """An attribute whose value lies sealed in the named column."""

    def __init__(self, column_name: str, *, as_json: bool) -> None:
        self.column_name = column_name
        self._as_json = as_json

    @overload
    def __get__(self, row: None, owner: type) -> Sealed: ...
    @overload
    def __get__(self, row: Row, owner: type) -> Any: ...
    def __get__(self, row: Row | None, owner: type) -> Any:
        if row is None:
            return self
        blob = getattr(row, self.column_name)
        if blob is None:
            return None
        plain = _key_of(row).open(blob, self._context(row)).decode()
        return loads(plain) if self._as_json else plain

    def __set__(self, row: Row, value: Any) -> None:
        if value is None:
            setattr(row, self.column_name, None)
            return
        plain = dumps(value, ensure_ascii=False) if self._as_json else value
        setattr(row, self.column_name, _key_of(row).seal(plain.encode(), self._context(row)))

    def _context(self, row: Row) -> str:
        return f"{getattr(row, '__tablename__', '')}|{self.column_name}|{row.id}"


def _key_of(row: Row) -> Key | Ring:
    holder = row.sealing_holder
    return ring() if holder is None else _data_key(holder)


text = partial(Sealed, as_json=False)
json = partial(Sealed, as_json=True)
