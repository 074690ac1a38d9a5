"""Pendidikan, Pengalaman kerja, Pelatihan, Sertifikasi: the question, the entries, and what is refused."""

from dataclasses import replace

import pytest

from idp import profile
from idp.profile.answers import CertificationHistory
from idp.profile.views.history import MOST_ENTRIES
from tests.profile.filling import WHOLE, fill
from tests.signing_in import signed_in

EDUCATION = {
    "level": "s1",
    "institution": "Universitas Padjadjaran",
    "major": "Akuntansi",
    "start_year": "2010",
    "end_year": "2014",
    "grade": "3,5",
}
EXPERIENCE = {
    "position": "Kasir", "company": "PT Maju", "employment_type": "full_time", "location_type": "domestic", "location": "Bandung",
    "start": "2015-01-05", "end": "03-02-2019", "description": "Melayani.\nMencatat.",
}  # fmt: skip
TRAINING = {
    "provider": "BLK Bandung", "program": "Las Dasar", "field": "las", "sub_field": "SMAW", "location_type": "domestic",
    "location": "Bandung", "start": "2020-01-06", "end": "2020-02-06", "description": "Praktik.",
}  # fmt: skip
CERTIFICATION = {"program": "Juru Las", "body": "LSP Logam", "score": "Kompeten", "issued": "2020-03-01", "expires": "2023-03-01"}
ENTRIES = {"pendidikan": EDUCATION, "pengalaman": EXPERIENCE, "pelatihan": TRAINING, "sertifikasi": CERTIFICATION}
SHOWN = {"pendidikan": "Universitas Padjadjaran", "pengalaman": "PT Maju", "pelatihan": "BLK Bandung", "sertifikasi": "LSP Logam"}
HELD = {"pendidikan": "education", "pengalaman": "experience", "pelatihan": "training", "sertifikasi": "certification"}


def add(browser, step, **changes):
    browser.get(f"/profil/lengkapi/{step}/baru")
    return browser.submit(**(ENTRIES[step] | changes))


def held(app, citizen, step):
    with app.app_context():
        return getattr(profile.of(citizen.account_id), HELD[step])


@pytest.mark.parametrize("step", ENTRIES)
def test_having_nothing_to_tell_is_an_answer(app, rina, browser, step):
    browser.get(f"/profil/lengkapi/{step}")
    browser.submit(form=0, declared="no", go="next")
    assert browser.path != f"/profil/lengkapi/{step}"
    assert held(app, rina, step).declared is False
    with app.app_context():
        assert profile.completeness(rina.account_id) == 14


@pytest.mark.parametrize("step", ENTRIES)
def test_no_answer_is_none(browser, step):
    browser.get(f"/profil/lengkapi/{step}")
    answer = browser.submit(form=0, go="next")
    assert answer.status_code == 422
    assert "Pilih salah satu." in answer.text


@pytest.mark.parametrize("step", ENTRIES)
def test_an_entry_is_added_changed_and_deleted(app, rina, browser, step):
    browser.get(f"/profil/lengkapi/{step}")
    browser.submit(form=0, declared="yes", go="add")
    assert browser.path == f"/profil/lengkapi/{step}/baru"
    browser.submit(**ENTRIES[step])
    assert browser.path == f"/profil/lengkapi/{step}"
    assert SHOWN[step] in browser.text
    [entry] = held(app, rina, step).entries
    browser.get(f"/profil/lengkapi/{step}/{entry.id}")
    kept = browser.forms()[0]["fields"]
    first = next(iter(ENTRIES[step]))
    assert kept[first] == [ENTRIES[step][first]]
    text_field = next(name for name in ("institution", "company", "provider", "body") if name in ENTRIES[step])
    browser.submit(**{text_field: "Nama Baru"})
    [changed] = held(app, rina, step).entries
    assert changed.id == entry.id
    assert getattr(changed, text_field) == "Nama Baru"
    assert "Nama Baru" in browser.get(f"/profil/lengkapi/{step}/{entry.id}/hapus").text
    browser.submit()
    assert held(app, rina, step).entries == ()


