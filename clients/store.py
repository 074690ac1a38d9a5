"""A relying party's own memory: local sessions with their tokens, and marks that expire.

One SQLite file a service, readable by its owner only. The browser holds nothing but a random session id; what is stored is its hash,
so that the file alone opens no session.
"""

import hashlib
import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, sub TEXT NOT NULL, sid TEXT, tokens TEXT NOT NULL, claims TEXT NOT NULL,
    checked_at REAL NOT NULL, expires_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_sid ON sessions (sid);
CREATE INDEX IF NOT EXISTS sessions_sub ON sessions (sub);
CREATE TABLE IF NOT EXISTS marks (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires_at REAL NOT NULL);
"""
FOREVER = float("inf")
SESSION_SECONDS = 8 * 3600
# How long a session that the provider has ended stays known, so that a sign-in still under way cannot bring it back.
ENDED_SECONDS = 600


@dataclass(frozen=True, slots=True)
class LocalSession:
    """A citizen signed in here. `checked_at`: when the claims were last asked for (Unix seconds)."""

    id: str
    sub: str
    sid: str | None
    tokens: dict[str, Any]
    claims: dict[str, Any]
    checked_at: float


class Store:
    """The service's SQLite file. Every method is one short transaction."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        # One connection for all threads: closing the last one makes SQLite tidy its log each time, which costs more than the work.
        self._db = sqlite3.connect(file, timeout=5, isolation_level="IMMEDIATE", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._turn = threading.Lock()
        with self._open() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            for statement in SCHEMA.split(";"):
                db.execute(statement)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with self._turn, self._db:
            yield self._db

    def begin(self, sub: str, sid: str | None, tokens: Mapping[str, Any]) -> str | None:
        """Open a session for `sub`; the secret for the cookie, or None where the provider has just ended `sid`."""
        secret, now = secrets.token_urlsafe(32), time.time()
        with self._open() as db:
            db.execute("DELETE FROM sessions WHERE expires_at <= ?", (now,))
            if sid and db.execute("SELECT 1 FROM marks WHERE key = ? AND expires_at > ?", (f"ended:{sid}", now)).fetchone():
                return None
            db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (digest(secret), sub, sid, json.dumps(tokens), "{}", now, now + SESSION_SECONDS),
            )
        return secret

    def find(self, secret: str) -> LocalSession | None:
        """The live session that the cookie's secret opens."""
        return self.find_by_id(digest(secret))

    def find_by_id(self, session_id: str) -> LocalSession | None:
        """The session as it is now: another request may have renewed or ended it meanwhile."""
        with self._open() as db:
            row = db.execute("SELECT * FROM sessions WHERE id = ? AND expires_at > ?", (session_id, time.time())).fetchone()
        if row is None:
            return None
        return LocalSession(row["id"], row["sub"], row["sid"], json.loads(row["tokens"]), json.loads(row["claims"]), row["checked_at"])

    def keep_tokens(self, session_id: str, tokens: Mapping[str, Any]) -> None:
        """Replace the tokens of a session that still lives; an ended one stays ended."""
        with self._open() as db:
            db.execute("UPDATE sessions SET tokens = ? WHERE id = ?", (json.dumps(tokens), session_id))

    def keep_claims(self, session_id: str, claims: Mapping[str, Any] | None) -> None:
        """Replace the claims; None only notes that they were asked for now."""
        with self._open() as db:
            if claims is not None:
                db.execute("UPDATE sessions SET claims = ? WHERE id = ?", (json.dumps(claims), session_id))
            db.execute("UPDATE sessions SET checked_at = ? WHERE id = ?", (time.time(), session_id))

    def end(self, session_id: str) -> None:
        """End one local session."""
        with self._open() as db:
            db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))

    def end_all(self, *, sub: str | None, sid: str | None, once: str | None = None, once_until: float = FOREVER) -> int | None:
        """End the sessions of `sub`, of `sid`, or of both together: OpenID Connect Back-Channel Logout 1.0, 2.7.

        `once` names a token that may do this one time, until `once_until`; None is returned when it already did.
        """
        now = time.time()
        with self._open() as db:
            if once and not _mark(db, f"jti:{once}", "", once_until, now):
                return None
            if sid:
                db.execute("INSERT OR REPLACE INTO marks VALUES (?, '', ?)", (f"ended:{sid}", now + ENDED_SECONDS))
            found = db.execute(
                "DELETE FROM sessions WHERE (:sub IS NOT NULL OR :sid IS NOT NULL)"
                " AND (:sub IS NULL OR sub = :sub) AND (:sid IS NULL OR sid = :sid)",
                {"sub": sub, "sid": sid},
            )
            return found.rowcount

    def secret(self) -> str:
        """A key to sign this service's cookies with, where none was given: made once, kept for the next start."""
        with self._open() as db:
            _mark(db, "secret", secrets.token_urlsafe(48), FOREVER, time.time())
            return str(db.execute("SELECT value FROM marks WHERE key = 'secret'").fetchone()["value"])

    # The three below are the face that Authlib expects of a cache: it keeps state, nonce and code verifier of a sign-in there.

    def get(self, key: str) -> str | None:
        with self._open() as db:
            row = db.execute("SELECT value FROM marks WHERE key = ? AND expires_at > ?", (key, time.time())).fetchone()
        return None if row is None else str(row["value"])

    def set(self, key: str, value: str, expires_in: int) -> None:
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (key, value, time.time() + expires_in))

    def delete(self, key: str) -> None:
        with self._open() as db:
            db.execute("DELETE FROM marks WHERE key = ?", (key,))


def digest(secret: str) -> str:
    """What is stored of a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _mark(db: sqlite3.Connection, key: str, value: str, until: float, now: float) -> bool:
    """Set a mark that must be new; False where it stands already."""
    db.execute("DELETE FROM marks WHERE expires_at <= ?", (now,))
    return db.execute("INSERT OR IGNORE INTO marks VALUES (?, ?, ?)", (key, value, until)).rowcount == 1
