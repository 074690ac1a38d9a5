"""What one authorization bought: spent once, good for so long, void together; and the families of refresh tokens, step by step."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from idp import audit, clock
from idp.extensions import db, redis
from idp.oidc import access_tokens, code_grant, families, grants, provider, revocation_causes
from idp.oidc.faults import InvalidGrantError
from idp.oidc.grants import AccessRecord, Authorization
from idp.oidc.models import RefreshFamily

DAY = 86_400
pytestmark = pytest.mark.any_database


def authorization(**more: Any) -> Authorization:
    known = {
        "grant_id": grants.new_grant_id(),
        "client_id": "karirhub",
        "subject": "siti",
        "scope": ("openid",),
        "issued_at": 1,
        "sid": "s1",
    }
    return Authorization(**(known | more))


def access(of: Authorization, **record: Any) -> str:
    """A valid access token of an authorization."""
    token = grants.new_token(of.grant_id, 600)
    grants.put_down(of, token, AccessRecord(issued_at=clock.timestamp(), **record))
    return token.text


@pytest.mark.asvs("V10.4.2")
def test_a_code_is_spent_with_its_first_token_and_known_again_when_it_comes_back(context: Flask) -> None:
    given = authorization(redirect_uri="https://a.example/cb", nonce="n")
    code, answers = grants.issue_code(given, [("SET", "besides", "1"), ("GET", "besides")])
    assert re.fullmatch(rf"{given.grant_id}\.[\w-]{{43}}", code)
    assert answers in ([True, b"1"], [b"OK", b"1"])
    token = grants.new_token(given.grant_id, 600)
    assert grants.find_access(token.text) is None
    record = AccessRecord(issued_at=7, audience=("https://api.example/a|b",), jkt="k")
    assert grants.redeem(code, token, record) == given
    found = grants.find_access(token.text)
    assert found is not None
    assert (found.authorization, found.record, found.expires_at, found.scope) == (given, record, token.expires_at, ("openid",))
    again = grants.new_token(given.grant_id, 600)
    with pytest.raises(grants.ReplayedCode) as replayed:
        grants.redeem(code, again, record)
    assert replayed.value.authorization == given
    assert grants.is_revoked(given.grant_id)
    assert grants.find_access(token.text) is grants.find_access(again.text) is None
    with pytest.raises(grants.Revoked):
        grants.put_down(given, again, record)


def test_a_code_of_nobody_or_of_another_grant_is_unknown_and_spends_nothing(context: Flask) -> None:
    given, other = authorization(), authorization(subject=None)
    code, answers = grants.issue_code(given)
    foreign, others_answers = grants.issue_code(other, [("ECHO", "x")])
    assert (answers, others_answers) == ([], [b"x"])
    token, record = grants.new_token(given.grant_id, 600), AccessRecord(issued_at=1)
    wrong = f"{given.grant_id}.{foreign.partition('.')[2]}"
    for bad in (
        foreign,
        wrong,
        f"{grants.new_grant_id()}.{'x' * 43}",
        code[:-1],
        code + "x",
        code[1:],
        code.replace(".", ""),
        "é" + code[1:],
    ):
        with pytest.raises(grants.UnknownCode):
            grants.redeem(bad, token, record)
    for bad in (code[:-1], code + "x", code[1:], code.replace(".", ""), "é" + code[1:], f"{code}.x", f"x.{code}"):
        with pytest.raises(grants.UnknownCode):
            grants.parts(bad)
    assert grants.redeem(code, token, record) == given


def test_an_access_token_lives_as_long_as_it_says_and_redis_keeps_it_a_little_longer(context: Flask, clock_moves: Any) -> None:
    given = authorization(scope=("openid", "email"))
    config = provider.config()
    code, _ = grants.issue_code(given)
    key = f"idp:oidc:grant:{given.grant_id}"
    assert config.code_lifetime + config.access_token_lifetime <= redis.ttl(key) <= config.code_lifetime + config.access_token_lifetime + 60
    narrow = access(given, scope=("openid",))
    found = grants.find_access(narrow)
    assert found is not None
    assert found.scope == ("openid",)
    clock_moves(599)
    assert grants.find_access(narrow) is not None
    assert grants.find_access(access(given)) is not None
    clock_moves(1)
    assert grants.find_access(narrow) is None
    assert redis.ttl(key) > 600
    clock_moves(1)
    access(given)
    assert len(redis.hkeys(key)) == 4, "what is past its time is swept out: p, code and two tokens are left"
    assert grants.find_access("nothing") is None
    assert grants.find_access(code) is None


def test_a_code_ends_with_the_second_that_it_names(context: Flask) -> None:
    with pytest.raises(InvalidGrantError):
        code_grant.check_expiry(authorization(code_expires_at=clock.timestamp()))
    code_grant.check_expiry(authorization(code_expires_at=clock.timestamp() + 60))


@pytest.mark.parametrize("text", ["x", "eyJ.x", "a.b.é", "eyJhbGciOiJub25lIn0.W10."])
def test_what_is_no_token_of_ours_has_no_handle(context: Flask, text: str) -> None:
    assert access_tokens.find(text) is None
    with pytest.raises(grants.UnknownCode):
        grants.parts(access_tokens.handle(text))


def test_one_token_is_dropped_and_all_are_revoked(context: Flask) -> None:
    given = authorization()
    grants.issue_code(given)
    one, other = access(given), access(given)
    grants.drop_access(one)
    assert grants.find_access(one) is None
    assert grants.find_access(other) is not None
    grants.revoke([])
    grants.revoke([given.grant_id])
    assert grants.find_access(other) is None
    with pytest.raises(grants.Revoked):
        access(given)
    for gone in (given.grant_id, grants.new_grant_id()):
        grants.revoke([gone])
        assert 1190 < redis.ttl(f"idp:oidc:grant:{gone}") <= 1200, "what is under way meanwhile finds it revoked"
    fresh = authorization()
    access(fresh)
    assert 600 < redis.ttl(f"idp:oidc:grant:{fresh.grant_id}") <= 660


def test_a_replayed_code_ends_all_that_it_bought_and_is_on_record(context: Flask) -> None:
    given, other = authorization(), authorization()
    held, others = access(given), access(other)
    token, kept = families.begin(given, None), families.begin(other, None)
    revocation_causes.end_replayed_code(given.grant_id, "siti", "karirhub")
    assert grants.find_access(held) is None
    assert grants.find_access(others) is not None
    with pytest.raises(families.UnknownToken):
        families.find(token, "karirhub")
    families.find(kept, "karirhub")
    recorded = db.session.query(audit.AuditEvent).filter_by(event="code_replayed").one()
    assert (recorded.subject, recorded.facts) == ("siti", {"client_id": "karirhub"})


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (lambda: revocation_causes.end_client_access("karirhub", "siti"), {"skillhub", "other"}),
        (lambda: revocation_causes.end_session_access("s1", "siti"), {"offline", "skillhub", "other", "forgotten"}),
        (lambda: revocation_causes.end_all_access("siti"), {"other"}),
    ],
)
def test_an_end_reaches_exactly_what_it_is_about(context: Flask, end: Any, left: set[str]) -> None:
    given = {
        "here": authorization(),
        "offline": authorization(offline=True),
        "skillhub": authorization(client_id="skillhub", sid="s2"),
        "other": authorization(subject="budi"),
    }
    held = {name: access(one) for name, one in given.items() if grants.issue_code(one)}
    forgotten = authorization()  # by Redis: its family alone knows whose it is
    held["forgotten"] = access(forgotten)
    families.begin(forgotten, None)
    end()
    assert {name for name, text in held.items() if grants.find_access(text)} == left
    assert [one.grant_id for one in grants.of_subject("budi")] == [given["other"].grant_id]


def the_family(token: str) -> RefreshFamily:
    return db.session.get_one(RefreshFamily, token.partition(".")[0], populate_existing=True)


@pytest.mark.asvs("V10.4.5")
def test_a_refresh_token_gives_way_to_the_next_and_comes_back_only_to_end_its_family(context: Flask) -> None:
    given = authorization(offline=True)
    code, _ = grants.issue_code(given)
    held = access(given)
    first = families.begin(given, code)
    family = the_family(first)
    assert (family.grant_id, family.client_id, family.subject, family.sid) == (given.grant_id, "karirhub", "siti", "s1")
    assert families.authorization_of(family) == given
    found = families.with_code(code)
    assert found is not None
    assert found.id == family.id
    assert families.with_code(f"{given.grant_id}.{'x' * 43}") is None
    for bad in (first[:-1], first + "x", first.replace(".", ""), "x" * 32 + first[32:], first[:33] + "é" + first[34:]):
        with pytest.raises(families.UnknownToken):
            families.find(bad, "karirhub")
        assert families.peek(bad, "karirhub") is None
    with pytest.raises(families.UnknownToken):
        families.find(first, "skillhub")
    assert families.peek(first, "skillhub") is None
    generation = family.generation
    second = families.rotate(families.find(first, "karirhub"))
    assert second[:33] == first[:33]
    assert families.peek(first, "karirhub") is None
    assert families.peek(second, "karirhub") is not None
    assert the_family(second).generation == generation + 1
    assert families.find(second, "karirhub").id == family.id
    assert grants.find_access(held) is not None
    with pytest.raises(families.ReplayedToken):
        families.find(first, "karirhub")
    assert grants.find_access(held) is None
    assert db.session.query(audit.AuditEvent).filter_by(event="refresh_token_replayed").count() == 1
    with pytest.raises(families.UnknownToken):
        families.find(second, "karirhub")
    with pytest.raises(families.ReplayedToken):
        families.find(first, "karirhub")
    recorded = db.session.query(audit.AuditEvent).filter_by(event="refresh_token_replayed").one()
    assert (recorded.subject, recorded.facts) == ("siti", {"client_id": "karirhub"})


def test_of_two_who_read_the_same_token_the_second_ends_the_family(context: Flask) -> None:
    first = families.begin(authorization(), None)
    family = families.find(first, "karirhub")
    db.session.expunge(family)
    second = families.rotate(families.find(first, "karirhub"))
    with pytest.raises(families.ReplayedToken):
        families.rotate(family)
    with pytest.raises(families.UnknownToken):
        families.find(second, "karirhub")


def test_a_family_ends_when_idle_for_two_weeks_and_after_thirty_days_whatever_happens(context: Flask, clock_moves: Any) -> None:
    idle, used = families.begin(authorization(), None), families.begin(authorization(), None)
    kept = families.begin(authorization(), None)
    family = the_family(idle)
    assert (family.idle_until - family.issued_at, family.expires_at - family.issued_at) == (timedelta(days=14), timedelta(days=30))
    assert family.code_hash is None
    clock_moves(14 * DAY - 60)
    assert families.peek(idle, "karirhub") is not None
    used = families.rotate(families.find(used, "karirhub"))
    families.keep_alive(families.find(kept, "karirhub"))
    clock_moves(120)
    with pytest.raises(families.UnknownToken):
        families.find(idle, "karirhub")
    with pytest.raises(families.ReplayedToken):
        families.rotate(the_family(idle))
    clock_moves(14 * DAY - 300)
    used = families.rotate(families.find(used, "karirhub"))
    families.keep_alive(families.find(kept, "karirhub"))
    clock_moves(2 * DAY + 300)
    for token in (used, kept):
        with pytest.raises(families.UnknownToken):
            families.find(token, "karirhub")
        assert families.peek(token, "karirhub") is None


def test_a_revoked_family_is_neither_kept_alive_nor_revoked_twice(context: Flask) -> None:
    given = authorization()
    token = families.begin(given, None)
    family = families.find(token, "karirhub")
    assert families.revoke(RefreshFamily.grant_id == given.grant_id) == [given.grant_id]
    assert families.revoke(RefreshFamily.grant_id == given.grant_id) == []
    for use in (families.keep_alive, families.rotate):
        with pytest.raises((families.UnknownToken, families.ReplayedToken)):
            use(family)
    with pytest.raises(families.UnknownToken):
        families.find(token, "karirhub")


@pytest.fixture
def clock_moves(clock: Any) -> Any:
    return clock.shift


def test_who_lives_is_forgotten_when_nothing_of_theirs_can_be_valid(context: Flask, clock_moves: Any) -> None:
    given = authorization(subject="ani", sid=None)
    grants.issue_code(given)
    [living] = grants.of_subject("ani")
    assert living == grants.Living(given.grant_id, False, "karirhub", "")
    grants.issue_code(authorization(subject="budi", sid="a|b", offline=True))
    assert [(one.sid, one.offline) for one in grants.of_subject("budi")] == [("a|b", True)]
    assert 600 < redis.ttl("idp:oidc:grants-of:ani") <= 720
    clock_moves(661)
    assert grants.of_subject("ani") == []
    grants.issue_code(authorization(subject="ani"))
    assert redis.zcard("idp:oidc:grants-of:ani") == 1
