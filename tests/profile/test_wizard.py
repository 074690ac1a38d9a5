"""The wizard's engine: back and forth without losing anything, going on later, and two windows at once."""

import threading

import pytest

from idp import profile
from idp.profile import records, steps
from idp.profile.answers import Photo, Skill, Skills, StoredFile
from idp.profile.records import Conflict
from tests.profile.conftest import BIODATA
from tests.profile.filling import fill
from tests.signing_in import signed_in

PATHS = [f"/profil/lengkapi/{step.name}" for step in steps.STEPS]


@pytest.mark.asvs("V8.2.1")
@pytest.mark.parametrize("path", ["/profil", "/profil/lengkapi", *PATHS, "/profil/lengkapi/pendidikan/baru"])
def test_who_is_not_signed_in_goes_to_the_sign_in_page_and_comes_back(http, path):
    answer = http.request("GET", path)
    assert (answer.status_code, answer.location) == (303, f"/masuk?next={path}")


@pytest.mark.parametrize("number", range(1, 8))
def test_every_step_says_where_one_is(browser, number):
    page = browser.get(PATHS[number - 1])
    assert page.status_code == 200
    assert f"Langkah {number} dari 7" in page.text
    assert ("Sebelumnya" in page.text) is (number > 1)
    assert ("Simpan dan Kirim" in page.text) is (number == 7)


@pytest.mark.parametrize("path", ["/profil/lengkapi/x", "/profil/lengkapi/keahlian/baru", "/profil/lengkapi/pendidikan/x"])
def test_there_are_no_other_steps(browser, path):
    assert browser.get(path).status_code == 404
    browser.get("/profil/lengkapi/foto")
    assert browser.post(path, browser.forms()[0]["fields"]).status_code in (404, 405)


def test_going_on_later_leads_to_the_first_step_that_is_open(app, rina, browser):
    browser.get("/profil/lengkapi")
    assert browser.path == "/profil/lengkapi/foto"
    with app.app_context():
        records.save(rina.account_id, steps.find("foto"), Photo(StoredFile("0" * 32, ""), StoredFile("1" * 32, "")), 0)
    elsewhere = signed_in(browser.another(), rina.account_id)
    elsewhere.get("/profil/lengkapi")
    assert elsewhere.path == "/profil/lengkapi/biodata"
    with app.app_context():
        fill(rina.account_id)
    elsewhere.get("/profil/lengkapi")
    assert elsewhere.path == "/profil/lengkapi/keahlian"


def test_a_photo_can_be_left_for_later(browser):
    browser.get("/profil/lengkapi/foto")
    browser.submit(go="next")
    assert browser.path == "/profil/lengkapi/biodata"


def test_going_back_stores_what_is_complete(app, rina, browser, fill_biodata):
    fill_biodata(go="back")
    assert browser.path == "/profil/lengkapi/foto"
    with app.app_context():
        assert profile.of(rina.account_id).biodata.birthplace == "Bandung"


def test_going_back_keeps_what_is_not_complete_yet_for_the_next_visit(app, rina, browser, fill_biodata):
    fill_biodata(go="back", birthplace="", about="Belum selesai", postal_code="12")
    assert browser.path == "/profil/lengkapi/foto"
    browser.submit(go="next")
    fields = browser.forms()[0]["fields"]
    assert (fields["about"], fields["postal_code"], fields["village"]) == (["Belum selesai"], ["12"], ["31.74.02.1001"])
    with app.app_context():
        assert profile.of(rina.account_id).biodata is None
        assert profile.completeness(rina.account_id) == 0


