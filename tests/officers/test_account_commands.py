"""`idp account`: an officer finds a person, ends sign-ins, suspends, restores, erases; and the trail says who it was."""

from __future__ import annotations

import getpass
import json
import os
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from idp import accounts, audit, sealed, sessions
from idp.extensions import db, unit_of_work
from idp.officers.cli import account
from idp.oidc.models import Consent
from idp.oidc.signal_models import EventStream, WaitingEvent
from tests.browsing import Browser
from tests.commands import Idp, Process
from tests.owning import Holder, holder, sign_in

REASON = "Akun dipakai menipu pelamar"


@pytest.fixture
def rina(app: Flask) -> Holder:
    return holder(app)


def run(app: Flask, *arguments: str, given: str = "") -> Result:
    with app.app_context():
        return CliRunner().invoke(account, arguments, input=given, env={"IDP_OFFICER": "Dian"})


def events(app: Flask, subject: str | None) -> list[tuple[str, str | None]]:
    with app.app_context():
        wanted = select(audit.AuditEvent).where(audit.AuditEvent.subject == subject).order_by(audit.AuditEvent.id)
        return [(row.event, row.facts.get("officer")) for row in db.session.scalars(wanted) if "officer" in row.facts]


@pytest.mark.parametrize("what", ["nik", "email", "phone", "account_id"])
def test_somebody_is_found_by_any_identifier_and_printed_masked(app: Flask, rina: Holder, what: str) -> None:
    command = ("show", getattr(rina, what), "--json") if what == "account_id" else ("find", "-", "--json")
    done = run(app, *command, given=f"{getattr(rina, what)}\n")
    found = json.loads(done.stdout)
    found = found if what == "account_id" else found[0]
    assert (found["account"], found["state"]) == (rina.account_id, "active")
    assert not {rina.nik, rina.email, rina.phone, rina.name} & set(done.stdout.split('"'))
    assert events(app, rina.account_id) == [("account_viewed", "Dian")]


@pytest.mark.asvs("V16.3.2")
def test_looking_for_nobody_is_written_down_too(app: Flask, rina: Holder) -> None:
    assert run(app, "find", "0812 9999 9999").exit_code == 1
    assert events(app, None) == [("account_viewed", "Dian")]


def test_who_only_claims_a_nik_comes_after_its_owner_and_is_named_by_id(app: Flask, rina: Holder) -> None:
    with app.app_context():
        owner = accounts.find(rina.account_id)
        assert owner
        late = accounts.Newcomer(
            owner.nik, owner.name, owner.email, owner.phone, "-", "id", "1", owner.created_at, owner.created_at
        )  # fmt: skip
        pending = [accounts.open_pending(late).id for _ in range(2)]
    found = json.loads(run(app, "find", rina.nik, "--json").stdout)
    assert [one["state"] for one in found] == ["active", "pending", "pending"]
    assert run(app, "erase", rina.account_id, "--yes").exit_code == 0
    assert "name one by its id" in run(app, "suspend", rina.phone, "--reason", "x").output
    assert run(app, "erase", pending[0], "--yes").exit_code == 0
    with app.app_context():
        assert accounts.find(pending[0]) is None


class TestSuspension:
    @pytest.fixture
    def suspended(self, app: Flask, http: Browser, rina: Holder) -> Browser:
        sign_in(http, rina)
        assert http.get("/akun").status_code == 200
        assert run(app, "suspend", rina.account_id, "--reason", REASON).exit_code == 0
        return http

    @pytest.mark.asvs("V7.4.2")
    def test_sign_ins_end_at_once_and_there_is_no_new_one(self, suspended: Browser, rina: Holder) -> None:
        assert suspended.request("GET", "/akun").status_code == 303
        suspended.get("/masuk")
        suspended.submit(identifier=rina.email, password=rina.password)
        assert suspended.path == "/masuk/dihentikan"
        assert REASON in suspended.text
        assert suspended.request("GET", "/akun").status_code == 303

    def test_the_owner_reads_the_reason(self, suspended: Browser, rina: Holder, worker: Any, sandbox: Any) -> None:
        worker.drain()
        assert REASON in sandbox.mail(rina.email)[-1]["text"]
        assert "dihentikan sementara" in sandbox.sms(rina.phone)[-1]["text"]

    @pytest.mark.asvs("V16.2.5")
    def test_the_reason_lies_sealed_and_not_in_the_trail(self, app: Flask, suspended: Browser, rina: Holder) -> None:
        assert json.loads(run(app, "show", rina.account_id, "--json").stdout)["reason"] == REASON
        with app.app_context():
            facts = db.session.scalars(select(audit.AuditEvent.facts)).all()
        assert REASON not in json.dumps(facts)

    def test_restored_they_sign_in_again(self, app: Flask, suspended: Browser, rina: Holder) -> None:
        assert run(app, "restore", rina.account_id, "--reason", "Salah orang").exit_code == 0
        suspended.get("/masuk")
        suspended.submit(identifier=rina.email, password=rina.password)
        assert suspended.get("/akun").status_code == 200
        assert ("account_restored", "Dian") in events(app, rina.account_id)

    def test_what_is_done_already_is_refused(self, app: Flask, suspended: Browser, rina: Holder) -> None:
        done = run(app, "suspend", rina.account_id, "--reason", "again")
        assert (done.exit_code, "is suspended" in done.output) == (1, True)
        assert run(app, "suspend", rina.account_id).exit_code == 2


