"""What recovery leaves on record, how long things wait and last, and the second factor by passkey."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from idp import accounts, audit, recovery
from idp import clock as the_clock
from idp.extensions import db, unit_of_work
from idp.recovery.models import Attempt, Case
from tests.owning import recovery_codes, with_app
from tests.passkeys import options_at, with_passkey
from tests.recovery.conftest import NEW_PASSWORD, begin, events, mailed_path, sms_code, words
from tests.recovery.test_lost import DAY, NEW_EMAIL, decide, finish, opened, run, the_case

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def _empty_inboxes(sandbox):
    sandbox.clear_inboxes()


def trail(app, subject):
    """The facts of what is on record of somebody's recovery, by event."""
    with app.app_context():
        rows = db.session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.subject == subject).order_by(audit.AuditEvent.at)).all()
        return {event: [row.facts for row in rows if row.event == event] for event in {row.event for row in rows}}


def the_attempt(app) -> Attempt:
    with app.app_context():
        return db.session.scalars(select(Attempt)).one()


def test_a_reset_by_sms_and_recovery_code_is_on_record_step_by_step(app, http, rina, worker, sandbox):
    with_app(app, rina)
    codes = recovery_codes(app, rina)
    begin(http, rina.phone)
    attempt = the_attempt(app)
    code = sms_code(worker, sandbox, rina.phone)
    http.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    worker.drain()
    http.submit(code=code)
    http.submit(code=codes[0])
    http.submit(password=NEW_PASSWORD)
    found = trail(app, rina.account_id)
    assert found["code_sent"] == [{"purpose": "recovery", "by": "sms", "attempt": attempt.id}]
    assert found["code_refused"] == [{"purpose": "recovery", "attempt": attempt.id}]
    assert found["recovery_proven"] == [{"by": "sms"}, {"by": "factor"}]
    assert found["password_reset"] == [{}]
    worker.drain()
    assert rina.name in sandbox.mail(rina.email)[-1]["text"]


def test_a_reset_by_mail_is_on_record_and_a_wrong_code_of_nobody_too(app, http, rina, worker, sandbox):
    begin(http, rina.email, "mail")
    attempt = the_attempt(app)
    http.get(mailed_path(worker, sandbox, rina.email))
    http.submit()
    found = trail(app, rina.account_id)
    assert found["code_sent"] == [{"purpose": "recovery", "by": "mail", "attempt": attempt.id}]
    assert found["recovery_proven"] == [{"by": "mail"}]
    stranger = begin(http.another(), "+6281999999999")
    stranger.submit(code="000000")
    worker.drain()
    assert [one.facts["purpose"] for one in events(app, audit.Event.CODE_REFUSED)] in ([], ["recovery"])
    assert trail(app, rina.account_id).get("code_refused") is None


def test_a_case_is_on_record_with_who_is_needed_and_until_when(app, http, person, worker, sandbox, clock):
    budi = person(verified=True)
    opened(app, worker, budi)
    case = the_case(app)
    assert case.officers_needed == 2
    assert (case.waits_until - case.opened_at).total_seconds() == DAY
    decide(app, "approve", "Ani  Wati")
    decide(app, "approve", "budi", "--without-second-factor")
    clock.shift(DAY + 1)
    worker.drain()
    case = the_case(app)
    assert (case.finish_until - the_clock.now()).total_seconds() == pytest.approx(7 * DAY, abs=60)
    found = trail(app, budi.account_id)
    assert found["recovery_case_opened"] == [{"case": case.id, "waits_until": case.waits_until.isoformat()}]
    approved = found["recovery_case_approved"]
    assert [(one["case"], one["without_factor"]) for one in approved] == [(case.id, False), (case.id, True)]
    with app.app_context():
        said = recovery.work.cases.decisions(case)
        assert [(one.id, one.officer, one.approved, one.reason) for one in said] == [
            (approved[0]["decision"], "ani wati", True, "KTP cocok"),
            (approved[1]["decision"], "budi", True, "KTP cocok"),
        ]
    assert found["recovery_case_granted"] == [{"case": case.id}]
    browser = http.another()
    finish(app, browser, worker, sandbox)
    browser.submit(password=NEW_PASSWORD)
    assert trail(app, budi.account_id)["contacts_replaced"] == [{"case": case.id}]


