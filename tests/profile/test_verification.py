"""Simpan dan Kirim: what the registry is asked, what its answer changes, and what happens when it cannot answer."""

from dataclasses import replace

import pytest
from babel.dates import format_date, get_timezone

from idp import accounts, audit, claims, clock, profile
from idp.extensions import db
from idp.profile import flow
from idp.profile.answers import CertificationHistory, Proof
from idp.profile.models import Check
from tests.profile.conftest import BIODATA
from tests.profile.filling import WHOLE, fill
from tests.signing_in import signed_in


def send(browser, **changes):
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="next", **(BIODATA | changes))
    browser.get("/profil/lengkapi/keahlian")
    return browser.submit(search="Python", go="next")


def state(app, citizen):
    with app.app_context():
        return profile.of(citizen.account_id).check, accounts.find(citizen.account_id).identity_verified_at is not None


def test_a_full_match_verifies_the_identity(app, rina, browser, sandbox):
    page = send(browser).text
    assert browser.path == "/profil"
    assert "Terverifikasi" in page
    assert "Belum Terverifikasi" not in page
    assert page.count("sesuai Dukcapil") == 3
    assert state(app, rina) == (Check.VERIFIED, True)
    [call] = sandbox.calls(rina.registry["nik"])
    assert set(call["elements"]) == {"NAMA_LGKP", "TMPT_LHR", "TGL_LHR", "JENIS_KLMIN"}
    with app.app_context():
        assert claims.of(rina.account_id, ("profile_verified",)) == {"profile_verified": True}
        sources = profile.of(rina.account_id).sources["biodata"]
        assert {name for name, (source, _) in sources.items() if source == "dukcapil"} == {"birthplace", "birthdate", "sex"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"birthplace": "Surabaya"}, "tempat lahir"),
        ({"birthdate": "1992-06-16"}, "tanggal lahir"),
        ({"sex": "male"}, "jenis kelamin"),
    ],
)
def test_what_does_not_match_is_named_and_can_be_corrected(app, rina, browser, changes, named):
    page = send(browser, **changes).text
    assert "Data belum cocok dengan Dukcapil." in page
    assert f"Yang berbeda: {named}." in " ".join(page.split())
    assert state(app, rina) == (Check.REFUSED, False)
    assert "Ada data yang belum cocok dengan Dukcapil." in browser.get("/").text
    send(browser)
    assert "Profil diubah: Biodata" in browser.get("/akun/riwayat").text
    assert state(app, rina) == (Check.VERIFIED, True)


def test_a_name_that_differs_can_only_be_mended_by_the_registry(citizen, browser):
    odd = citizen()
    with browser.app.app_context():
        account = accounts.find(odd.account_id)
        with flow.unit_of_work():
            account.name_text = "Orang Lain Sama Sekali"
    page = send(signed_in(browser, odd.account_id)).text
    assert "Nama hanya bisa diperbaiki lewat Dukcapil setempat." in page


@pytest.mark.parametrize("outcome", ["unknown", "deceased", "inactive"])
def test_whom_the_registry_does_not_recognise_is_sent_there(app, citizen, browser, outcome):
    person = citizen(outcome=outcome)
    page = send(signed_in(browser, person.account_id)).text
    assert "Silakan hubungi Dukcapil setempat." in page
    assert state(app, person) == (Check.REFUSED, False)


def test_a_check_waits_while_the_registry_is_down_and_the_worker_goes_on(app, rina, browser, sandbox, worker, clock):
    sandbox.fault(dukcapil="http_500")
    page = send(browser).text
    assert "Menunggu verifikasi" in page
    assert state(app, rina) == (Check.WAITING, False)
    clock.shift(60)
    worker.drain()
    assert state(app, rina) == (Check.WAITING, False)
    sandbox.clear_faults()
    clock.shift(120)
    worker.drain()
    assert state(app, rina) == (Check.VERIFIED, True)
    calls = len(sandbox.calls(rina.registry["nik"]))
    clock.shift(600)
    worker.drain()
    assert len(sandbox.calls(rina.registry["nik"])) == calls


def test_what_waits_is_asked_with_the_answers_of_that_moment(app, rina, browser, sandbox, worker, clock):
    sandbox.fault(dukcapil="http_500")
    send(browser, birthplace="Surabaya")
    sandbox.clear_faults()
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="next", birthplace="Bandung")
    assert state(app, rina) == (Check.WAITING, False)
    clock.shift(120)
    worker.drain()
    assert state(app, rina) == (Check.VERIFIED, True)


