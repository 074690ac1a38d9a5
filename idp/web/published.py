"""Folders that are built once from their sources and then only read, by several processes at once."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

DIGEST_LETTERS = 16


def digest(sources: Mapping[str, bytes]) -> str:
    """A name for these sources: the same bytes under the same names always get the same one."""
    sums = hashlib.sha256()
    for name in sorted(sources):
        sums.update(f"{name}\0{len(sources[name])}\0".encode())
        sums.update(sources[name])
    return sums.hexdigest()[:DIGEST_LETTERS]


def folder(home: Path, sources: Mapping[str, bytes], build: Callable[[Path], None]) -> Path:
    """The folder that `build` makes of these sources; built now unless an earlier start did."""
    made = home / digest(sources)
    if made.is_dir():
        return made
    home.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=home))
    try:
        build(draft)
        draft.chmod(0o755)
        # One process of several wins the rename; the others find the same folder in its place.
        os.rename(draft, made)
    except OSError:
        if not made.is_dir():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made