def test_having_something_needs_an_entry(browser):
    browser.get("/profil/lengkapi/pendidikan")
    answer = browser.submit(form=0, declared="yes", go="next")
    assert answer.status_code == 422
    assert "Tambahkan paling sedikit satu pendidikan." in answer.text


def test_entries_are_not_lost_by_saying_that_there_are_none(app, rina, browser):
    add(browser, "pendidikan")
    browser.get("/profil/lengkapi/pendidikan")
    answer = browser.submit(form=0, declared="no", go="next")
    assert answer.status_code == 422
    assert "Hapus dulu riwayat" in answer.text
    assert len(held(app, rina, "pendidikan").entries) == 1


def test_going_back_keeps_the_answer(browser):
    browser.get("/profil/lengkapi/pendidikan")
    browser.submit(form=0, declared="yes", go="back")
    assert browser.path == "/profil/lengkapi/biodata"
    browser.get("/profil/lengkapi/pendidikan")
    assert browser.forms()[0]["fields"]["declared"] == ["yes"]


def test_the_latest_stands_first_and_what_goes_on_before_all(app, rina, browser):
    add(browser, "pengalaman", company="Lama", start="2010-01-01", end="2011-01-01")
    add(browser, "pengalaman", company="Kini", start="2012-01-01", end="", ongoing="y")
    add(browser, "pengalaman", company="Baru", start="2013-01-01", end="2014-01-01")
    assert [entry.company for entry in held(app, rina, "pengalaman").entries] == ["Kini", "Baru", "Lama"]


@pytest.mark.parametrize(
    ("step", "changes", "says"),
    [
        ("pendidikan", {"level": "s9"}, "Jenjang: Pilih salah satu."),
        ("pendidikan", {"institution": " "}, "Nama sekolah atau perguruan tinggi: Wajib diisi."),
        ("pendidikan", {"start_year": "2999"}, "Tahun mulai: Tulis tahun"),
        ("pendidikan", {"start_year": "dua ribu"}, "Tahun mulai: Tulis tahun"),
        ("pendidikan", {"end_year": "2009"}, "Tahun selesai: Tidak bisa sebelum tanggal mulai."),
        ("pendidikan", {"end_year": ""}, "Tahun selesai: Isi, atau tandai masih berjalan."),
        ("pendidikan", {"ongoing": "y"}, "Tahun selesai: Kosongkan, atau hapus tanda"),
        ("pengalaman", {"employment_type": ""}, "Tipe Pekerjaan: Pilih salah satu."),
        ("pengalaman", {"start": "2999-01-01"}, "Tanggal mulai: Tanggal ini belum terjadi."),
        ("pengalaman", {"end": "2014-12-31"}, "Tanggal berakhir: Tidak bisa sebelum tanggal mulai."),
        ("pengalaman", {"end": "2999-12-31"}, "Tanggal berakhir: Tanggal ini belum terjadi."),
        ("pengalaman", {"end": ""}, "Tanggal berakhir: Isi, atau tandai masih berjalan."),
        ("pengalaman", {"description": "x" * 3001}, "Deskripsi (opsional): Paling banyak 3000 karakter."),
        ("pelatihan", {"field": "sihir"}, "Kejuruan: Pilih salah satu."),
        ("pelatihan", {"end": "2020-01-05"}, "Tanggal selesai: Tidak bisa sebelum tanggal mulai."),
        ("pelatihan", {"location_type": "bulan"}, "Tipe Lokasi: Pilih salah satu."),
        ("sertifikasi", {"issued": ""}, "Tanggal dikeluarkan: Wajib diisi."),
        ("sertifikasi", {"expires": "2020-02-29"}, "Tidak bisa sebelum tanggal dikeluarkan."),
    ],
)
@pytest.mark.any_database
def test_an_entry_that_cannot_be_is_refused_at_its_field(browser, step, changes, says):
    answer = add(browser, step, **changes)
    assert answer.status_code == 422
    assert says in answer.text
    kept = next(value for name, value in ENTRIES[step].items() if name not in changes and value not in ("s1", "full_time", "las"))
    assert kept.split("\n")[0] in answer.text