def test_other_answers_than_those_confirmed_are_unconfirmed_again(app, rina, browser, sandbox):
    send(browser)
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="next", street="Jl. Baru 1")
    assert state(app, rina) == (Check.VERIFIED, True)
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="next", birthplace="Surabaya")
    assert state(app, rina) == (Check.NONE, False)
    assert "Belum Terverifikasi" in browser.get("/profil").text
    with app.app_context():
        events = list(db.session.scalars(db.select(audit.AuditEvent.event).where(audit.AuditEvent.subject == rina.account_id)))
    assert events.count("profile_check_withdrawn") == 1


def test_what_was_confirmed_is_not_asked_twice(rina, browser, sandbox):
    send(browser)
    send(browser)
    assert len(sandbox.calls(rina.registry["nik"])) == 1


def test_a_corrected_profile_can_be_sent_from_its_page(app, rina, browser):
    send(browser, birthplace="Surabaya")
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="next", birthplace="Bandung")
    browser.get("/profil")
    sending = [one for one in browser.forms() if one["action"] == "/profil/kirim"]
    browser.request("POST", "/profil/kirim", data=sending[0]["fields"], follow=True)
    assert state(app, rina) == (Check.VERIFIED, True)
    assert "/profil/kirim" not in browser.text


def test_without_biodata_there_is_nothing_to_send(rina, browser, sandbox):
    browser.get("/profil/lengkapi/keahlian")
    page = browser.submit(search="Python", go="next").text
    assert browser.path == "/profil/lengkapi/biodata"
    assert "Lengkapi biodata dulu" in page
    assert sandbox.calls(rina.registry["nik"]) == []


@pytest.mark.asvs("V2.3.2")
def test_the_registry_is_not_asked_more_often_than_the_limit(app, rina, browser, sandbox):
    send(browser, birthplace="Surabaya")
    with app.app_context():
        for _ in range(4):
            flow.submit(rina.account_id, dukcapil=app.extensions["dukcapil"])
    assert "coba kirim lagi besok" in send(browser).text
    assert len(sandbox.calls(rina.registry["nik"])) == 5


def test_no_answer_uses_up_no_try(app, rina, browser, sandbox):
    sandbox.fault(dukcapil="http_500")
    send(browser)
    with app.app_context():
        for _ in range(6):
            flow.submit(rina.account_id, dukcapil=app.extensions["dukcapil"])
    sandbox.clear_faults()
    send(browser)
    assert state(app, rina) == (Check.VERIFIED, True)


def test_an_answer_about_other_biodata_than_those_stored_counts_for_nothing(app, rina):
    class Meanwhile:
        """A registry that is slow enough for its citizen to change the answers."""

        def verify(self, elements):
            with app.app_context():
                fill(rina.account_id, biodata=replace(WHOLE["biodata"], birthplace="Surabaya"))
            return app.extensions["dukcapil"].verify(elements)

    with app.app_context():
        fill(rina.account_id)
    with app.app_context(), pytest.raises(flow.records.Conflict):
        flow.submit(rina.account_id, dukcapil=Meanwhile())
    assert state(app, rina) == (Check.NONE, False)


@pytest.mark.asvs("V8.3.2")
def test_a_suspended_account_is_not_checked_by_the_worker(app, rina, browser, sandbox, worker, clock):
    sandbox.fault(dukcapil="http_500")
    send(browser)
    sandbox.clear_faults()
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    clock.shift(120)
    worker.drain()
    assert state(app, rina) == (Check.WAITING, False)


def test_only_verdict_and_scores_are_kept(app, rina, browser):
    send(browser)
    with app.app_context():
        row = db.session.get(profile.ProfileRow, rina.account_id)
        assert (row.reason, row.mismatched) == ("match", [])
        assert row.scores == {"nik": 100, "name": 100, "birthplace": 100, "birthdate": 100, "sex": 100}


def test_the_profile_says_of_everything_who_verified_it_and_when(app, rina, browser):
    send(browser)
    today = clock_day(clock.now())
    with app.app_context():
        proof = Proof("LSP Teknisi Akuntansi", clock.now())
        fill(rina.account_id, sertifikasi=CertificationHistory(True, (replace(WHOLE["sertifikasi"].entries[0], proof=proof),)))
    page = " ".join(browser.get("/profil").text.split())
    for words in (
        f"Nama, tempat lahir, tanggal lahir, dan jenis kelamin diverifikasi Dukcapil, {today}",
        f"cocok dengan Dukcapil saat mendaftar, {today}",
        f"sesuai Dukcapil, {today}",
        f"terbukti milikmu, {today}",
        f"Terverifikasi oleh LSP Teknisi Akuntansi, {today}",
    ):
        assert words in page
    assert page.count("terbukti milikmu") == 1  # the phone; the address is not proven
    assert page.count("Terverifikasi oleh") == 1


def clock_day(moment):
    return format_date(moment.astimezone(get_timezone("Asia/Jakarta")), "d MMMM y", locale="id")
