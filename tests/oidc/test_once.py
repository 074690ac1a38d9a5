"""One-time means once: codes and refresh tokens under fifty threads, and what a replay costs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from werkzeug.test import TestResponse

from idp import clock
from idp.extensions import redis
from tests.oidc.house import House
from tests.oidc.party import Browser, Party

AT_ONCE = 50


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
    assert party.redeem(code).json["error"] == "invalid_grant"
    assert party.userinfo(tokens["access_token"]).status_code == 401
    assert party.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.asvs("V10.4.2")
def test_a_replayed_code_voids_refresh_tokens_even_when_redis_lost_everything(party: Party, browser: Browser) -> None:
    code = party.code(browser, scope="openid offline_access")
    tokens = party.redeem(code).json
    with party.app.app_context():
        redis.flushall()
    assert party.redeem(code).json["error"] == "invalid_grant"
    assert party.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.asvs("V10.4.5")
def test_each_refresh_token_gives_way_to_the_next(party: Party, browser: Browser) -> None:
    first = party.tokens(browser, scope="openid email offline_access")
    second = party.refresh(first["refresh_token"]).json
    assert second["refresh_token"] != first["refresh_token"]
    assert party.userinfo(second["access_token"]).json["email"] == "siti.aminah@example.id"
    before, after = party.verified(first["id_token"]), party.verified(second["id_token"])
    assert "nonce" not in after
    assert [before[name] for name in ("sub", "auth_time", "sid")] == [after[name] for name in ("sub", "auth_time", "sid")]
    assert party.refresh(first["refresh_token"]).json["error"] == "invalid_grant"
    assert party.refresh(second["refresh_token"]).json["error"] == "invalid_grant", "the family has ended"
    assert party.userinfo(second["access_token"]).status_code == 401


@pytest.mark.asvs("V10.3.2", "V10.4.11")
def test_a_refresh_may_ask_for_less_and_never_for_more(party: Party, browser: Browser) -> None:
    tokens = party.tokens(browser, scope="openid email offline_access")
    assert party.refresh(tokens["refresh_token"], scope="openid profile").json["error"] == "invalid_scope"
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
    assert party.redeem(code, **changes).json["error"] == "invalid_grant"
    assert party.redeem(code).json["error"] == "invalid_grant"


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
