"""Sign-ins: begun under a fresh secret, cached for a minute, ended for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, make_response
from flask_login import current_user
from redis.exceptions import ConnectionError as RedisDown
from sqlalchemy import event, text

from idp import accounts, sessions, settings
from idp.extensions import db, redis
from idp.sessions import lifecycle
from idp.sessions.models import StoredSession
from tests.owning import Holder, at_once, holder
from tests.timing import MovedClock

PASSWORD_ACR = "urn:siapkerja:acr:password"


@pytest.fixture
def siti(app: Flask) -> Holder:
    return holder(app, "Siti Aminah")


@pytest.fixture
def ends(app: Flask) -> Iterator[list[tuple[str, str, str]]]:
    """What was told to whoever asked to know of ends."""
    told: list[tuple[str, str, str]] = []

    def hook(sid: str, account_id: str, cause: str) -> None:
        told.append((sid, account_id, cause))

    sessions.on_end(hook)
    yield told
    lifecycle._hooks.remove(hook)


class Visitor:
    """One browser's cookies, and the functions of sessions called as a page of it would."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    def does(self, deed: Any, **environ: Any) -> Any:
        header = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with self.app.test_request_context("/", base_url=settings.current().issuer, headers={"Cookie": header}, **environ):
            result = deed()
            answer = self.app.process_response(make_response(""))
        self.set_cookies = answer.headers.getlist("Set-Cookie")
        for line in self.set_cookies:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            self.cookies[name] = value
            if not value or "Max-Age=0" in line:
                self.cookies.pop(name)
        return result

    def begins(self, whom: Holder, **options: Any) -> sessions.SsoSession:
        begun: sessions.SsoSession = self.does(
            lambda: sessions.begin(whom.account_id, **({"amr": ("pwd",), "acr": PASSWORD_ACR} | options))
        )
        return begun

    @property
    def who(self) -> sessions.SsoSession | None:
        found: sessions.SsoSession | None = self.does(sessions.current)
        return found


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.mark.asvs("V7.2.3", "V7.2.2")
def test_a_sign_in_is_found_again_by_its_cookie_and_nothing_else(visitor: Visitor, siti: Holder) -> None:
    begun = visitor.begins(siti)
    found = visitor.who
    assert found is not None
    assert (found.sid, found.account_id, found.acr, found.amr) == (begun.sid, siti.account_id, PASSWORD_ACR, ("pwd",))
    assert len(visitor.cookies["sso"]) == 43
    assert visitor.cookies["sso"] != begun.sid


@pytest.mark.asvs("V7.2.1")
@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "A" * 5000, "'; --", "\u00e9" * 43])
def test_a_made_up_cookie_opens_nothing(visitor: Visitor, siti: Holder, forged: str) -> None:
    visitor.begins(siti)
    visitor.cookies["sso"] = forged
    assert visitor.who is None


@pytest.mark.asvs("V7.2.3")
def test_the_secret_is_not_stored(visitor: Visitor, siti: Holder, app: Flask) -> None:
    visitor.begins(siti)
    secret = visitor.cookies["sso"]
    with app.app_context():
        stored = repr(db.session.execute(text("SELECT * FROM sso_sessions")).mappings().all())
        cached = repr([(key, redis.get(key)) for key in redis.keys("idp:sso*")])  # type: ignore[union-attr]
    assert secret not in stored + cached


@pytest.mark.asvs("V3.3.2", "V3.3.4")
def test_the_cookie_is_closed_to_scripts_and_other_sites(visitor: Visitor, siti: Holder) -> None:
    visitor.begins(siti)
    line = next(one for one in visitor.set_cookies if one.startswith("sso="))
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "Path=/" in line
    assert "Max-Age" not in line


@pytest.mark.asvs("V3.3.1", "V3.3.3")
def test_over_tls_the_cookie_bears_the_host_prefix(visitor: Visitor, siti: Holder, configured: Any) -> None:
    configured(issuer="https://localhost")
    visitor.begins(siti)
    line = next(one for one in visitor.set_cookies if one.startswith("__Host-sso="))
    assert "Secure" in line
    assert "Domain" not in line


@pytest.mark.asvs("V7.2.4")
def test_signing_in_again_gives_a_new_secret_and_voids_the_old_one(visitor: Visitor, siti: Holder) -> None:
    first = visitor.begins(siti)
    old = visitor.cookies["sso"]
    second = visitor.begins(siti)
    assert visitor.cookies["sso"] != old
    assert second.sid == first.sid
    thief = Visitor(visitor.app)
    thief.cookies["sso"] = old
    assert thief.who is None
    assert visitor.who is not None


