"""The storage port for uploads: a folder by default. What lies there is sealed, under a name that tells nothing.

Each file has a key of its own, which lies in the sealed answers of its owner only: erasing the account's data key makes
the files unreadable too, also in the backups of the folder."""

import base64
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.profile.answers import StoredFile

_NAME = re.compile(r"[0-9a-f]{32}")
_NONCE_BYTES = 12


class Missing(LookupError):
    """No such file, or not the one that was put there."""


class Storage(Protocol):
    """Where bytes lie under names of 32 hexadecimal digits."""

    def put(self, name: str, content: bytes) -> None:
        """Store under a new name; all of it or nothing."""

    def get(self, name: str) -> bytes:
        """Read. Raises Missing."""

    def delete(self, name: str) -> None:
        """Forget; it is no fault if it is gone already."""


class FolderStorage:
    """A folder, spread over 256 sub-folders; files are readable by their owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Write beside the place and move there, so that no reader sees half a file."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def get(self, name: str) -> bytes:
        """Read the whole file. Raises Missing."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Missing from None

    def delete(self, name: str) -> None:
        """Remove the file."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise Missing
        return self._folder / name[:2] / name


@lru_cache
def at(url: str) -> Storage:
    """The storage of `IDP_STORAGE_URL`. Raises ValueError for a kind that there is not."""
    scheme, mark, place = url.partition("://")
    if not mark or scheme != "file" or not place:
        raise ValueError("uploads are stored at file://FOLDER")
    return FolderStorage(Path(place).absolute())


def keep(storage: Storage, content: bytes) -> StoredFile:
    """Seal under a fresh key (AES-256-GCM, NIST SP 800-38D), bound to a fresh name, and store."""
    name, key = secrets.token_hex(16), AESGCM.generate_key(256)
    nonce = os.urandom(_NONCE_BYTES)
    storage.put(name, nonce + AESGCM(key).encrypt(nonce, content, name.encode()))
    return StoredFile(name, base64.urlsafe_b64encode(key).decode())


def read(storage: Storage, file: StoredFile) -> bytes:
    """What was kept. Raises Missing."""
    blob = storage.get(file.name)
    try:
        return AESGCM(base64.urlsafe_b64decode(file.key)).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], file.name.encode())
    except (InvalidTag, ValueError):
        raise Missing from None
