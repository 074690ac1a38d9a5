"""Hashing passwords: Argon2id (RFC 9106) with a pepper, at a bounded cost for the whole process.

19 MiB, two passes, one lane. The number of hashes at once is capped, and one processor is left for everything else; a device
that signed in before has one place of its own, so that a crowd of strangers does not keep the owner waiting."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from idp import sealed, settings
from idp.throttle import Throttled

LONGEST_BYTES = 1024
PATIENCE_SECONDS = 2.0
PATIENCE_OF_KNOWN_SECONDS = 5.0
SLEEPERS = 4

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
_kept_place = BoundedSemaphore(1)
_sleeping_places = BoundedSemaphore(SLEEPERS)
_typical_seconds = 0.025


class TooLong(ValueError):
    """More than a kilobyte: refused before anything is hashed."""


def hash_password(password: str) -> str:
    """The hash to store. Raises TooLong, and Throttled when too many are at it already."""
    peppered = _peppered(password)
    with _place(kept=False):
        return _hasher.hash(peppered)


def verify(password_hash: str | None, password: str, *, known_device: bool = False) -> bool:
    """Whether this is the password. Without a hash the same work is done, and the answer is no.

    Raises Throttled when too many are at it already."""
    try:
        peppered = _peppered(password)
    except TooLong:
        return False
    target = password_hash or _nobodys_hash()
    with _place(kept=known_device):
        matches = _matches(target, peppered)
    return matches and password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made at another cost than today's."""
    return _hasher.check_needs_rehash(password_hash)


def pass_time() -> bool:
    """Wait for about as long as a hash takes, without the work: a refusal must not show by being quick.

    Only so many wait at once: in a flood an early refusal is worth more than an even one. Answers whether it waited."""
    if not _sleeping_places.acquire(blocking=False):
        return False
    try:
        time.sleep(_typical_seconds)
    finally:
        _sleeping_places.release()
    return True


def _matches(password_hash: str, peppered: bytes) -> bool:
    global _typical_seconds
    began = time.perf_counter()
    try:
        return _hasher.verify(password_hash, peppered)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _typical_seconds += 0.1 * (time.perf_counter() - began - _typical_seconds)


def _peppered(password: str) -> bytes:
    # Exactly as typed: no trimming, no folding, no normalisation (ASVS V6.2.8).
    plain = password.encode("utf-8", "surrogatepass")
    if len(plain) > LONGEST_BYTES:
        raise TooLong
    return hmac.digest(sealed.pepper(), plain, hashlib.sha256)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_bytes(32))


@contextmanager
def _place(*, kept: bool) -> Iterator[None]:
    place = places = _places(settings.current().workers)
    if not places.acquire(blocking=False):
        if kept:
            place = _kept_place
            _wait_for(place, PATIENCE_OF_KNOWN_SECONDS)
        else:
            _wait_in_line(places)
    try:
        yield
    finally:
        place.release()


def _wait_in_line(places: BoundedSemaphore) -> None:
    line = _line(settings.current().threads)
    if not line.acquire(blocking=False):
        raise Throttled("password_hashes", int(PATIENCE_SECONDS))
    try:
        _wait_for(places, PATIENCE_SECONDS)
    finally:
        line.release()


@lru_cache
def _places(workers: int) -> BoundedSemaphore:
    """Hashing never takes the last processor: in a flood pages go on being answered. Each process has its share of the others."""
    return BoundedSemaphore(max(1, ((os.cpu_count() or 2) - 1) // workers))


@lru_cache
def _line(threads: int) -> BoundedSemaphore:
    """Who waits holds one of the server's threads; half of them stay free, or the owner on a known device would stand behind a crowd."""
    return BoundedSemaphore(max(1, threads // 2))


def _wait_for(place: BoundedSemaphore, seconds: float) -> None:
    if not place.acquire(timeout=seconds):
        raise Throttled("password_hashes", int(PATIENCE_SECONDS))