@pytest.mark.asvs("V7.2.4")
def test_step_up_gives_a_new_secret_and_adds_the_means(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    first = visitor.begins(siti)
    old = visitor.cookies["sso"]
    clock.shift(100)
    visitor.does(lambda: sessions.renew(first.sid, amr=("otp",), acr="urn:siapkerja:acr:mfa"))
    found = visitor.who
    assert found is not None
    assert (found.sid, found.acr, found.amr) == (first.sid, "urn:siapkerja:acr:mfa", ("pwd", "otp"))
    assert (found.auth_time - first.auth_time).total_seconds() >= 100
    assert found.expires_at == first.expires_at
    assert visitor.cookies["sso"] != old


def test_somebody_elses_sign_in_in_the_same_browser_ends_the_first(visitor: Visitor, siti: Holder, ends: list[Any]) -> None:
    first = visitor.begins(siti)
    budi = holder(visitor.app, "Budi Santoso")
    second = visitor.begins(budi)
    assert second.sid != first.sid
    assert ends == [(first.sid, siti.account_id, "replaced")]


@pytest.mark.asvs("V7.3.1")
def test_a_sign_in_ends_after_half_an_hour_without_use(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.begins(siti)
    clock.shift(29 * 60)
    assert visitor.who is not None
    clock.shift(29 * 60)
    assert visitor.who is not None
    clock.shift(30 * 60)
    assert visitor.who is None


@pytest.mark.asvs("V7.3.2")
def test_a_sign_in_ends_after_twelve_hours_however_much_it_is_used(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.begins(siti)
    for _ in range(12 * 4 - 1):
        clock.shift(15 * 60)
        assert visitor.who is not None
    clock.shift(15 * 60)
    assert visitor.who is None


def test_on_a_shared_device_a_sign_in_is_short(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.begins(siti, shared_device=True)
    clock.shift(9 * 60)
    assert visitor.who is not None
    clock.shift(10 * 60)
    assert visitor.who is None


@pytest.mark.asvs("V7.4.1")
def test_an_ended_sign_in_opens_nothing_even_where_it_was_cached(visitor: Visitor, siti: Holder, ends: list[Any]) -> None:
    begun = visitor.begins(siti)
    assert visitor.who is not None
    kept = dict(visitor.cookies)
    assert visitor.does(lambda: sessions.end(begun.sid, "signed_out"))
    assert "sso" not in visitor.cookies
    visitor.cookies = kept
    assert visitor.who is None
    assert ends == [(begun.sid, siti.account_id, "signed_out")]
    assert not visitor.does(lambda: sessions.end(begun.sid, "signed_out"))


def test_a_request_under_way_cannot_put_an_ended_sign_in_back(visitor: Visitor, siti: Holder) -> None:
    begun = visitor.begins(siti)
    found = visitor.who
    assert found is not None
    token_hash = sessions.lifecycle.secret_cookies.hashed(visitor.cookies["sso"])
    kept = dict(visitor.cookies)
    visitor.does(lambda: sessions.end(begun.sid, "signed_out"))
    with visitor.app.app_context():
        sessions.cache.write(token_hash, found)
    visitor.cookies = kept
    assert visitor.who is None


def test_ending_everywhere_spares_the_one_that_is_named(app: Flask, siti: Holder) -> None:
    visitors = [Visitor(app) for _ in range(3)]
    sids = [visitor.begins(siti).sid for visitor in visitors]
    assert visitors[0].does(lambda: sessions.end_everywhere(siti.account_id, "password_changed", except_sid=sids[0])) == 2
    assert [visitor.who is not None for visitor in visitors] == [True, False, False]


@pytest.mark.asvs("V7.1.2")
def test_a_person_has_at_most_twenty_sign_ins_and_the_oldest_goes(app: Flask, siti: Holder, clock: MovedClock) -> None:
    visitors = [Visitor(app) for _ in range(21)]
    for visitor in visitors:
        clock.shift(1)
        visitor.begins(siti)
    assert visitors[0].who is None
    assert all(visitor.who is not None for visitor in visitors[1:])


@pytest.mark.asvs("V7.4.2")
def test_a_suspended_account_is_signed_in_nowhere(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.begins(siti)
    with visitor.app.app_context():
        accounts.suspend(siti.account_id, "-")
    clock.shift(61)
    assert visitor.who is None


def test_on_the_hot_path_redis_is_asked_once_and_sql_not_at_all(visitor: Visitor, siti: Holder) -> None:
    visitor.begins(siti)
    assert visitor.who is not None
    statements: list[str] = []
    with visitor.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        before = redis.info("stats")["total_commands_processed"]  # type: ignore[index]
    assert visitor.who is not None
    with visitor.app.app_context():
        after = redis.info("stats")["total_commands_processed"]  # type: ignore[index]
    assert statements == []
    assert after - before == 2  # the look-up, and this count itself


def test_before_something_is_given_out_one_statement_says_who_is_here_and_whether_they_may_act(visitor: Visitor, siti: Holder) -> None:
    begun = visitor.begins(siti)
    assert visitor.who is not None  # the cache has it from now on
    statements: list[str] = []
    with visitor.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        before = redis.info("stats")["total_commands_processed"]  # type: ignore[index]
    found = visitor.does(sessions.confirmed)
    with visitor.app.app_context():
        assert redis.info("stats")["total_commands_processed"] - before == 1  # type: ignore[index,operator]
        assert (found.sid, found.may_act, len(statements)) == (begun.sid, True, 1)
        db.session.execute(text("UPDATE accounts SET state = 'suspended' WHERE id = :id"), {"id": siti.account_id})
        db.session.commit()
    assert not visitor.does(sessions.confirmed).may_act


def test_sql_is_asked_again_after_a_minute_and_use_is_noted_then(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    first = visitor.begins(siti)
    clock.shift(61)
    found = visitor.who
    assert found is not None
    assert (found.last_seen_at - first.last_seen_at).total_seconds() >= 61


def test_sign_ins_survive_a_flush_of_redis(visitor: Visitor, siti: Holder) -> None:
    visitor.begins(siti)
    with visitor.app.app_context():
        redis.flushall()
    assert visitor.who is not None


@pytest.mark.asvs("V16.5.2")
def test_sign_ins_survive_without_redis(visitor: Visitor, siti: Holder) -> None:
    visitor.begins(siti)

    class Down:
        def __getattr__(self, name: str) -> Any:
            raise RedisDown

    real = redis._client  # type: ignore[attr-defined]
    redis.connect(Down())  # type: ignore[attr-defined]
    try:
        assert visitor.who is not None
    finally:
        redis.connect(real)  # type: ignore[attr-defined]


def test_flask_login_sees_the_sign_in(visitor: Visitor, siti: Holder) -> None:
    visitor.begins(siti)
    assert visitor.does(lambda: (current_user.is_authenticated, current_user.get_id())) == (True, siti.account_id)
    stranger = Visitor(visitor.app)
    assert not stranger.does(lambda: current_user.is_authenticated)


@pytest.mark.asvs("V1.5.2")
def test_a_crafted_remember_me_cookie_is_nobody(visitor: Visitor, siti: Holder) -> None:
    visitor.cookies["remember_token"] = f"{siti.account_id}|0000"
    assert not visitor.does(lambda: current_user.is_authenticated)


@pytest.mark.asvs("V15.4.2")
def test_a_sign_in_ended_fifty_times_at_once_is_told_of_once(app: Flask, siti: Holder, ends: list[Any]) -> None:
    begun = Visitor(app).begins(siti)
    results = at_once(app, lambda number: sessions.end(begun.sid, "signed_out"))
    assert sorted(results) == [False] * 49 + [True]
    assert len(ends) == 1


def test_a_device_is_known_once_somebody_signed_in_there(visitor: Visitor, siti: Holder) -> None:
    assert visitor.does(sessions.accounts_known_here) == frozenset()
    visitor.does(lambda: sessions.remember(siti.account_id))
    assert "Max-Age=31536000" in next(line for line in visitor.set_cookies if line.startswith("device="))
    assert visitor.does(sessions.accounts_known_here) == {siti.account_id}
    assert Visitor(visitor.app).does(sessions.accounts_known_here) == frozenset()


def test_a_device_is_forgotten_after_a_year(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.does(lambda: sessions.remember(siti.account_id))
    clock.shift(366 * 86_400)
    assert visitor.does(sessions.accounts_known_here) == frozenset()


def test_a_planted_device_cookie_gets_no_trust(visitor: Visitor, siti: Holder) -> None:
    visitor.cookies["device"] = planted = "P" * 43
    visitor.does(lambda: sessions.remember(siti.account_id))
    assert visitor.cookies["device"] != planted


def test_a_family_shares_one_known_device(visitor: Visitor, siti: Holder) -> None:
    budi = holder(visitor.app, "Budi Santoso")
    visitor.does(lambda: sessions.remember(siti.account_id))
    device = visitor.cookies["device"]
    visitor.does(lambda: sessions.remember(budi.account_id))
    assert visitor.cookies["device"] == device
    assert visitor.does(sessions.accounts_known_here) == {siti.account_id, budi.account_id}


def test_a_held_sign_in_belongs_to_one_browser_for_ten_minutes(visitor: Visitor, siti: Holder, clock: MovedClock) -> None:
    visitor.does(lambda: sessions.hold(siti.account_id, amr=("pwd",)))
    found = visitor.does(sessions.held)
    assert (found.account_id, found.amr) == (siti.account_id, ("pwd",))
    assert Visitor(visitor.app).does(sessions.held) is None
    clock.shift(601)
    assert visitor.does(sessions.held) is None


def test_a_row_says_what_services_know_and_what_the_cookie_holds_apart(visitor: Visitor, siti: Holder) -> None:
    begun = visitor.begins(siti)
    with visitor.app.app_context():
        row = db.session.get_one(StoredSession, begun.sid)
    assert row.id != row.token_hash
