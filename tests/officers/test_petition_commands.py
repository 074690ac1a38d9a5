"""`idp account correction` and `idp account appeal`: what people asked is listed, shown, and answered once."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from idp import accounts, petitions
from idp import clock as the_clock
from idp.cli.accounts import account
from idp.extensions import unit_of_work
from idp.officers import erase
from idp.petitions import CLOCK, Kind
from idp.recovery.models import Case, CaseState, Registry
from tests.owning import holder


@pytest.fixture
def rina(app):
    return holder(app)


def run(app, *arguments):
    with app.app_context():
        return CliRunner().invoke(account, arguments, env={"IDP_OFFICER": "Dian"})


def asked(app, whom, kind, about=""):
    with app.app_context():
        return petitions.ask(accounts.find(whom.account_id), kind, "Nama saya salah tulis.", about).id


def test_a_correction_is_listed_with_its_clock_shown_and_answered_once(app, rina, clock, worker, sandbox):
    petition = asked(app, rina, Kind.CORRECTION, "name")
    [listed] = json.loads(run(app, "correction", "list", "--json").stdout)
    assert (listed["id"], listed["about"], listed["overdue"]) == (petition, "name", False)
    clock.shift(CLOCK.total_seconds() + 1)
    assert "OVERDUE" in run(app, "correction", "list").stdout
    shown = run(app, "correction", "show", petition).stdout
    assert "Nama saya salah tulis." in shown
    assert rina.nik not in shown
    assert run(app, "correction", "answer", petition, "--grant").exit_code == 2
    done = run(app, "correction", "answer", petition, "--grant", "--words", "Sudah diperbaiki.", "--json")
    assert json.loads(done.stdout)["officer"] == "Dian"
    worker.drain()
    assert "Sudah diperbaiki." in sandbox.mail(rina.email)[-1]["text"]
    assert run(app, "correction", "answer", petition, "--refuse", "--words", "x").exit_code == 1
    assert run(app, "correction", "list").stdout.strip() == "Nothing is waiting."
    assert len(json.loads(run(app, "correction", "list", "--all", "--json").stdout)) == 1
    assert run(app, "appeal", "show", petition).exit_code == 1


@pytest.mark.parametrize(("choice", "state"), [("--grant", "active"), ("--refuse", "suspended")])
def test_a_granted_appeal_restores_the_account_and_a_refused_one_does_not(app, rina, choice, state):
    assert run(app, "suspend", rina.account_id, "--reason", "keliru").exit_code == 0
    petition = asked(app, rina, Kind.APPEAL)
    assert "keliru" in run(app, "appeal", "show", petition).stdout
    assert run(app, "appeal", "answer", petition, choice, "--words", "Kami sudah memeriksa lagi.").exit_code == 0
    with app.app_context():
        assert accounts.find(rina.account_id).state == state


def test_what_waits_for_officers_ends_with_the_account(app, rina):
    petition = asked(app, rina, Kind.CORRECTION, "name")
    with app.app_context():
        with unit_of_work() as session:
            case = Case(
                id="1" * 32, state=CaseState.WAITING, account_id=rina.account_id, nik_text=rina.nik, email_text="baru@example.id",
                locale="id", registry_says=Registry.MATCH, officers_needed=1, opened_at=the_clock.now(), waits_until=the_clock.now(),
            )  # fmt: skip
            session.add(case)
        erase(rina.account_id, "Dian")
    for group in ("correction", "recovery", "photo"):
        assert json.loads(run(app, group, "list", "--json").stdout) == []
    assert "there is no such petition" in run(app, "correction", "show", petition).output
    shown = json.loads(run(app, "recovery", "show", "1" * 32, "--json").stdout)
    assert (shown["state"], shown["name"], shown["nik"], shown["new_email"]) == ("expired", None, None, None)