def test_leaving_keeps_what_was_typed_and_says_so(browser, fill_biodata):
    fill_biodata(go="leave", birthplace="", about="Belum selesai")
    assert (browser.path, "Tersimpan." in browser.text) == ("/", True)
    browser.get("/profil/lengkapi/biodata")
    assert browser.forms()[0]["fields"]["about"] == ["Belum selesai"]
    browser.get("/profil/lengkapi/pendidikan")
    browser.submit(go="leave", declared="yes")
    browser.get("/profil/lengkapi/pendidikan")
    assert browser.forms()[0]["fields"]["declared"] == ["yes"]
    browser.get("/profil/lengkapi/keahlian")
    browser.submit(go="leave", search="Menjahit")
    assert "Menjahit" in browser.get("/profil/lengkapi/keahlian").text


@pytest.mark.any_database
def test_what_is_sent_after_the_sign_in_was_over_is_found_again_by_its_owner_only(app, rina, browser, citizen, clock):
    pages = {"biodata": {"about": "Belum selesai"}, "pelatihan/baru": {"provider": "BLK Bandung"}, "keahlian": {"search": "Menjahit"}}
    forms = {}
    for name, typed in pages.items():
        browser.get(f"/profil/lengkapi/{name}")
        forms[name] = browser.forms()[0]["fields"] | typed
    clock.shift(31 * 60)
    for name, fields in forms.items():
        sent = browser.post(f"/profil/lengkapi/{name}", fields)
        assert sent.location == f"/masuk?next=/profil/lengkapi/{name}"
    assert "Isianmu kami simpan" in browser.get("/masuk").text
    stranger = signed_in(browser.another(), citizen().account_id)
    signed_in(browser, rina.account_id)
    for name, typed in pages.items():
        (value,) = typed.values()
        assert value not in stranger.get(f"/profil/lengkapi/{name}").text
        page = browser.get(f"/profil/lengkapi/{name}").text
        assert (value in page, "belum tersimpan" in page) == (True, True)
        assert value not in browser.get(f"/profil/lengkapi/{name}").text


def test_a_button_pressed_too_late_leads_back_to_a_page_that_there_is(browser, clock):
    browser.get("/profil")
    token = browser.forms()[0]["fields"]["csrf_token"]
    clock.shift(31 * 60)
    assert browser.post("/profil/kirim", {"csrf_token": token}).location == "/masuk?next=/profil"
    assert 'href="/bahasa/en?next=%2Fprofil"' in browser.get("/profil/kirim").text


def test_a_draft_shows_on_another_device_and_is_done_with_once_the_step_is_stored(rina, browser, fill_biodata):
    fill_biodata(go="back", birthplace="", about="Belum selesai")
    elsewhere = signed_in(browser.another(), rina.account_id)
    elsewhere.get("/profil/lengkapi/biodata")
    assert elsewhere.forms()[0]["fields"]["about"] == ["Belum selesai"]
    elsewhere.submit(go="next", **BIODATA)
    elsewhere.get("/profil/lengkapi/biodata")
    assert elsewhere.forms()[0]["fields"]["about"] == [""]


def test_of_two_windows_the_later_one_is_told_and_overwrites_knowingly_only(app, rina, browser):
    other = signed_in(browser.another(), rina.account_id)
    for window in (browser, other):
        window.get("/profil/lengkapi/biodata")
    browser.submit(go="next", **(BIODATA | {"birthplace": "Garut"}))
    told = other.submit(go="next", **(BIODATA | {"birthplace": "Cimahi"}))
    assert told.status_code == 409
    assert "sudah diubah di jendela atau perangkat lain" in told.text
    assert other.forms()[0]["fields"]["birthplace"] == ["Cimahi"]
    with app.app_context():
        assert profile.of(rina.account_id).biodata.birthplace == "Garut"
    other.submit(go="next")
    with app.app_context():
        assert profile.of(rina.account_id).biodata.birthplace == "Cimahi"


