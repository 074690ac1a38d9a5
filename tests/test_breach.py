"""`idp breach scope`: whose which data lay open, as the columns themselves say what is personal."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from idp import accounts
from idp import clock as the_clock
from idp.cli.breach import breach
from idp.database import Model
from tests.owning import holder, sign_in


def scope(app, *arguments):
    with app.app_context():
        return CliRunner().invoke(breach, ["scope", *arguments], env={"IDP_OFFICER": "Dian"})


def found(app, *arguments):
    done = scope(app, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def people(app, http):
    """Rina, and Budi who came a day later."""
    rina = holder(app)
    sign_in(http, rina)
    the_clock.shift(86_400)
    return rina, holder(app, "Budi Santoso")


def test_everybody_counts_whose_row_was_there(app, people):
    rina, budi = people
    told = found(app, "--since", "2020-01-01", "--table", "accounts", "--table", "sso_sessions")
    by_account = {one["account"]: one["data"] for one in told["people"]}
    assert set(by_account) == {rina.account_id, budi.account_id}
    assert {"nik_sealed", "name_sealed", "email_sealed", "phone_sealed", "bound_nik"} <= set(by_account[budi.account_id]["accounts"])
    assert "guardian_sealed" not in by_account[budi.account_id]["accounts"]  # he has none
    assert "sso_sessions" in by_account[rina.account_id]
    kept = {one["column"]: one["kept"] for one in told["tables"][0]["personal_columns"]}
    assert (kept["nik_sealed"], kept["bound_nik"]) == ("sealed", "fingerprint")


def test_who_came_later_or_was_not_written_is_left_out(app, people):
    rina, budi = people
    moment = (the_clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    before = found(app, "--since", "2020-01-01", "--until", moment, "--table", "accounts")
    assert [one["account"] for one in before["people"]] == [rina.account_id]
    written = found(app, "--since", moment, "--written-only", "--table", "accounts")
    assert [one["account"] for one in written["people"]] == [budi.account_id]


def test_who_was_erased_since_then_is_counted_and_nothing_personal_is_printed(app, people):
    rina, budi = people
    with app.app_context():
        accounts.erasure.erase(rina.account_id)
    done = scope(app, "--since", "2020-01-01", "--table", "accounts")
    assert "1 more were erased" in done.stdout
    for secret in (budi.name, budi.nik, budi.email, budi.phone):
        assert secret not in done.stdout


def test_an_unknown_table_is_wrong_usage_and_every_table_with_owners_works(app, people):
    assert scope(app, "--since", "2020-01-01", "--table", "planets").exit_code == 2
    owned = [name for name, table in Model.metadata.tables.items() if {"account_id", "subject", "holder"} & set(table.c.keys())]
    assert len(owned) > 10
    for name in owned:
        found(app, "--since", "2020-01-01", "--table", name)
