"""A sign-in begins, is found again, gets stronger, and ends. SQL is the truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import g, has_request_context
from flask import session as browser_session
from sqlalchemy import bindparam, select, update

from idp import accounts, audit, clock
from idp.database import new_id, read_one
from idp.extensions import after_commit, db, unit_of_work
from idp.sessions import browsers, cache
from idp.sessions.models import SsoSession, StoredSession, lifetime
from idp.web import secret_cookies

COOKIE = "sso"
SEEN_EVERY = timedelta(seconds=60)
MOST_SESSIONS_OF_ONE_PERSON = 20
CONFIRMED = (
    select(StoredSession.__table__, accounts.Account.state)
    .join(accounts.Account, accounts.Account.id == StoredSession.account_id)
    .where(StoredSession.token_hash == bindparam("token_hash"), StoredSession.ended_at.is_(None))
)

Hook = Callable[[str, str, str], None]
_hooks: list[Hook] = []


def on_end(hook: Hook) -> None:
    """Call `hook(sid, account_id, cause)` in the same commit whenever a sign-in is ended."""
    if hook not in _hooks:
        _hooks.append(hook)


def current() -> SsoSession | None:
    """Who is signed in in this browser: one look-up in Redis, and once a minute SQL and `accounts.may_act`."""
    if not has_request_context():
        return None
    if "sso" not in g:
        g.sso = _found(secret_cookies.sent_hash(COOKIE))
    found: SsoSession | None = g.sso
    return found


def confirmed() -> SsoSession | None:
    """Like `current`, but as SQL has it at this moment, and with whether the account may act: one statement answers both.

    For whoever gives something out because of it. That statement has to be asked anyhow, so the cache would spare nothing."""
    token_hash = secret_cookies.sent_hash(COOKIE)
    row = read_one(db.engine, CONFIRMED, token_hash=token_hash) if token_hash else None
    if row is None:
        return None
    if clock.now() - row.last_seen_at >= SEEN_EVERY:
        g.sso = _from_sql(row.token_hash)  # which notes that it was used
        return current()
    return _if_alive(SsoSession.of(row, may_act=accounts.is_in_use(row.state)))


def just_over() -> str | None:
    """Whose sign-in in this browser was over by itself, by idling or by age: it opens nothing, but what this person had typed
    need not be lost. None where somebody is signed in or signed out, and on a shared device."""
    token_hash = secret_cookies.sent_hash(COOKIE)
    if token_hash is None or current() is not None:
        return None
    row = db.session.scalar(select(StoredSession).where(StoredSession.token_hash == token_hash, StoredSession.ended_at.is_(None)))
    if row is None or row.shared_device or not accounts.may_act(accounts.find(row.account_id)):
        return None
    return row.account_id


def begin(account_id: str, *, amr: tuple[str, ...], acr: str, shared_device: bool = False) -> SsoSession:
    """Sign a person in in this browser, under a new secret (ASVS V7.2.4).

    Somebody else's sign-in here is ended. The same person's goes on under its `sid`, which services may hold."""
    before = current()
    with unit_of_work() as session:
        if before and before.account_id != account_id:
            end(before.sid, "replaced")
        row = session.get(StoredSession, before.sid, with_for_update=True) if before and before.account_id == account_id else None
        if row is None or row.ended_at is not None:
            _make_room(account_id)
            row = StoredSession(id=new_id(), account_id=account_id, created_at=clock.now(), token_hash="")
        row.shared_device, row.browser = shared_device, browsers.described()
        row.expires_at = clock.now() + lifetime(shared_device)
        _strengthen(row, amr, acr)
        session.add(row)
        audit.record(audit.Event.SESSION_BEGUN, account_id, sid=row.id, acr=acr, amr=list(amr), shared=shared_device)
    return SsoSession.of(row)


def renew(sid: str, *, amr: tuple[str, ...], acr: str) -> SsoSession:
    """The person proved more (step-up): a new secret and a new time, the same life. Raises LookupError when it is over."""
    with unit_of_work() as session:
        row = session.get(StoredSession, sid, with_for_update=True)
        if row is None or row.ended_at is not None:
            raise LookupError("no such sign-in")
        _strengthen(row, tuple(dict.fromkeys((*row.amr.split(), *amr))), acr)
        audit.record(audit.Event.SESSION_RENEWED, row.account_id, sid=sid, acr=acr, amr=list(amr))
    return SsoSession.of(row)


def end(sid: str, cause: str) -> bool:
    """End one sign-in everywhere it is known; answers whether there was one to end."""
    with unit_of_work() as session:
        row = session.get(StoredSession, sid, with_for_update=True)
        if row is None or row.ended_at is not None:
            return False
        row.ended_at, row.ended_cause = clock.now(), cause
        audit.record(audit.Event.SESSION_ENDED, row.account_id, sid=sid, cause=cause)
        for hook in _hooks:
            hook(sid, row.account_id, cause)
        token_hash, shared = row.token_hash, row.shared_device
        after_commit(lambda: _forget(token_hash, shared=shared))
    return True


def end_everywhere(account_id: str, cause: str, except_sid: str | None = None) -> int:
    """End every sign-in of a person, but for the one named; answers how many there were."""
    with unit_of_work():
        sids = [row.id for row in in_force(account_id) if row.id != except_sid]
        return sum(end(sid, cause) for sid in sids)


def in_force(account_id: str) -> list[StoredSession]:
    """A person's sign-ins that still count, the latest first."""
    wanted = select(StoredSession).where(StoredSession.account_id == account_id, StoredSession.ended_at.is_(None))
    rows = db.session.scalars(wanted.order_by(StoredSession.auth_time.desc()))
    return [row for row in rows if SsoSession.of(row).is_alive()]


