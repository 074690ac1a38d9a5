"""The storage port for uploads: a folder by default, an object store by URL. What lies there is sealed, under a name that tells nothing.

Each file has a key of its own, which lies in the sealed answers of its owner only: erasing the account's data key makes
the files unreadable too, also in the backups of the folder."""

import base64
import os
import re
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.gateways import Unavailable
from idp.profile.answers import StoredFile

# Loaded by its name where it is used: the library that speaks S3 takes a while to start.
_OBJECT_STORE = "idp.gateways.object_store:ObjectStore"
_NAME = re.compile(r"[0-9a-f]{32}")
_NONCE_BYTES = 12


class Missing(LookupError):
    """No such file, or not the one that was put there."""


class NotStored(Exception):
    """The place where files lie cannot be reached, or has no room."""


class Storage(Protocol):
    """Where bytes lie under names of 32 hexadecimal digits."""

    def put(self, name: str, content: bytes) -> None:
        """Store under a new name; all of it or nothing. Raises NotStored."""

    def get(self, name: str) -> bytes:
        """Read. Raises Missing and NotStored."""

    def delete(self, name: str) -> None:
        """Forget; it is no fault if it is gone already. Raises NotStored."""


class FolderStorage:
    """A folder, spread over 256 sub-folders; files are readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write beside the place and move there, so that no reader sees half a file."""
        path = self._path(name)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise NotStored from None

    def get(self, name: str) -> bytes:
        """Read the whole file. Raises Missing."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Missing from None
        except OSError:
            raise NotStored from None

    def delete(self, name: str) -> None:
        """Remove the file."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError:
            raise NotStored from None

    def _path(self, name: str) -> Path:
        return self._folder / _checked(name)[:2] / name


class BucketStorage:
    """A bucket of an object store."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        """Store."""
        try:
            self._store.put(_checked(name), content)
        except Unavailable:
            raise NotStored from None

    def get(self, name: str) -> bytes:
        """Read."""
        try:
            content: bytes | None = self._store.get(_checked(name))
        except Unavailable:
            raise NotStored from None
        if content is None:
            raise Missing
        return content

    def delete(self, name: str) -> None:
        """Remove."""
        try:
            self._store.delete(_checked(name))
        except Unavailable:
            raise NotStored from None


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Missing
    return name


@lru_cache
def at(url: str) -> Storage:
    """The storage of `IDP_STORAGE_URL`. Raises ValueError for a kind that there is not."""
    scheme, mark, place = url.partition("://")
    if scheme == "s3":
        return BucketStorage(resolve_name(_OBJECT_STORE)(url))
    if not mark or scheme != "file" or not place:
        raise ValueError("uploads are stored at file://FOLDER or s3://BUCKET")
    return FolderStorage(Path(place).absolute())


def new_file() -> StoredFile:
    """A fresh name, and a fresh key that will open what is kept under it."""
    return StoredFile(secrets.token_hex(16), base64.urlsafe_b64encode(AESGCM.generate_key(256)).decode())


def keep(storage: Storage, file: StoredFile, content: bytes) -> None:
    """Seal under the file's key (AES-256-GCM, NIST SP 800-38D), bound to its name, and store. Raises NotStored."""
    nonce = os.urandom(_NONCE_BYTES)
    storage.put(file.name, nonce + AESGCM(base64.urlsafe_b64decode(file.key)).encrypt(nonce, content, file.name.encode()))


def read(storage: Storage, file: StoredFile) -> bytes:
    """What was kept. Raises Missing and NotStored."""
    blob = storage.get(file.name)
    try:
        return AESGCM(base64.urlsafe_b64decode(file.key)).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], file.name.encode())
    except (InvalidTag, ValueError):
        raise Missing from None