def test_services_that_the_person_let_in_are_told(app: Flask, idp: Idp, rina: Holder, clock: Any) -> None:
    client = idp.json("client", "add", "--name", "Karirhub", "--redirect-uri", "https://k.example.id/cb")["client_id"]
    with app.app_context(), unit_of_work() as session:
        row = accounts.find(rina.account_id)
        assert row
        signals = ["account-disabled", "account-enabled", "account-purged"]
        kinds = [f"https://schemas.openid.net/secevent/risc/event-type/{one}" for one in signals]
        session.add(EventStream(id=client, method="poll", status="enabled", requested=kinds, created_at=row.created_at))
        now = row.created_at
        session.add(
            Consent(
                client_id=client, subject=rina.account_id, item="openid", granted=True, decided_at=now, expires_at=now.replace(year=2099)
            )
        )
    for command in (("suspend", "--reason", "x"), ("restore", "--reason", "y"), ("erase", "--yes")):
        assert run(app, command[0], rina.account_id, *command[1:]).exit_code == 0
    with app.app_context():
        told = [next(iter(row.claims["events"])).rpartition("/")[2] for row in db.session.scalars(select(WaitingEvent))]
        assert sorted(told) == signals
        assert db.session.scalar(select(Consent.id)) is None


@pytest.mark.asvs("V7.4.5")
def test_signing_out_ends_one_or_all(app: Flask, http: Browser, rina: Holder) -> None:
    other = http.another()
    sid = sign_in(http, rina)
    sign_in(other, rina)
    assert {one["sid"] for one in json.loads(run(app, "sessions", rina.account_id, "--json").stdout)} >= {sid}
    assert run(app, "sign-out", rina.account_id, "--session", sid).exit_code == 0
    assert http.request("GET", "/akun").status_code == 303
    assert other.request("GET", "/akun").status_code == 200
    assert run(app, "sign-out", rina.account_id, "--session", sid).exit_code == 1
    assert json.loads(run(app, "sign-out", rina.account_id, "--json").stdout)["ended"] == 1
    with app.app_context():
        assert sessions.in_force(rina.account_id) == []


def test_erasing_is_asked_about_and_final(app: Flask, rina: Holder, worker: Any, sandbox: Any) -> None:
    assert run(app, "erase", rina.account_id).exit_code == 2
    assert run(app, "erase", rina.account_id, "--yes", "--json").exit_code == 0
    with app.app_context():
        assert db.session.get(sealed.DataKey, rina.account_id) is None
    worker.drain()
    assert "dihapus" in sandbox.mail(rina.email)[-1]["subject"].lower()
    assert json.loads(run(app, "show", rina.account_id, "--json").stdout)["nik"] is None
    assert run(app, "erase", rina.account_id, "--yes").exit_code == 1
    assert ("account_erased", "Dian") in events(app, rina.account_id)


@pytest.mark.asvs("V8.4.2")
@pytest.mark.any_database
def test_the_real_command_works_and_names_the_user_of_the_system(app: Flask, process: Process, rina: Holder) -> None:
    assert process.json("account", "find", rina.email)[0]["account"] == rina.account_id
    assert events(app, rina.account_id) == [("account_viewed", os.environ.get("SUDO_USER") or getpass.getuser())]
    refused = process("account", "show", "nobody@example.id", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["error"]) == (1, "refused")


def test_what_an_officer_must_say_is_asked_for(idp: Idp, rina: Holder) -> None:
    assert idp.json("account", "recovery", "list") == []
    assert idp("account", "suspend", rina.email, "--json").exit_code == 2