def test_a_granted_case_that_nobody_finishes_in_a_week_expires(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    path = mailed_path(worker, sandbox, NEW_EMAIL, "permohonan")
    assert len(path.rpartition("/")[2]) == 43
    clock.shift(7 * DAY - 60)
    worker.drain()
    assert http.get(path).status_code == 200
    assert the_case(app).state == "granted"
    clock.shift(61)
    assert http.get(path).status_code == 410
    assert http.post(path, {"csrf_token": http.another().get("/pemulihan") and ""}).status_code in (400, 410)
    worker.drain()
    assert the_case(app).state == "expired"
    assert trail(app, rina.account_id)["recovery_case_expired"] == [{"case": the_case(app).id}]
    assert decide(app, "approve", "budi").exit_code == 1


def test_a_refusal_says_no_more_than_it_must_and_is_on_record(app, http, rina, worker, sandbox):
    opened(app, worker, rina)
    case = the_case(app)
    assert [one.strip() for one in run(app, "show", case.id).output.splitlines() if one.startswith("decisions")] == ["decisions: -"]
    assert f"{case.id}  waiting   0/1 approved  until " in run(app, "list").output
    assert "Approved: 1 of 1. Nothing changes before" in decide(app, "approve", "budi").output
    assert "it takes another officer" in decide(app, "refuse", "budi").output
    assert decide(app, "refuse").output == "Refused.\n"
    shown = run(app, "show", case.id).output
    assert re.search(r"\n {2}refused by ani, \S+: KTP cocok", shown)
    assert "new_email: -" in shown
    [refused] = trail(app, rina.account_id)["recovery_case_refused"]
    with app.app_context():
        assert refused == {"case": case.id, "decision": recovery.work.cases.decisions(case)[-1].id}
    assert run(app, "list").output == "No case is waiting.\n"
    assert case.id in run(app, "list", "--all").output
    for what in ("approve", "refuse"):
        assert "no such case waiting" in decide(app, what, "budi").output
    assert run(app, "show", "x" * 32).output == "Error: there is no such case\n"
    assert run(app, "show", case.id, "--document", "x.jpg").output == "Error: there is no photo (any more)\n"


def test_a_case_about_nobody_is_on_record_without_a_name(app, http, rina, worker, sandbox):
    stranger = sandbox.add_person()
    opened(app, worker, rina, nik=stranger["nik"])
    [rejected] = events(app, audit.Event.RECOVERY_CASE_REJECTED)
    assert (rejected.subject, rejected.facts) == (None, {"case": the_case(app).id, "reason": "no_account"})
    assert sandbox.calls(stranger["nik"]) == []


def test_the_gap_before_another_code_doubles(app, http, rina, worker, sandbox, clock):
    begin(http, rina.phone)
    for sent, gap in ((1, 30), (2, 60), (3, 120)):
        worker.drain()
        assert len(sandbox.sms(rina.phone)) == sent
        clock.shift(gap - 2)
        http.submit(form=1)
        assert "Tunggu sebentar" in http.text
        clock.shift(3 if gap == 30 else 900)
        http.submit(form=1)
    worker.drain()
    assert the_attempt(app).asked_count == 4
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Attempt).values(asked_count=40))
    clock.shift(300)
    begin_again = http.submit(form=1)
    assert 120 < int(re.search(r'data-countdown="(\d+)"', begin_again.text)[1]) <= 900


def test_recoveries_of_one_address_are_limited_and_what_was_typed_is_kept(http, rina):
    http.get("/pemulihan")
    token = http.forms()[0]["fields"]["csrf_token"]
    for _ in range(30):
        assert http.post("/pemulihan", {"csrf_token": token, "identifier": "x@example.id", "way": "mail"}).status_code == 303
    http.get("/pemulihan")
    assert http.submit(identifier=rina.email, way="mail").status_code == 429
    assert 0 < int(http.answer.headers["Retry-After"]) <= 61
    assert "Terlalu banyak percobaan. Demi keamanan, coba lagi dalam" in words(http)
    assert rina.email in http.text
    http.get("/pemulihan/kehilangan")
    assert http.submit(nik=rina.nik, mother_name=rina.mother_name).status_code == 429
    assert 0 < int(http.answer.headers["Retry-After"]) <= 61
    assert "Terlalu banyak percobaan. Demi keamanan, coba lagi dalam" in words(http)
    assert rina.mother_name in http.text
    elsewhere = begin(http.another("198.51.100.1"), rina.email, "mail")
    assert elsewhere.path == "/pemulihan/email"


def test_attempts_are_removed_a_day_after_they_ended(app, http, rina, clock):
    begin(http, rina.phone)
    clock.shift(DAY + 29 * 60)
    with app.app_context():
        assert recovery.clean_up() == 0
        clock.shift(120)
        assert recovery.clean_up() == 1
        assert db.session.scalars(select(Attempt)).all() == []


@pytest.mark.asvs("V6.4.3")
def test_a_passkey_of_the_account_is_the_second_factor_of_a_reset(app, http, rina, person, worker, sandbox):
    device, budis = with_passkey(app, rina), with_passkey(app, person())
    begin(http, rina.phone)
    http.submit(code=sms_code(worker, sandbox, rina.phone))
    assert http.path == "/pemulihan/faktor"
    form = next(number for number, one in enumerate(http.forms()) if "credential" in one["fields"])
    assert http.submit(form=form, credential=budis.signed(options_at(http, "/pemulihan/faktor/opsi"))).status_code == 400
    assert "Ini belum benar" in http.text
    secret = http.cookie("pemulihan")
    http.submit(form=form, credential=device.signed(options_at(http, "/pemulihan/faktor/opsi")))
    assert http.path == "/pemulihan/password"
    assert http.cookie("pemulihan") != secret
    assert trail(app, rina.account_id)["recovery_proven"] == [{"by": "sms"}, {"by": "factor"}]


def test_wrong_second_factors_are_limited_and_told_how_long(app, http, rina, worker, sandbox):
    device = with_app(app, rina)
    begin(http, rina.phone)
    http.submit(code=sms_code(worker, sandbox, rina.phone))
    for _ in range(5):
        assert http.submit(code="000000").status_code == 400
    answer = http.submit(code=device.code())
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert "Terlalu banyak percobaan. Demi keamanan, coba lagi dalam" in words(http)
    with app.app_context():
        assert db.session.scalars(select(Case)).all() == []
        assert accounts.find(rina.account_id) is not None


def test_a_browser_that_left_off_is_led_back_to_its_step(http, rina):
    assert "/pemulihan/kode" not in http.get("/pemulihan").text
    begin(http, rina.phone)
    assert 'href="/pemulihan/kode"' in http.get("/pemulihan").text
    http.get("/pemulihan/selesai")
    assert http.path == "/pemulihan/kode"
    stranger = http.another()
    for path in ("selesai", "terkirim", "kode", "password"):
        stranger.get(f"/pemulihan/{path}")
        assert (stranger.answer.status_code, stranger.path) == (200, "/pemulihan")
