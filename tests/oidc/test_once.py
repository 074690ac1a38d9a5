"""One-time means once: codes and refresh tokens under fifty threads, and what a replay costs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp import audit, clock
from idp.extensions import db, redis
from idp.oidc import clients, code_grant, families, grants, refresh_grant
from idp.oidc.faults import InvalidGrantError
from idp.oidc.jose import b64
from tests.oidc.house import House
from tests.oidc.party import Browser, Party

AT_ONCE = 50
NO_CODE = {"error": "invalid_grant", "error_description": "The code is unknown, used, expired, or not this client's."}
NO_TOKEN = {
    "error": "invalid_grant",
    "error_description": "The refresh token is unknown, used, expired, revoked, or not this client's.",
}


@pytest.fixture
def browser(party: Party, house: House) -> Browser:
    found = party.browser()
    found.sign_in(house)
    return found


def at_once(deed: Callable[[], TestResponse]) -> list[TestResponse]:
    """Fifty threads that begin in the same moment."""
    barrier = Barrier(AT_ONCE)

    def run(_: int) -> TestResponse:
        barrier.wait()
        return deed()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def statuses(answers: list[TestResponse]) -> tuple[int, int]:
    return sum(one.status_code == 200 for one in answers), sum(one.status_code == 400 for one in answers)


def on_record(party: Party, event: str) -> list[tuple[str | None, dict[str, Any]]]:
    """Whom and what the trail names with that event."""
    with party.app.app_context():
        return [(one.subject, one.facts) for one in db.session.query(audit.AuditEvent).filter_by(event=event)]


@pytest.mark.asvs("V10.4.2")
def test_of_fifty_that_redeem_a_code_one_wins_and_the_replay_voids_its_tokens(party: Party, browser: Browser) -> None:
    code = party.code(browser, scope="openid offline_access")
    answers = at_once(lambda: party.redeem(code))
    assert statuses(answers) in ((1, 49), (0, 50)), "a replay may come between spending and answering"
    for tokens in [one.json for one in answers if one.status_code == 200]:
        assert party.userinfo(tokens["access_token"]).status_code == 401
        assert party.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.asvs("V10.4.5")
def test_of_fifty_that_refresh_one_wins_and_the_reuse_ends_the_family(party: Party, browser: Browser) -> None:
    token = party.tokens(browser, scope="openid offline_access")["refresh_token"]
    answers = at_once(lambda: party.refresh(token))
    won, lost = statuses(answers)
    assert won <= 1
    assert won + lost == AT_ONCE
    for tokens in [one.json for one in answers if one.status_code == 200]:
        assert party.refresh(tokens["refresh_token"]).status_code == 400


@pytest.mark.asvs("V10.4.2")
def test_a_code_that_comes_twice_voids_what_it_bought(party: Party, browser: Browser) -> None:
    code = party.code(browser, scope="openid offline_access")
    tokens = party.redeem(code).json
    assert party.userinfo(tokens["access_token"]).status_code == 200
    assert party.redeem(code).json == NO_CODE
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.post("/oauth/introspect", {"token": tokens["refresh_token"]}).json == {"active": False}
    assert party.refresh(tokens["refresh_token"]).json == NO_TOKEN
    assert on_record(party, "code_replayed") == [("siti", {"client_id": party.client_id})]


@pytest.mark.asvs("V10.4.2")
def test_a_replayed_code_voids_refresh_tokens_even_when_redis_lost_everything(party: Party, browser: Browser) -> None:
    code = party.code(browser, scope="openid offline_access")
    tokens = party.redeem(code).json
    with party.app.app_context():
        redis.flushall()
    assert party.redeem(code).json == NO_CODE
    assert party.refresh(tokens["refresh_token"]).json == NO_TOKEN
    assert on_record(party, "code_replayed") == [("siti", {"client_id": party.client_id})]


@pytest.mark.asvs("V10.4.5")
def test_each_refresh_token_gives_way_to_the_next(party: Party, browser: Browser) -> None:
    first = party.tokens(browser, scope="openid email offline_access")
    second = party.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["token_type"], second["scope"]) == ("Bearer", "openid email offline_access")
    assert party.userinfo(second["access_token"]).json["email"] == "siti.aminah@example.id"
    before, after = party.verified(first["id_token"]), party.verified(second["id_token"])
    assert "nonce" not in after
    assert after["at_hash"] == b64(hashlib.sha256(second["access_token"].encode()).digest()[:16])
    assert [before[name] for name in ("sub", "auth_time", "sid")] == [after[name] for name in ("sub", "auth_time", "sid")]
    assert party.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert party.refresh(second["refresh_token"]).json["error"] == "invalid_grant", "the family has ended"
    assert party.userinfo(second["access_token"]).status_code == 401


@pytest.mark.asvs("V10.3.2", "V10.4.11")
def test_a_refresh_may_ask_for_less_and_never_for_more(party: Party, browser: Browser) -> None:
    tokens = party.tokens(browser, scope="openid email offline_access")
    assert party.refresh(tokens["refresh_token"], scope="openid profile").json == {
        "error": "invalid_scope",
        "error_description": "scope goes beyond what was granted (RFC 6749 6).",
    }
    less = party.refresh(tokens["refresh_token"], scope="openid").json
    assert less["scope"] == "openid"
    assert set(party.userinfo(less["access_token"]).json) == {"sub"}
    assert "email" in party.refresh(less["refresh_token"]).json["scope"]


@pytest.mark.asvs("V10.4.8")
@pytest.mark.parametrize(("days", "lives"), [(13, True), (15, False)])
def test_an_idle_refresh_token_ends_after_a_fortnight(party: Party, browser: Browser, days: int, lives: bool) -> None:
    token = party.tokens(browser, scope="openid offline_access")["refresh_token"]
    clock.shift(days * 86400)
    assert (party.refresh(token).status_code == 200) is lives


@pytest.mark.asvs("V10.4.8")
def test_a_family_ends_after_a_month_however_often_it_is_used(party: Party, browser: Browser) -> None:
    token = party.tokens(browser, scope="openid offline_access")["refresh_token"]
    for _ in range(3):
        clock.shift(9 * 86400)
        token = party.refresh(token).json["refresh_token"]
    clock.shift(4 * 86400)
    assert party.refresh(token).json["error"] == "invalid_grant"


@pytest.mark.asvs("V10.4.3")
def test_a_code_ends_after_a_minute_and_an_access_token_after_ten(party: Party, browser: Browser) -> None:
    code, tokens = party.code(browser), party.tokens(browser)
    clock.shift(59)
    assert party.userinfo(tokens["access_token"]).status_code == 200
    clock.shift(2)
    assert party.redeem(code).json["error"] == "invalid_grant"
    clock.shift(600)
    assert party.userinfo(tokens["access_token"]).status_code == 401


@pytest.mark.asvs("V10.4.6")
@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None}, {"code_verifier": "x" * 43}, {"code_verifier": "short"}, {"redirect_uri": None},
        {"redirect_uri": "https://karirhub.example/lain"},
    ],
)  # fmt: skip
def test_a_code_is_worth_nothing_without_what_began_the_flow(party: Party, browser: Browser, changes: dict[str, Any]) -> None:
    code = party.code(browser)
    assert party.redeem(code, **changes).json == NO_CODE
    with party.app.app_context():
        assert grants.is_revoked(code.partition(".")[0]), "the token that was put down with it is void too"
    assert party.redeem(code).json == NO_CODE


@pytest.mark.asvs("V8.4.1")
def test_the_code_of_one_client_is_worth_nothing_to_another(party: Party, browser: Browser, register: Any) -> None:
    other: Party = register(client_name="Lain")
    code = party.code(browser)
    assert other.redeem(code, code_verifier=party.verifier).json["error"] == "invalid_grant"
    assert party.redeem(code).json["error"] == "invalid_grant"


def test_the_refresh_token_of_one_client_is_worth_nothing_to_another(party: Party, browser: Browser, register: Any) -> None:
    other: Party = register(client_name="Lain")
    token = party.tokens(browser, scope="openid offline_access")["refresh_token"]
    assert other.refresh(token).json["error"] == "invalid_grant"
    assert party.refresh(token).status_code == 200


@pytest.mark.any_database
def test_what_is_revoked_while_it_is_made_is_given_to_nobody(party: Party, browser: Browser) -> None:
    """The steps of those who come in between, one after the other."""
    first, second = (party.tokens(browser, scope="openid offline_access") for _ in range(2))
    with party.app.app_context():
        client = clients.find(party.client_id)
        assert client is not None
        read = families.find(first["refresh_token"], party.client_id)
        db.session.expunge(read)
        families.rotate(families.find(first["refresh_token"], party.client_id))
        with pytest.raises(InvalidGrantError) as refused:
            refresh_grant.spend(read, client)
        assert refused.value.description == NO_TOKEN["error_description"]
        authorization = families.authorization_of(families.find(second["refresh_token"], party.client_id))
        grants.revoke([authorization.grant_id])
        with pytest.raises(InvalidGrantError) as refused:
            code_grant.begin_family(authorization, f"{authorization.grant_id}.{'x' * 43}", None)
        assert refused.value.description == NO_CODE["error_description"]
    assert party.post("/oauth/introspect", {"token": second["refresh_token"]}).json == {"active": False}


@pytest.mark.any_database
def test_a_refresh_that_meets_a_revocation_gets_no_access_token(party: Party, browser: Browser) -> None:
    tokens = party.tokens(browser, scope="openid offline_access")
    with party.app.app_context():
        grants.revoke([tokens["access_token"].partition(".")[0]])
    told = {"error": "invalid_grant", "error_description": "What was granted has been revoked."}
    assert party.refresh(tokens["refresh_token"]).json == told