def _found(token_hash: str | None) -> SsoSession | None:
    if token_hash is None:
        return None
    try:
        kept = cache.read(token_hash)
    except cache.Ended:
        return None
    if kept is not None:
        return _if_alive(kept)
    return _from_sql(token_hash)


def _from_sql(token_hash: str) -> SsoSession | None:
    row = db.session.scalar(select(StoredSession).where(StoredSession.token_hash == token_hash, StoredSession.ended_at.is_(None)))
    if row is None or not accounts.may_act(accounts.find(row.account_id)):
        return None
    if _if_alive(SsoSession.of(row)) is None:
        return None
    found = SsoSession.of(_seen(row))
    cache.write(token_hash, found)
    return found


def _if_alive(session: SsoSession) -> SsoSession | None:
    """The sign-in, unless it was idle for too long or is too old: then a shared device keeps nothing of it."""
    if session.is_alive():
        return session
    if session.shared_device:
        secret_cookies.take_back(COOKIE)
        secret_cookies.clear_site("cache", "storage")  # the answer may set cookies that the next person needs
    return None


def _seen(row: StoredSession) -> StoredSession:
    now = clock.now()
    if now - row.last_seen_at >= SEEN_EVERY:
        with unit_of_work() as session:
            session.execute(update(StoredSession).where(StoredSession.id == row.id).values(last_seen_at=now))
            session.refresh(row)
    return row


def _strengthen(row: StoredSession, amr: tuple[str, ...], acr: str) -> None:
    before, token = row.token_hash, secret_cookies.new_token()
    row.token_hash = secret_cookies.hashed(token)
    row.amr, row.acr = " ".join(amr), acr
    row.auth_time = row.last_seen_at = clock.now()
    after_commit(lambda: _take_over(row, token, before))


def _take_over(row: StoredSession, token: str, before: str) -> None:
    if before:
        cache.bury(before)
    secret_cookies.hand_out(COOKIE, token)
    if has_request_context():
        g.sso = SsoSession.of(row)
        browser_session.pop("csrf_token", None)  # forms served to whoever was here before are void


def _forget(token_hash: str, *, shared: bool) -> None:
    cache.bury(token_hash)
    if secret_cookies.sent_hash(COOKIE) == token_hash:
        secret_cookies.take_back(COOKIE)
        g.sso = None
        if shared:
            secret_cookies.clear_site("cache", "cookies", "storage")


def _make_room(account_id: str) -> None:
    for row in in_force(account_id)[MOST_SESSIONS_OF_ONE_PERSON - 1 :]:
        end(row.id, "too_many")
