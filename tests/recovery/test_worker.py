"""What the worker makes of an attempt or a case: once however often it is told, or how many are at it, and late if need be."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from sqlalchemy import select

from idp import accounts, audit, outbox, throttle
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.recovery import attempts, cases, flow, lost, work
from idp.recovery.flow import Way
from idp.recovery.models import Attempt, Case, Step
from tests.owning import at_once
from tests.recovery.conftest import change_account, code_in, events, mailed_path, sms_code
from tests.recovery.test_lost import DAY, NEW_EMAIL, NEW_PHONE, decide, opened, run, the_case

pytestmark = pytest.mark.any_database


@pytest.fixture(autouse=True)
def _empty_inboxes(sandbox):
    sandbox.clear_inboxes()


@pytest.fixture
def registry(app):
    """Between us and the registry: what `registry.meanwhile` is happens once while it is asked."""
    real = app.extensions["registry"]
    app.extensions["registry"] = between = Between(real)
    yield between
    app.extensions["registry"] = real


class Between:
    def __init__(self, real):
        self.real, self.meanwhile, self.asked = real, None, []

    def ask_for_worker(self, elements):
        self.asked.append(elements)
        if deed := self.meanwhile:
            self.meanwhile = None
            deed()
        return self.real.ask_for_worker(elements)


def asking(address: str = "198.51.100.7", *, after: attempts.Asking | None = None) -> attempts.Asking:
    """Somebody asks, in a browser of their own; or in the one that got the secret of an earlier answer."""
    secret = new_id()
    return attempts.Asking(after.next_browser if after else secret, secret, address, "id")


def attempt_of(app, who: attempts.Asking) -> Attempt:
    with app.app_context():
        found = attempts.here(who)
        assert found is not None
        return found


def left_over(app) -> list[str]:
    """The kinds of work that were tried and could not be done."""
    with app.app_context():
        wanted = select(outbox.OutboxRow.kind).where(outbox.OutboxRow.state == "waiting", outbox.OutboxRow.attempts > 0)
        return list(db.session.scalars(wanted))


def begin(app, identifier, way=Way.SMS, who=None):
    """Ask for a new password; answers who asked."""
    who = who or asking()
    with app.app_context():
        flow.start(identifier, way, who)
    return who


def leave_contacts(app, whom, email=NEW_EMAIL):
    who = asking()
    with app.app_context():
        with unit_of_work():
            attempts.open_attempt(who, Step.CONTACTS, nik=whom.nik, mother_name=whom.mother_name)
        lost.leave_contacts(EmailAddress(email), PhoneNumber(NEW_PHONE), who)
    return who


@pytest.mark.any_database("postgresql")  # whose writers do not wait for each other
@pytest.mark.parametrize("to", ["owner", "new"])
def test_of_workers_who_send_the_same_code_at_once_one_does(app, rina, worker, sandbox, configured, to):
    configured(limits="off")
    who = begin(app, rina.phone) if to == "owner" else leave_contacts(app, rina)
    told = {"attempt": attempt_of(app, who).id, "count": attempt_of(app, who).asked_count}
    assert at_once(app, lambda _: work.send(told), 6) == [None] * 6
    worker.drain()
    assert len(sandbox.sms(rina.phone)) + len(sandbox.mail(NEW_EMAIL)) == 1


@pytest.mark.parametrize("to", ["owner", "new"])
def test_a_worker_that_had_read_of_a_code_before_another_sent_it_sends_none(app, rina, worker, sandbox, configured, to):
    configured(limits="off")
    who = begin(app, rina.phone) if to == "owner" else leave_contacts(app, rina)
    with app.app_context():
        read = attempts.here(who)
        told = {"attempt": read.id, "count": read.asked_count}
        for other in (app.app_context(), nullcontext()):
            with other:
                work.send(told)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) + len(sandbox.mail(NEW_EMAIL)) == 1


def test_what_was_begun_anew_before_the_worker_came_is_not_sent_and_costs_nothing(app, rina, worker, sandbox):
    who = begin(app, rina.email, Way.MAIL)
    for _ in range(3):
        who = begin(app, rina.email, Way.MAIL, asking(after=who))
    worker.drain()
    assert len(sandbox.mail(rina.email)) == 1
    assert left_over(app) == []


def test_a_code_that_was_asked_for_and_is_needed_no_more_is_not_sent(app, rina, worker, sandbox, clock):
    who = begin(app, rina.phone)
    worker.drain()
    clock.shift(31)
    with app.app_context():
        flow.send_again(who)
        flow.enter_code(code_in(sandbox.sms(rina.phone)[-1]), who)
    worker.drain()
    assert len(sandbox.sms(rina.phone)) == 1
    assert left_over(app) == []


def test_a_code_that_could_not_be_sent_while_it_was_valid_is_not_sent_late(app, rina, worker, sandbox, clock):
    sandbox.fault(sms="down", mail="down")
    begin(app, rina.phone)
    leave_contacts(app, rina)
    with app.app_context(), unit_of_work():
        attempt = attempts.open_attempt(asking(), Step.NEW_PHONE, nik=rina.nik, phone=NEW_PHONE)
        outbox.put("recovery_send", {"attempt": attempt.id, "count": 1})
    worker.drain()
    clock.shift(301)
    sandbox.clear_faults()
    worker.drain()
    assert sandbox.sms(rina.phone) == sandbox.sms(NEW_PHONE) == sandbox.mail(NEW_EMAIL) == []
    assert left_over(app) == []


def test_no_code_goes_to_a_phone_or_for_an_address_that_had_enough_nor_to_an_account_that_may_not_act(app, person, worker, sandbox):
    rina, budi, tono, suspended, guessed = (person() for _ in range(5))
    change_account(app, guessed.account_id, wrong_codes=100)
    with app.app_context():
        throttle.hit("sms_per_phone", rina.phone)
        for _ in range(9):
            throttle.hit("sms_per_address", "203.0.113.9")
        accounts.suspend(suspended.account_id, "test")
    sandbox.clear_inboxes()
    for whom in (rina, suspended, guessed, budi, tono):
        begin(app, whom.phone, who=asking(address="203.0.113.9"))
        worker.drain()
    assert [len(sandbox.sms(whom.phone)) for whom in (rina, budi, tono, suspended, guessed)] == [0, 1, 0, 0, 0]
    assert [sandbox.mail(whom.email) for whom in (rina, budi, tono, suspended, guessed)] == [[]] * 5
    assert left_over(app) == []
    begin(app, tono.phone)
    worker.drain()
    assert len(sandbox.sms(tono.phone)) == 1


def test_tries_are_counted_by_whom_it_is_about_however_it_is_written(app, rina, worker, sandbox):
    stranger = sandbox.add_person()
    same = [
        (rina.phone, rina.email, rina.nik),
        (stranger["nik"], f"{stranger['nik'][:6]} {stranger['nik'][6:12]} {stranger['nik'][12:]}"),
        (stranger["phone"], f"0{stranger['phone'][3:6]}-{stranger['phone'][6:]}"),
        (stranger["email"], stranger["email"].upper()),
    ]
    asked = [[begin(app, one) for one in group] for group in same]
    worker.drain()
    found = [{attempt_of(app, who).subject for who in group} for group in asked]
    assert [len(one) for one in found] == [1] * 4
    assert len(set.union(*found)) == 4
    assert found[0] == {rina.account_id}


def test_tries_of_two_who_may_not_act_any_more_are_counted_apart(app, person, worker):
    asked = []
    for whom in (person(), person()):
        asked.append(asking())
        with app.app_context():
            with unit_of_work():
                attempt = attempts.open_attempt(asked[-1], Step.CODE, account=whom.account_id)
                outbox.put("recovery_send", {"attempt": attempt.id, "count": 1})
            accounts.suspend(whom.account_id, "test")
    worker.drain()
    assert len({attempt_of(app, who).subject for who in asked} - {None}) == 2


def test_tries_of_new_contacts_are_counted_by_the_nik_and_apart_from_those_of_others(app, person, worker):
    rina, budi = person(), person()
    asked = [leave_contacts(app, whom, email=f"a{number}@example.id") for number, whom in enumerate((rina, rina, budi))]
    worker.drain()
    first, second, other = (attempt_of(app, who).subject for who in asked)
    assert first == second != other
    assert rina.nik not in first


def test_wrong_codes_of_a_new_phone_say_nothing_against_the_account(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    http.get(mailed_path(worker, sandbox, NEW_EMAIL, "permohonan"))
    http.submit()
    http.submit(code=f"{(int(sms_code(worker, sandbox, NEW_PHONE)) + 1) % 1_000_000:06d}")
    worker.drain()
    [refused] = events(app, audit.Event.CODE_REFUSED)
    assert refused.subject == rina.account_id
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 0


def test_the_code_for_a_granted_case_goes_to_the_new_phone_whatever_the_old_one_has_been_through(app, rina, worker, sandbox, clock):
    clock.shift(366 * DAY)
    change_account(app, rina.account_id, wrong_codes=100)
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    token, who = mailed_path(worker, sandbox, NEW_EMAIL, "permohonan").rpartition("/")[2], asking()
    with app.app_context():
        for other in (cases.to_finish, cases.stop):
            with pytest.raises(cases.NoSuchCase):
                other("x" * 43)
        assert not cases.can_be_stopped("x" * 22)
        cases.start_finishing(token, who)
    code = sms_code(worker, sandbox, NEW_PHONE)
    with app.app_context():
        flow.enter_code(code, who)
        attempt = attempts.at(who, Step.PASSWORD)
        assert cases.of(attempt).id == the_case(app).id
        assert flow.masked_contacts(attempt) == flow.Contacts("r***@e***", "0813****77")


def test_old_contacts_hear_of_a_case_again_when_half_of_its_waiting_has_passed_and_it_is_open(app, person, worker, sandbox, clock):
    rina, budi, tono = person(), person(), person()
    opened(app, worker, rina)
    refused = opened(app, worker, budi)
    opened(app, worker, tono, "Bukan Ibunya")
    assert run(app, "refuse", refused.id, "--officer", "ani", "--reason", "x").exit_code == 0
    clock.shift(DAY / 2 - 60)
    worker.drain()
    assert [len(sandbox.sms(whom.phone)) for whom in (rina, budi, tono)] == [1, 1, 0]
    clock.shift(61)
    worker.drain()
    assert [len(sandbox.sms(whom.phone)) for whom in (rina, budi, tono)] == [2, 1, 0]
    assert left_over(app) == []


def test_the_link_that_stops_a_case_fits_into_an_sms_under_a_long_name_too(app, rina, worker, sandbox, configured):
    configured(issuer="https://akun.siapkerja.kemnaker.go.id")
    opened(app, worker, rina)
    [told] = sandbox.sms(rina.phone)
    assert "https://akun.siapkerja.kemnaker.go.id/pemulihan/henti/" in told["text"]
    assert len(told["text"]) <= 160
    assert left_over(app) == []


def test_a_suspended_account_is_put_to_no_registry_and_its_owner_is_not_told(app, rina, worker, registry, sandbox):
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    sandbox.clear_inboxes()
    assert opened(app, worker, rina).registry_says == "no_match"
    assert registry.asked == sandbox.sms(rina.phone) == []


def test_two_workers_who_look_into_one_case_tell_its_owner_once(app, rina, worker, registry, sandbox):
    def meanwhile():
        with app.app_context():
            work.look_into({"case": the_case(app).id})

    registry.meanwhile = meanwhile
    case = opened(app, worker, rina)
    assert len(registry.asked) == 2
    assert len(sandbox.mail(rina.email)) == len(sandbox.sms(rina.phone)) == 1
    assert len(events(app, audit.Event.RECOVERY_CASE_OPENED)) == 1
    with app.app_context():
        work.look_into({"case": case.id})
    assert len(registry.asked) == 2
    assert left_over(app) == []


@pytest.mark.any_database("postgresql")
def test_two_officers_who_approve_at_once_are_two(app, person, worker, clock):
    case = opened(app, worker, person(verified=True))
    clock.shift(DAY + 1)
    worker.drain()
    at_once(app, lambda number: cases.approve(case.id, ("ani", "budi")[number], "KTP cocok", without_factor=False), 2)
    assert the_case(app).state == "granted"


@pytest.mark.any_database("postgresql")
def test_a_stop_at_the_very_moment_of_the_last_step_comes_first(app, rina, worker, sandbox, clock):
    case = opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    stopping, refused = threading.Event(), []

    def finish():
        stopping.wait(20)
        with app.app_context(), pytest.raises(attempts.NotAtThisStep), unit_of_work() as session:
            read = session.get_one(Case, case.id)
            cases.finish(read.id, session.get_one(accounts.Account, rina.account_id))
        refused.append(case.id)

    (other := threading.Thread(target=finish)).start()
    with app.app_context(), unit_of_work():
        cases.stop(cases.stop_token(case))
        stopping.set()
        other.join(0.2)  # it waits for us, however long it is let
    other.join(20)
    assert refused == [case.id]
    assert the_case(app).state == "stopped"
    with app.app_context():
        assert accounts.find(rina.account_id).email.value == rina.email


def test_a_case_that_is_refused_while_the_registry_is_asked_stays_refused(app, rina, worker, registry, sandbox):
    registry.meanwhile = lambda: decide(app, "refuse")
    case = opened(app, worker, rina)
    assert (case.state, case.registry_says) == ("refused", "unasked")
    assert sandbox.mail(rina.email) == []
    with app.app_context():
        work.look_into({"case": case.id})
    assert len(registry.asked) == 1, "a closed case is looked into no more"
    assert left_over(app) == []


def test_nothing_ends_before_its_time_and_what_a_worker_missed_for_a_month_it_makes_up_for(app, rina, worker, sandbox, clock):
    case = opened(app, worker, rina)
    decide(app, "approve")
    for early in (work.ripen, work.expire):
        with app.app_context():
            early({"case": case.id})
    assert the_case(app).state == "waiting"
    clock.shift(30.5 * DAY)
    worker.drain()
    assert len(sandbox.mail(rina.email)) == 2, "the second warning is late, and sent"
    assert the_case(app).state == "granted"
    assert [one["subject"] for one in sandbox.mail(NEW_EMAIL)] == ["Permohonanmu disetujui"]


def test_what_a_browser_was_at_is_void_and_forgotten_when_it_begins_anew_and_nothing_else(app, rina, worker, sandbox):
    first, other = begin(app, rina.email, Way.MAIL), begin(app, rina.phone)
    worker.drain()
    begin(app, rina.phone, who=asking(after=first))
    begin(app, rina.phone, who=attempts.Asking(None, new_id(), "198.51.100.7", "id"))
    found = attempt_of(app, first)
    assert (found.step, found.asked, found.link_hash, found.code_hash) == ("void", None, None, None)
    assert attempt_of(app, other).step == "code"
    with app.app_context():
        flow.enter_code(code_in(sandbox.sms(rina.phone)[-1]), other)
        with pytest.raises(attempts.NotAtThisStep):
            attempts.at(first, *Step)
