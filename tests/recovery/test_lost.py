"""Everything lost: what starts it, what proves it, who can stop it, who decides, and how it ends."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import select

from idp import accounts, audit, factors
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.recovery import attempts, cases
from idp.recovery.cli import recovery
from idp.recovery.models import Case, Step
from idp.uploads import LARGEST_BYTES, process
from tests.owning import PASSWORD, at_once, recovery_codes, sign_in, with_app
from tests.recovery.conftest import NEW_PASSWORD, begin, code_in, events, mailed_path, password_is, sms_code

DAY = 86_400
NEW_EMAIL, NEW_PHONE = "rina.baru@example.id", "+6281355500077"


def photo(kind="JPEG", size=(900, 600), **options):
    made = BytesIO()
    Image.new("RGB", size, (200, 180, 90)).save(made, kind, **options)
    return made.getvalue()


@pytest.fixture(autouse=True)
def _empty_inboxes(sandbox):
    sandbox.clear_inboxes()


def at_contacts(browser, nik, mother_name):
    browser.get("/pemulihan/kehilangan")
    browser.submit(nik=nik, mother_name=mother_name)
    assert browser.path == "/pemulihan/kontak"
    return browser


def at_document(browser, worker, sandbox, nik, mother_name):
    at_contacts(browser, nik, mother_name).submit(email=NEW_EMAIL, phone=NEW_PHONE)
    assert browser.path == "/pemulihan/kode"
    worker.drain()
    browser.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    browser.submit(code=sms_code(worker, sandbox, NEW_PHONE))
    assert browser.path == "/pemulihan/dokumen"
    return browser


def send_photo(browser, content):
    token = browser.forms()[0]["fields"]["csrf_token"][0]
    data = {"csrf_token": token, "photo": (BytesIO(content), "ktp.jpg")}
    return browser.request("POST", "/pemulihan/dokumen", data=data, content_type="multipart/form-data", follow=True)


def submitted(browser, worker, sandbox, whom, mother_name=None):
    at_document(browser, worker, sandbox, whom.nik, mother_name or whom.mother_name)
    send_photo(browser, photo())
    assert browser.path == "/pemulihan/terkirim"
    worker.drain()
    return browser


def opened(app, worker, whom, mother_name=None, *, nik=None) -> Case:
    """A case as it is after the walk through the pages, without the walk."""
    with app.app_context():
        asking = attempts.Asking(None, new_id(), "127.0.0.1", "id")
        asked = {"nik": nik or whom.nik, "mother_name": mother_name or whom.mother_name, "email": NEW_EMAIL, "phone": NEW_PHONE}
        with unit_of_work():
            case_id = cases.open_case(attempts.open_attempt(asking, Step.DOCUMENT, **asked), "").id
    worker.drain()
    with app.app_context():
        return db.session.get_one(Case, case_id)


def run(app, *arguments) -> Result:
    with app.app_context():
        return CliRunner().invoke(recovery, arguments)


def the_case(app) -> Case:
    with app.app_context():
        return db.session.scalars(select(Case)).one()


def decide(app, what, officer="ani", *more):
    return run(app, what, the_case(app).id, "--officer", officer, "--reason", "KTP cocok", *more)


def finish(app, browser, worker, sandbox, password=NEW_PASSWORD):
    browser.get(mailed_path(worker, sandbox, NEW_EMAIL, "permohonan"))
    browser.submit()
    assert browser.path == "/pemulihan/kode"
    browser.submit(code=sms_code(worker, sandbox, NEW_PHONE))


def test_after_approval_and_the_waiting_time_the_new_contacts_replace_the_old(app, http, rina, worker, sandbox, clock):
    elsewhere = http.another()
    sign_in(elsewhere, rina)
    submitted(http, worker, sandbox, rina)
    assert decide(app, "approve").exit_code == 0
    worker.drain()
    assert the_case(app).state == "waiting"
    clock.shift(DAY + 1)
    worker.drain()
    assert the_case(app).state == "granted"
    browser = http.another()
    finish(app, browser, worker, sandbox)
    assert browser.path == "/pemulihan/password"
    browser.submit(password=NEW_PASSWORD)
    assert browser.path == "/pemulihan/selesai"
    assert password_is(app, rina, NEW_PASSWORD)
    with app.app_context():
        account = accounts.find(rina.account_id)
        assert (account.email.value, account.phone.e164) == (NEW_EMAIL, NEW_PHONE)
        assert accounts.find_by_identifier(rina.phone) is None
        assert accounts.find_by_identifier(NEW_PHONE).id == rina.account_id
    worker.drain()
    assert "Kontak akunmu sudah diganti" in sandbox.sms(rina.phone)[-1]["text"]
    assert sandbox.mail(rina.email)[-1]["subject"] == "Kontak akunmu sudah diganti"
    assert sandbox.mail(NEW_EMAIL)[-1]["subject"] == "Password akunmu sudah diganti"
    case = the_case(app)
    assert (case.state, case.document_text, case.nik_text, case.phone_text) == ("done", None, None, None)
    for event in ("RECOVERY_CASE_OPENED", "RECOVERY_CASE_APPROVED", "RECOVERY_CASE_GRANTED", "CONTACTS_REPLACED", "PASSWORD_RESET"):
        assert len(events(app, audit.Event[event], rina.account_id)) == 1, event


def test_approval_after_the_waiting_time_grants_at_once(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    clock.shift(DAY + 1)
    worker.drain()
    assert the_case(app).state == "waiting"
    decide(app, "approve")
    assert the_case(app).state == "granted"


@pytest.mark.asvs("V6.4.2")
def test_nik_and_mothers_name_alone_change_nothing_and_answer_alike_for_whomever(http, rina, worker, sandbox):
    known = at_contacts(http, rina.nik, rina.mother_name).text
    wrong_mother = at_contacts(http.another(), rina.nik, "Bukan Ibunya").text
    stranger = sandbox.add_person()
    unknown = at_contacts(http.another(), stranger["nik"], stranger["mother_name"]).text
    strip = [re.sub(r'nonce="[^"]+"|value="[^"]{20,}"', "", one) for one in (known, wrong_mother, unknown)]
    assert strip[0] == strip[1] == strip[2]
    worker.drain()
    assert sandbox.mail(rina.email) == sandbox.sms(rina.phone) == []
    assert sandbox.calls(rina.nik) == []


@pytest.mark.asvs("V6.3.7")
@pytest.mark.parametrize("how", ["sms", "mail"])
def test_every_old_contact_is_told_and_can_stop_it_with_one_click(app, http, rina, worker, sandbox, clock, how):
    opened(app, worker, rina)
    message = sandbox.sms(rina.phone)[-1] if how == "sms" else sandbox.mail(rina.email)[-1]
    there = sandbox.sms(rina.phone)[-1]["text"].replace(app.extensions["test_settings"].issuer, "https://account.kemnaker.go.id")
    assert len(there) <= 160, "it is one SMS where the address is longer, too"
    path = re.search(r"/pemulihan/henti/[\w-]+", message["text"])[0]
    decide(app, "approve")
    owner = http.another()
    owner.get(path)
    assert the_case(app).state == "waiting", "looking must change nothing"
    owner.submit()
    assert the_case(app).state == "stopped"
    assert owner.get(path).status_code == 410
    clock.shift(DAY + 1)
    worker.drain()
    assert the_case(app).state == "stopped"
    assert sandbox.mail(NEW_EMAIL)[-1]["subject"] == "Permohonanmu tidak bisa dikabulkan"
    told = sandbox.mail(rina.email)[-1]
    assert "dihentikan" in told["subject"]
    assert rina.name in told["text"]
    assert decide(app, "approve", "budi").exit_code == 1
    assert len(events(app, audit.Event.RECOVERY_CASE_STOPPED, rina.account_id)) == 1


def test_the_owner_is_told_again_when_half_of_the_time_has_passed(app, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    assert len(sandbox.mail(rina.email)) == 1
    clock.shift(DAY / 2 + 1)
    worker.drain()
    first, second = sandbox.mail(rina.email)
    assert re.search(r"henti/\S+", first["text"])[0] == re.search(r"henti/\S+", second["text"])[0]


def test_even_a_granted_case_can_be_stopped_on_its_last_step(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    path = re.search(r"/pemulihan/henti/[\w-]+", sandbox.mail(rina.email)[-1]["text"])[0]
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    thief = http.another()
    finish(app, thief, worker, sandbox)
    owner = http.another()
    owner.get(path)
    owner.submit()
    thief.get("/pemulihan/password")
    assert thief.path == "/pemulihan"
    assert password_is(app, rina, PASSWORD)


@pytest.mark.asvs("V2.3.5", "V6.4.4")
def test_a_verified_account_needs_two_different_officers(app, http, person, worker, sandbox, clock):
    budi = person(verified=True)
    opened(app, worker, budi)
    clock.shift(DAY + 1)
    worker.drain()
    assert decide(app, "approve", "Ani").exit_code == 0
    assert the_case(app).state == "waiting"
    again = decide(app, "approve", " ANI ")
    assert again.exit_code == 1
    assert "another officer" in again.output
    assert decide(app, "approve", "budi").exit_code == 0
    assert the_case(app).state == "granted"


def test_one_officers_refusal_closes_it_with_one_text_for_all_reasons(app, http, rina, worker, sandbox, clock, configured):
    configured(limits="off")
    opened(app, worker, rina)
    assert decide(app, "refuse", "ani").exit_code == 0
    worker.drain()
    refused = sandbox.mail(NEW_EMAIL)[-1]["text"]
    assert "KTP cocok" not in refused
    assert the_case(app).document_text is None
    sandbox.clear_inboxes()
    opened(app, worker, rina, nik=sandbox.add_person()["nik"])
    clock.shift(DAY + 1)
    worker.drain()
    assert sandbox.mail(NEW_EMAIL)[-1]["text"] == refused


@pytest.mark.asvs("V6.4.4")
@pytest.mark.parametrize("mother_name", ["Bukan Ibunya"])
def test_without_a_fresh_match_at_the_registry_nothing_can_be_approved(app, http, rina, worker, sandbox, clock, mother_name):
    opened(app, worker, rina, mother_name)
    assert len(sandbox.calls(rina.nik)) == 1
    done = decide(app, "approve")
    assert done.exit_code == 1
    assert "registry" in done.output
    assert sandbox.mail(rina.email) == []
    clock.shift(DAY + 1)
    worker.drain()
    assert the_case(app).state == "refused"


def test_while_the_registry_is_down_a_case_waits_for_it(app, http, rina, worker, sandbox, clock):
    sandbox.fault(dukcapil="http_500")
    opened(app, worker, rina)
    assert the_case(app).registry_says == "unasked"
    assert decide(app, "approve").exit_code == 1
    sandbox.clear_faults()
    clock.shift(300)
    worker.drain()
    assert the_case(app).registry_says == "match"


def test_a_second_factor_is_asked_for_unless_two_officers_spare_it(app, http, rina, worker, sandbox, clock):
    with_app(app, rina)
    codes = recovery_codes(app, rina)
    opened(app, worker, rina)
    decide(app, "approve")
    clock.shift(DAY + 1)
    worker.drain()
    browser = http.another()
    finish(app, browser, worker, sandbox)
    assert browser.path == "/pemulihan/faktor"
    browser.get("/pemulihan/password")
    assert browser.path == "/pemulihan/faktor"
    browser.submit(code=codes[0])
    assert browser.path == "/pemulihan/password"


def test_a_case_with_the_second_factor_spared_takes_two_officers_and_takes_it_out_of_use(app, http, rina, worker, sandbox, clock):
    with_app(app, rina)
    opened(app, worker, rina)
    clock.shift(DAY + 1)
    worker.drain()
    decide(app, "approve", "ani", "--without-second-factor")
    assert the_case(app).state == "waiting"
    decide(app, "approve", "budi", "--without-second-factor")
    browser = http.another()
    finish(app, browser, worker, sandbox)
    browser.submit(password=NEW_PASSWORD)
    assert browser.path == "/pemulihan/selesai"
    with app.app_context():
        assert not factors.enrolled(rina.account_id)


def test_a_new_contact_that_has_an_account_is_said_so_once_it_is_proven(http, rina, person, worker, sandbox):
    budi = person()
    at_contacts(http, rina.nik, rina.mother_name).submit(email=budi.email, phone=NEW_PHONE)
    worker.drain()
    http.submit(code=code_in(sandbox.mail(budi.email)[-1]))
    assert http.path == "/pemulihan/kontak"
    assert "sudah dipakai sebuah akun" in http.text
    assert http.forms()[-1]["fields"]["email"] == [budi.email], "what was typed is kept"
    http.submit(email=NEW_EMAIL, phone=budi.phone)
    worker.drain()
    http.submit(code=code_in(sandbox.mail(NEW_EMAIL)[-1]))
    assert http.path == "/pemulihan/kode"
    http.submit(code=sms_code(worker, sandbox, budi.phone))
    assert http.path == "/pemulihan/kontak"
    assert "sudah dipakai sebuah akun" in http.text


def test_new_contacts_are_limited_and_links_to_no_case_lead_nowhere(http, rina):
    at_contacts(http, rina.nik, rina.mother_name)
    token = http.forms()[-1]["fields"]["csrf_token"]
    for number in range(5):
        data = {"csrf_token": token, "email": f"a{number}@example.id", "phone": NEW_PHONE}
        assert http.post("/pemulihan/kontak", data).location == "/pemulihan/kode"
    refused = http.post("/pemulihan/kontak", {"csrf_token": token, "email": "a9@example.id", "phone": NEW_PHONE})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    assert "a9@example.id" in refused.text
    for what in ("permohonan", "henti"):
        assert http.get(f"/pemulihan/{what}/nothing").status_code == 410
        shown = http.text
        answer = http.post(f"/pemulihan/{what}/nothing", {"csrf_token": token})
        assert answer.status_code == 410
        assert re.findall(r"<h1[^>]*>([^<]*)<", answer.text) == re.findall(r"<h1[^>]*>([^<]*)<", shown)


@pytest.mark.asvs("V5.2.2")
@pytest.mark.any_database
def test_only_a_usable_photo_is_taken(app, http, rina, worker, sandbox, monkeypatch):
    at_document(http, worker, sandbox, rina.nik, rina.mother_name)
    for content, words in (
        (b"", "Pilih foto"),
        (b"%PDF-1.4 nothing", "bukan foto"),
        (photo("PDF"), "bukan foto"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bukan foto"),
        (photo()[:300], "bukan foto"),
        (photo(size=(40, 40)), "terlalu kecil"),
        (photo("PNG", size=(6000, 5000)), "terlalu besar"),
        (b"x" * (LARGEST_BYTES + 1), "terlalu besar"),
    ):
        assert send_photo(http, content).status_code == 400
        assert words in http.text
    monkeypatch.setattr(process, "WAIT_FOR_TURN_SECONDS", 0)
    with process._turns, process._turns:
        assert send_photo(http, photo()).status_code == 400
        assert "Sedang banyak yang mengunggah" in http.text
    with app.app_context():
        assert db.session.scalars(select(Case)).all() == []
    send_photo(http, photo(size=(300, 400)))
    assert http.path == "/pemulihan/terkirim"


@pytest.mark.asvs("V14.2.8")
def test_the_photo_is_kept_without_metadata_and_officers_can_see_it(app, http, rina, worker, sandbox, tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "GPS -6.2 106.8"
    at_document(http, worker, sandbox, rina.nik, rina.mother_name)
    send_photo(http, photo(exif=exif))
    worker.drain()
    target = tmp_path / "ktp.jpg"
    found = json.loads(run(app, "show", the_case(app).id, "--document", str(target), "--json").output)
    assert found["photo"] is True
    assert found.keys() == {
        *(
            "case",
            "state",
            "account",
            "registry",
            "approvals",
            "officers_needed",
            "opened_at",
            "waits_until",
            "registry_reason",
            "name",
            "nik",
        ),
        *("old_email", "old_phone", "new_email", "new_phone", "identity_verified", "second_factor", "photo", "decisions"),
    }
    assert (found["account"], found["registry"], found["name"], found["identity_verified"]) == (rina.account_id, "match", rina.name, False)
    assert (found["new_phone"], found["second_factor"]) == ("0813****77", False)
    assert found["old_phone"] == f"0{rina.phone[3:6]}****{rina.phone[-2:]}"
    assert rina.nik not in json.dumps(found)
    with Image.open(target) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (900, 600), {})
    assert [one["case"] for one in json.loads(run(app, "list", "--json").output)] == [the_case(app).id]


def test_fifty_who_finish_or_stop_at_once_make_one_end(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    path = re.search(r"/pemulihan/henti/[\w-]+", sandbox.mail(rina.email)[-1]["text"])[0]
    browsers = [http.another() for _ in range(50)]
    for browser in browsers:
        browser.get(path)
    tokens = [browser.forms()[0]["fields"]["csrf_token"][0] for browser in browsers]
    answers = at_once(app, lambda number: browsers[number].post(path, {"csrf_token": tokens[number]}).status_code)
    assert sorted(answers) == [200] + [410] * 49
    assert len(events(app, audit.Event.RECOVERY_CASE_STOPPED)) == 1


@pytest.mark.asvs("V14.2.7")
def test_a_case_that_nobody_decides_is_forgotten_after_thirty_days(app, http, rina, worker, sandbox, clock):
    opened(app, worker, rina)
    clock.shift(31 * DAY)
    worker.drain()
    case = the_case(app)
    assert (case.state, case.nik_text, case.document_text) == ("expired", None, None)


def test_what_cannot_be_a_nik_or_a_name_or_a_contact_is_said_in_words(http, rina):
    http.get("/pemulihan/kehilangan")
    for nik, words in (
        ("99x", "hanya berisi angka"),
        ("99", "terdiri dari 16 angka"),
        (f"{rina.nik[:6]}9913{rina.nik[10:]}", "tidak mungkin"),
    ):
        assert http.submit(nik=nik, mother_name="1?").status_code == 400
        assert words in http.text
        assert "Nama hanya berisi huruf" in http.text
    at_contacts(http, rina.nik, rina.mother_name)
    assert http.submit(email="nobody", phone="12").status_code == 400
    assert "belum lengkap" in http.text
    assert "tidak dikenali" in http.text
    assert http.submit(email=NEW_EMAIL, phone="021 500 0000").status_code == 400
    assert "nomor HP Indonesia" in http.text


@pytest.mark.asvs("V2.4.1")
def test_a_nik_starts_three_times_a_day(http, rina):
    for _ in range(3):
        at_contacts(http.another(), rina.nik, rina.mother_name)
    http.get("/pemulihan/kehilangan")
    assert http.submit(nik=rina.nik, mother_name=rina.mother_name).status_code == 429


def test_while_a_case_waits_a_forgotten_password_still_works_for_whoever_has_the_phone(app, http, rina, worker, sandbox):
    opened(app, worker, rina)
    browser = begin(http.another(), rina.phone)
    worker.drain()
    assert "kode untuk password baru" in sandbox.sms(rina.phone)[-1]["text"]
    browser.submit(code=code_in(sandbox.sms(rina.phone)[-1]))
    assert browser.path == "/pemulihan/password"
