"""What the provider does all day: how often it asks a store for one round of authorize, token and userinfo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from redis.connection import AbstractConnection
from sqlalchemy import event

from idp.extensions import db
from tests.oidc.house import House
from tests.oidc.party import Party, values_of


@pytest.fixture
def counted(provider: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements and the round trips to Redis, in their order."""
    seen: list[str] = []
    send = AbstractConnection.send_packed_command

    def count_call(self: Any, command: Any, *args: Any, **options: Any) -> Any:
        seen.append("redis")
        return send(self, command, *args, **options)

    def count_statement(connection: Any, cursor: Any, statement: str, *args: Any) -> None:
        seen.append(f"sql {statement}")

    monkeypatch.setattr(AbstractConnection, "send_packed_command", count_call)
    with provider.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count_statement)
    yield seen
    event.remove(engine, "before_cursor_execute", count_statement)


@pytest.mark.parametrize(("first_party", "statements"), [(True, 0), (False, 1)])
def test_one_round_costs_three_calls_to_redis_and_at_most_one_statement(
    register: Any, house: House, counted: list[str], first_party: bool, statements: int
) -> None:
    party: Party = register(first_party=first_party)
    browser = party.browser()
    browser.sign_in(house)
    party.userinfo(party.tokens(browser)["access_token"])  # the client is known to the process now, and consent given
    counted.clear()
    code = values_of(party.ask(browser))["code"]
    tokens = party.redeem(code).json
    assert party.userinfo(tokens["access_token"]).json["name"] == "Siti Aminah"
    assert counted.count("redis") == 3
    # A client is read anew every second: at most one of its rows may fall into the round.
    assert (
        len([one for one in counted if one.startswith("sql") and one != "sql BEGIN" and "clients" not in one and "signing_keys" not in one])
        == statements
    )
