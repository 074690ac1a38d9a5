"""What officers see of a case and what it does, whom a case is about, and who is told what in which language."""

from __future__ import annotations

import json
import re

import pytest
from PIL import Image
from sqlalchemy import select, update

from idp import accounts, audit, recovery, throttle
from idp.extensions import db, unit_of_work
from idp.recovery.models import Attempt, Case
from tests.owning import PASSWORD, with_app
from tests.recovery.conftest import NEW_PASSWORD, change_account, events, mailed_path, password_is, sealed_for, sms_code
from tests.recovery.test_lost import (
    DAY,
    NEW_EMAIL,
    NEW_PHONE,
    at_document,
    decide,
    finish,
    opened,
    photo,
    run,
    send_photo,
    submitted,
    the_case,
)

pytestmark = pytest.mark.any_database

YEAR = 365 * DAY
MOMENT = r"\d+ \w+ \d{4} \d\d\.\d\d WIB"


@pytest.fixture(autouse=True)
def _empty_inboxes(sandbox):
    sandbox.clear_inboxes()


def in_json(app, *arguments):
    """What a command answers to a program."""
    done = run(app, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def decided(app, what, officer, *more):
    return in_json(app, what, the_case(app).id, "--officer", officer, "--reason", "KTP cocok", *more)


def cases(app) -> list[Case]:
    """All of them, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(Case).order_by(Case.opened_at)))


def stop_path(message) -> str:
    return re.search(r"/pemulihan/henti/[\w-]+", message["text"])[0]


def subjects(sandbox, address) -> list[str]:
    return [one["subject"] for one in sandbox.mail(address)]


def texts(sandbox, phone) -> str:
    return "\n".join(one["text"] for one in sandbox.sms(phone))


def test_an_officer_sees_all_of_a_case_masked_and_what_every_officer_said(app, http, person, worker, sandbox, tmp_path):
    budi = person(verified=True)
    with_app(app, budi)
    submitted(http, worker, sandbox, budi)
    case = the_case(app)
    summary = {
        "case": case.id, "state": "waiting", "account": budi.account_id, "registry": "match", "approvals": 0, "officers_needed": 2,
        "opened_at": case.opened_at.isoformat(timespec="seconds"), "waits_until": case.waits_until.isoformat(timespec="seconds"),
    }  # fmt: skip
    whole = {
        "registry_reason": case.registry_reason, "name": budi.name, "nik": f"{budi.nik[:4]} •••• •••• {budi.nik[-4:]}",
        "old_email": "r***@e***", "old_phone": f"0{budi.phone[3:6]}****{budi.phone[-2:]}", "new_email": "r***@e***",
        "new_phone": "0813****77", "identity_verified": True, "second_factor": True, "photo": True, "decisions": [],
    }  # fmt: skip
    assert case.registry_reason
    assert in_json(app, "list") == [summary]
    assert in_json(app, "show", case.id) == summary | whole
    assert decided(app, "approve", "Zul  Wati") == summary | {"approvals": 1}
    said = f"approved by zul wati, {approved_at(app, case.id)}: KTP cocok"
    shown = run(app, "show", case.id).output
    for line in (f"case: {case.id}", "approvals: 1", "second_factor: True", "new_phone: 0813****77", "decisions: ", f"  {said}"):
        assert line in shown.splitlines()
    again = run(app, "approve", case.id, "--officer", "ZUL wati", "--reason", "x")
    assert (again.exit_code, again.output) == (1, "Error: you have decided on this case before; it takes another officer\n")
    assert decided(app, "refuse", "budi") == summary | {"approvals": 1, "state": "refused"}
    said_of_it = r"\n  approved by zul wati, \S+: KTP cocok\n  refused by budi, \S+: KTP cocok\n$"
    assert re.search(said_of_it, run(app, "show", case.id).output)
    nothing = {"state": "refused", "nik": None, "new_email": None, "new_phone": None, "photo": False, "approvals": 1}
    closed = in_json(app, "show", case.id)
    assert [(one["officer"], one["approved"]) for one in closed.pop("decisions")] == [("zul wati", True), ("budi", False)]
    assert closed == {name: value for name, value in (summary | whole | nothing).items() if name != "decisions"}
    assert in_json(app, "list") == []
    assert [one["case"] for one in in_json(app, "list", "--all")] == [case.id]


def approved_at(app, case_id) -> str:
    [said] = in_json(app, "show", case_id)["decisions"]
    assert said == {"officer": "zul wati", "approved": True, "reason": "KTP cocok", "at": said["at"]}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", said["at"])
    return said["at"]


def test_the_photo_is_written_for_the_officer_alone_and_as_large_as_is_needed_to_read_it(app, http, rina, worker, sandbox, tmp_path):
    at_document(http, worker, sandbox, rina.nik, rina.mother_name)
    assert send_photo(http, photo(size=(299, 400))).status_code == 400
    assert "terlalu kecil" in http.text
    send_photo(http, photo("PNG", size=(2000, 300)))
    assert (http.answer.status_code, http.path) == (200, "/pemulihan/terkirim")
    assert "Permohonan diterima" in http.text
    assert '<a href="/pemulihan/' not in http.get("/pemulihan").text.partition("<form")[0], "there is nothing to go on with"
    http.get("/pemulihan/selesai")
    assert http.path == "/pemulihan", "no password was changed"
    worker.drain()
    target = tmp_path / "ktp.jpg"
    for _ in range(2):
        assert run(app, "show", the_case(app).id, "--document", str(target)).exit_code == 0
        assert target.stat().st_mode & 0o777 == 0o600
    photo_of(80).save(tmp_path / "same.jpg", quality=80)
    with Image.open(target) as kept, Image.open(tmp_path / "same.jpg") as same:
        assert (kept.format, kept.size) == ("JPEG", (1600, 240))
        assert kept.quantization == same.quantization, "as sharp as at 80"


def photo_of(side: int) -> Image.Image:
    return Image.new("RGB", (side, side))


def test_of_two_cases_each_has_its_own_link_its_own_officers_and_its_own_end(app, http, rina, person, worker, sandbox, configured):
    configured(limits="off")
    budi = person()
    first, second = opened(app, worker, rina), opened(app, worker, budi)
    third = opened(app, worker, rina, nik=sandbox.add_person()["nik"])
    assert [one["case"] for one in in_json(app, "list")] == [first.id, second.id]
    assert [one["case"] for one in in_json(app, "list", "--all")] == [first.id, second.id, third.id]
    assert len(run(app, "list").output.splitlines()) == 2
    found = in_json(app, "show", third.id)
    assert (found["registry"], found["registry_reason"], found["account"], found["name"]) == ("no_match", "no_account", None, None)
    assert (found["old_email"], found["old_phone"], found["second_factor"], found["identity_verified"]) == (None, None, False, False)
    for case, officer in ((first, "ani"), (second, "ß" * 64)):
        assert run(app, "approve", case.id, "--officer", officer, "--reason", "x").exit_code == 0
        assert [one["officer"] for one in in_json(app, "show", case.id)["decisions"]] == [officer.casefold()[:64]]
        assert in_json(app, "show", case.id)["approvals"] == 1
    owner = http.another()
    owner.get(stop_path(sandbox.mail(budi.email)[-1]))
    owner.submit()
    assert [one.state for one in cases(app)] == ["waiting", "stopped", "waiting"]
    assert owner.get(stop_path(sandbox.mail(rina.email)[-1])).status_code == 200


def test_owner_and_asker_are_told_each_in_their_own_language_and_the_owner_under_their_own_key(app, http, rina, worker, sandbox, clock):
    change_account(app, rina.account_id, locale="en", wrong_codes=100)
    submitted(http, worker, sandbox, rina)
    assert "kode email barumu" in sandbox.mail(NEW_EMAIL)[-1]["subject"]
    assert "kode untuk nomor barumu" in sandbox.sms(NEW_PHONE)[-1]["text"]
    [opened] = sandbox.mail(rina.email)
    assert opened["subject"] == "Someone asked to replace your contact details"
    assert re.search(MOMENT, opened["text"])
    assert rina.name in opened["text"]
    assert "Someone asked to" in texts(sandbox, rina.phone)
    decide(app, "approve")
    clock.shift(DAY / 2 - 60)
    worker.drain()
    assert len(sandbox.mail(rina.email)) == len(sandbox.sms(rina.phone)) == 1
    clock.shift(61)
    worker.drain()
    assert len(sandbox.mail(rina.email)) == len(sandbox.sms(rina.phone)) == 2
    clock.shift(DAY / 2 - 60)
    worker.drain()
    assert the_case(app).state == "waiting", "not a minute earlier"
    clock.shift(61)
    worker.drain()
    assert the_case(app).state == "granted"
    assert "disetujui" in sandbox.sms(NEW_PHONE)[-1]["text"]
    assert re.search(f"berlaku sampai {MOMENT}", sandbox.mail(NEW_EMAIL)[-1]["text"])
    change_account(app, rina.account_id, phone_verified_at=the_case(app).opened_at.replace(year=2020))
    finish(app, http, worker, sandbox)
    assert http.path == "/pemulihan/password", "a hundred wrong codes and an old phone are no hindrance here"
    with app.app_context():
        assert accounts.find(rina.account_id).phone_verified_at.year == 2020, "the code went to another phone"
    http.submit(password=NEW_PASSWORD)
    worker.drain()
    told = sandbox.mail(rina.email)[-1]
    assert told["subject"] == "Your contact details were replaced"
    assert rina.name in told["text"]
    assert "Your contact details were replaced" in texts(sandbox, rina.phone)
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Your password was changed"
    assert sandbox.sms(NEW_PHONE)[-1]["text"].startswith("SIAPkerja: Your")
    mine = rina.account_id
    assert sealed_for(app) == {("mail", None): 2, ("sms", None): 2, ("mail", mine): 4, ("sms", mine): 5}


def test_whoever_asks_in_english_is_answered_in_english_and_an_owner_who_stops_it_in_theirs(app, http, rina, worker, sandbox, clock):
    http.get("/bahasa/en?next=/pemulihan/kehilangan")
    submitted(http, worker, sandbox, rina)
    assert "is the code for your new e-mail address" in sandbox.mail(NEW_EMAIL)[-1]["subject"]
    assert "is the code for your new number" in sandbox.sms(NEW_PHONE)[-1]["text"]
    assert subjects(sandbox, rina.email) == ["Ada yang meminta kontak akunmu diganti"]
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Your request was granted"
    assert "was granted" in sandbox.sms(NEW_PHONE)[-1]["text"]
    change_account(app, rina.account_id, locale="en")
    owner = http.another()
    owner.get(stop_path(sandbox.mail(rina.email)[-1]))
    assert owner.answer.status_code == 200
    assert owner.submit().status_code == 200
    worker.drain()
    assert "stopped" in subjects(sandbox, rina.email)[-1]
    assert rina.name in sandbox.mail(rina.email)[-1]["text"]
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Your request could not be granted"
    [stopped] = events(app, audit.Event.RECOVERY_CASE_STOPPED)
    assert (stopped.subject, stopped.facts) == (rina.account_id, {"case": the_case(app).id})
    assert ("mail", rina.account_id) in sealed_for(app)
    assert sealed_for(app)["mail", None] == 3


def test_a_finish_that_comes_too_late_or_after_a_stop_changes_nothing(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    path = stop_path(sandbox.mail(rina.email)[-1])
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    clock.shift(7 * DAY - 300)
    late = http.another()
    late.get(mailed_path(worker, sandbox, NEW_EMAIL, "permohonan"))
    late.submit()
    code = sms_code(worker, sandbox, NEW_PHONE)
    late.submit(code=f"{(int(code) + 1) % 1_000_000:06d}")
    late.submit(code=code)
    worker.drain()
    assert len(events(app, audit.Event.CODE_REFUSED, rina.account_id)) == 1
    with app.app_context():
        assert accounts.find(rina.account_id).wrong_codes == 0, "it was tried on another phone than the account's"
    assert late.path == "/pemulihan/password"
    clock.shift(301)
    late.submit(password=NEW_PASSWORD)
    assert (late.answer.status_code, late.path) == (200, "/pemulihan")
    assert password_is(app, rina, PASSWORD)
    owner = http.another()
    owner.get(path)
    owner.submit()
    assert the_case(app).state == "stopped"


def test_a_code_for_a_granted_case_is_sent_once_in_thirty_seconds_and_never_after_a_stop(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    path = stop_path(sandbox.mail(rina.email)[-1])
    decide(app, "approve")
    clock.shift(DAY + 1)
    thief = http.another()
    thief.get(mailed_path(worker, sandbox, NEW_EMAIL, "permohonan"))
    assert thief.answer.status_code == 200
    thief.submit()
    assert (thief.answer.status_code, thief.path) == (200, "/pemulihan/kode")
    assert "Kalau ada akun dengan data itu" in thief.text
    thief.submit(form=1)
    assert "Tunggu sebentar" in thief.text
    before = len(sandbox.sms(NEW_PHONE))
    owner = http.another()
    owner.get(path)
    owner.submit()
    worker.drain()
    assert len(sandbox.sms(NEW_PHONE)) == before
    assert thief.submit(code="000000").status_code == 400


def test_a_case_that_is_stopped_voids_what_was_under_way_to_finish_it(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    thief = http.another()
    finish(app, thief, worker, sandbox)
    with app.app_context(), unit_of_work() as session:  # as if it were stopped between two looks at it
        session.execute(update(Case).values(state="stopped"))
    thief.get("/pemulihan/password")
    assert thief.path == "/pemulihan"
    with app.app_context(), unit_of_work() as session:
        session.execute(update(Case).values(state="granted"))
    assert run(app, "refuse", the_case(app).id, "--officer", "budi", "--reason", "x").output == "Refused.\n"
    with app.app_context():
        attempt = db.session.scalars(select(Attempt).where(Attempt.case_id.is_not(None))).one()
        assert (attempt.step, attempt.asked) == ("void", None)
    assert password_is(app, rina, PASSWORD)
    worker.drain()
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Permohonanmu tidak bisa dikabulkan"


def test_with_an_account_whatever_would_lead_back_into_it_ends(app, http, rina, person, worker, sandbox, configured):
    configured(limits="off")
    budi = person()
    first, second = opened(app, worker, rina), opened(app, worker, budi)
    with app.app_context():
        accounts.erasure.erase(rina.account_id)
    assert [one.state for one in cases(app)] == ["expired", "waiting"]
    [expired] = events(app, audit.Event.RECOVERY_CASE_EXPIRED)
    assert (expired.subject, expired.facts) == (rina.account_id, {"case": first.id})
    worker.drain()
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Permohonanmu tidak bisa dikabulkan"
    found = in_json(app, "show", first.id)
    assert (found["state"], found["account"], found["photo"]) == ("expired", rina.account_id, False)
    assert (found["name"], found["old_email"], found["old_phone"], found["second_factor"]) == (None, None, None, False)
    assert (found["nik"], found["new_email"], found["new_phone"]) == (None, None, None)
    assert in_json(app, "show", second.id)["name"] == budi.name


def test_however_long_old_contacts_may_stop_a_case_they_are_told_at_half_of_it(app, http, rina, worker, sandbox, clock, configured):
    configured(recovery_waiting=16 * DAY)
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(8 * DAY + 1)
    worker.drain()
    assert len(sandbox.mail(rina.email)) == 2
    clock.shift(8 * DAY)
    worker.drain()
    assert the_case(app).state == "granted"


def test_a_case_waits_days_for_the_registry_and_what_it_says_then_counts(app, http, rina, worker, sandbox, clock):
    sandbox.fault(dukcapil="http_500")
    opened(app, worker, rina)
    assert sandbox.mail(rina.email) == []
    for _ in range(4):
        clock.shift(30)
        worker.drain()
    assert len(sandbox.calls(rina.nik)) >= 5
    refused = decide(app, "approve")
    assert refused.output == "Error: the civil registry has not recognised this person; there is nothing to approve\n"
    clock.shift(4 * DAY)
    worker.drain()
    assert the_case(app).state == "waiting"
    sandbox.clear_faults()
    clock.shift(30)
    worker.drain()
    assert (the_case(app).state, the_case(app).registry_says) == ("waiting", "match")
    assert subjects(sandbox, rina.email) == ["Ada yang meminta kontak akunmu diganti"]
    decide(app, "approve")
    assert the_case(app).state == "granted"


def test_a_case_that_the_registry_denies_after_the_waiting_time_is_refused(app, http, rina, worker, sandbox, clock):
    sandbox.fault(dukcapil="http_500")
    opened(app, worker, rina, "Bukan Ibunya")
    clock.shift(DAY + 1)
    worker.drain()
    assert the_case(app).state == "waiting"
    sandbox.clear_faults()
    clock.shift(30)
    worker.drain()
    clock.shift(30)
    worker.drain()
    assert (the_case(app).state, the_case(app).registry_says) == ("refused", "no_match")
    [rejected] = events(app, audit.Event.RECOVERY_CASE_REJECTED)
    assert (rejected.subject, rejected.facts) == (rina.account_id, {"case": the_case(app).id, "reason": the_case(app).registry_reason})
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Permohonanmu tidak bisa dikabulkan"
    assert sandbox.mail(rina.email) == []


def test_the_registry_is_asked_for_name_and_mother_and_the_asking_counts_but_is_not_refused(app, http, rina, worker, sandbox):
    with app.app_context():
        for _ in range(5):
            throttle.hit("dukcapil_per_nik", rina.nik)
    opened(app, worker, rina)
    assert the_case(app).registry_says == "match"
    [call] = sandbox.calls(rina.nik)
    assert set(call["elements"]) == {"NAMA_LGKP", "NAMA_LGKP_IBU"}


def test_every_asking_counts_for_the_limit_of_a_nik(app, http, rina, worker, sandbox):
    opened(app, worker, rina)
    with app.app_context():
        for _ in range(4):
            throttle.hit("dukcapil_per_nik", rina.nik)
        with pytest.raises(throttle.Throttled):
            throttle.hit("dukcapil_per_nik", rina.nik)


@pytest.mark.parametrize("why", ["suspended", "three cases in thirty days"])
def test_a_case_about_an_account_that_may_not_have_one_is_about_nobody(app, http, rina, worker, sandbox, why):
    with app.app_context():
        if why == "suspended":
            accounts.suspend(rina.account_id, "test")
        for _ in range(0 if why == "suspended" else 3):
            throttle.hit("recovery_cases_per_account", rina.account_id)
    opened(app, worker, rina)
    [rejected] = events(app, audit.Event.RECOVERY_CASE_REJECTED)
    assert (rejected.subject, rejected.facts) == (None, {"case": the_case(app).id, "reason": "no_account"})
    assert (the_case(app).registry_says, the_case(app).account_id) == ("no_match", None)
    assert sandbox.calls(rina.nik) == sandbox.mail(rina.email) == []


def test_undecided_is_undecided_for_thirty_days_and_not_a_minute_less(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    clock.shift(30 * DAY - 60)
    worker.drain()
    with app.app_context():
        recovery.work.expire({"case": the_case(app).id})
    assert the_case(app).state == "waiting"
    clock.shift(61)
    worker.drain()
    assert the_case(app).state == "expired"
    assert subjects(sandbox, NEW_EMAIL)[-1] == "Permohonanmu tidak bisa dikabulkan"