@pytest.mark.parametrize("go", ["next", "back"])
def test_no_way_out_of_a_window_overwrites_another_one(app, rina, browser, go):
    other = signed_in(browser.another(), rina.account_id)
    for window in (browser, other):
        window.get("/profil/lengkapi/biodata")
    browser.submit(go="next", **BIODATA)
    assert other.submit(go=go, birthplace="").status_code == (422 if go == "next" else 409)
    with app.app_context():
        assert profile.of(rina.account_id).biodata.birthplace == "Bandung"


def test_a_button_pressed_twice_is_no_conflict(browser):
    browser.get("/profil/lengkapi/biodata")
    sent = browser.forms()[0]["fields"] | {"go": "next"} | BIODATA
    assert [browser.post("/profil/lengkapi/biodata", sent).status_code for _ in range(2)] == [303, 303]


def test_a_form_that_names_no_version_overwrites_nothing(app, rina, browser, fill_biodata):
    fill_biodata()
    browser.get("/profil/lengkapi/biodata")
    assert browser.submit(go="next", version=None, birthplace="Lain").status_code == 409
    assert browser.submit(go="next", version="999999999999999999999", birthplace="Lain").status_code == 409


@pytest.mark.asvs("V15.4.2")
def test_of_fifty_windows_at_once_one_stores(app, rina):
    step, gate, outcomes = steps.find("keahlian"), threading.Barrier(50), []

    def one(number):
        with app.app_context():
            gate.wait()
            try:
                records.save(rina.account_id, step, Skills((Skill(str(number), str(number)),)), 0)
                outcomes.append("stored")
            except Conflict:
                outcomes.append("conflict")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 49 + ["stored"]


def test_each_step_counts_the_same(app, rina):
    with app.app_context():
        fill(rina.account_id)
        assert profile.completeness(rina.account_id) == 86
        assert [(str(title), done) for title, done in profile.steps_done(rina.account_id)] == [
            ("Foto Profil", False),
            ("Biodata", True),
            ("Pendidikan", True),
            ("Pengalaman Kerja", True),
            ("Pelatihan", True),
            ("Sertifikasi", True),
            ("Keahlian", True),
        ]


def test_every_answer_has_its_source_and_time(app, rina, fill_biodata):
    fill_biodata()
    with app.app_context():
        before = profile.of(rina.account_id).sources["biodata"]
    fill_biodata(birthplace="Garut")
    with app.app_context():
        after = profile.of(rina.account_id).sources["biodata"]
    assert {source for source, _ in after.values()} == {"self"}
    assert after["birthplace"][1] > before["birthplace"][1]
    assert after["birthdate"] == before["birthdate"]


@pytest.mark.asvs("V14.2.4", "V11.3.3")
def test_what_is_stored_shows_nobody_in_the_database(app, rina, fill_biodata):
    fill_biodata()
    with app.app_context():
        [row] = records.rows(rina.account_id).values()
        assert row.plain_answers["birthplace"] == "Bandung"
        columns = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    assert "Bandung" not in str(columns)
    assert "1992" not in str({name: value for name, value in columns.items() if name != "updated_at"})


def test_the_whole_profile_is_shown_with_what_is_filled_in(app, rina, browser):
    empty = browser.get("/profil").text
    assert empty.count("Belum diisi.") == 6
    with app.app_context():
        fill(rina.account_id)
    page = browser.get("/profil").text
    for text in (
        "Universitas Padjadjaran", "S1 · Akuntansi", "2024 – sekarang", "Kepala Akuntansi", "1 April 2019 – sekarang",
        "Osaka (Luar Negeri)", "Las Dasar", "Teknisi Akuntansi", "Graphic Design", "15 Juni 1992", "DKI Jakarta 12910", "Lajang",
    ):  # fmt: skip
        assert text in page, text
    assert rina.registry["nik"] not in page


def test_the_pages_speak_english_too(app, rina, browser):
    with app.app_context():
        fill(rina.account_id)
    page = browser.get("/profil?lang=en").text
    assert "June 15, 1992" in page or "15 June 1992" in page
    assert "Bachelor&#39;s degree (S1)" in page