def test_a_certificate_may_hold_for_life_and_a_training_may_end_later(app, rina, browser):
    add(browser, "sertifikasi", expires="")
    add(browser, "pelatihan", end="2999-01-01")
    assert held(app, rina, "sertifikasi").entries[0].expires is None
    assert held(app, rina, "pelatihan").entries[0].end.year == 2999


def test_of_two_windows_that_add_an_entry_the_later_one_is_told(app, rina, browser):
    other = signed_in(browser.another(), rina.account_id)
    for window in (browser, other):
        window.get("/profil/lengkapi/pendidikan/baru")
    browser.submit(**EDUCATION)
    answer = other.submit(**(EDUCATION | {"institution": "Lain"}))
    assert answer.status_code == 409
    assert "sudah diubah" in answer.text
    other.submit()
    assert {entry.institution for entry in held(app, rina, "pendidikan").entries} == {"Universitas Padjadjaran", "Lain"}


def test_an_entry_that_was_deleted_elsewhere_is_not_found(app, rina, browser):
    add(browser, "pendidikan")
    [entry] = held(app, rina, "pendidikan").entries
    browser.get(f"/profil/lengkapi/pendidikan/{entry.id}/hapus")
    sent = browser.forms()[0]["fields"]
    assert browser.post(f"/profil/lengkapi/pendidikan/{entry.id}/hapus", sent).status_code == 303
    assert browser.post(f"/profil/lengkapi/pendidikan/{entry.id}/hapus", sent).status_code == 404


@pytest.mark.asvs("V8.2.2")
def test_a_citizen_cannot_touch_the_entry_of_another(app, rina, browser, citizen):
    add(browser, "pendidikan")
    [entry] = held(app, rina, "pendidikan").entries
    stranger = signed_in(browser.another(), citizen().account_id)
    assert stranger.get(f"/profil/lengkapi/pendidikan/{entry.id}").status_code == 404
    stranger.get("/profil/lengkapi/pendidikan")
    assert stranger.post(f"/profil/lengkapi/pendidikan/{entry.id}/hapus", stranger.forms()[0]["fields"]).status_code == 404
    assert len(held(app, rina, "pendidikan").entries) == 1


@pytest.mark.asvs("V2.3.2")
def test_a_history_has_an_end(app, rina, browser):
    many = tuple(replace(WHOLE["sertifikasi"].entries[0], id=str(number)) for number in range(MOST_ENTRIES))
    with app.app_context():
        fill(rina.account_id, sertifikasi=CertificationHistory(True, many))
    assert "Tambah Sertifikasi" not in browser.get("/profil/lengkapi/sertifikasi").text
    assert add(browser, "sertifikasi").status_code == 409
    assert len(held(app, rina, "sertifikasi").entries) == MOST_ENTRIES


@pytest.mark.asvs("V1.2.1")
def test_nothing_typed_becomes_markup(browser):
    add(browser, "pengalaman", company="<script>alert(1)</script>", description="</p><img src=x onerror=alert(1)>")
    for path in ("/profil/lengkapi/pengalaman", "/profil"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


@pytest.mark.any_database
def test_suggestions_belong_to_a_kejuruan_and_those_of_the_chosen_one_come_first(browser):
    browser.get("/profil/lengkapi/pelatihan/baru")
    page = browser.submit(field="listrik").text
    assert page.index('data-of="listrik"') < page.index('data-of="bahasa"')
    assert '<option value="Instalasi Penerangan" data-of="listrik">' in page
