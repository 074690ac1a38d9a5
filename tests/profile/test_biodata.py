"""Biodata: what the NIK and the registration tell, the cascade of regions, and what is refused."""

from datetime import date

import pytest

from idp import profile
from idp.profile import AbroadAddress, HomeAddress
from tests.profile.conftest import BIODATA


def stored(app, citizen):
    with app.app_context():
        return profile.of(citizen.account_id).biodata


@pytest.mark.asvs("V8.2.3", "V15.3.3")
def test_name_and_nik_come_from_registration_and_cannot_be_typed(browser, rina):
    page = browser.get("/profil/lengkapi/biodata").text
    assert 'value="Rina Kartikasari" readonly' in page
    assert f"{rina.registry['nik'][:4]} •••• •••• {rina.registry['nik'][-4:]}" in page
    assert rina.registry["nik"] not in page
    assert not {"name", "nik"} & set(browser.forms()[0]["fields"])


@pytest.mark.asvs("V2.2.3")
def test_birth_date_and_sex_are_read_from_the_nik(browser):
    browser.get("/profil/lengkapi/biodata")
    fields = browser.forms()[0]["fields"]
    assert (fields["birthdate"], fields["sex"]) == (["1992-06-15"], ["female"])


def test_complete_biodata_are_stored_with_the_names_of_the_regions(app, rina, browser, fill_biodata):
    fill_biodata(about="Suka belajar.\r\n\r\n\r\nSuka \u200bbekerja.")
    assert browser.path == "/profil/lengkapi/pendidikan"
    biodata = stored(app, rina)
    assert (biodata.birthplace, biodata.birthdate, biodata.sex) == ("Bandung", date(1992, 6, 15), "female")
    assert biodata.about == "Suka belajar.\n\nSuka bekerja."
    assert isinstance(biodata.domicile, HomeAddress)
    assert [(p.code, p.name) for p in (biodata.domicile.province, biodata.domicile.city, biodata.domicile.village)] == [
        ("31", "Daerah Khusus Ibukota Jakarta"),
        ("31.74", "Kota Administrasi Jakarta Selatan"),
        ("31.74.02.1001", "Setia Budi"),
    ]
    assert biodata.domicile.postal_code == "12910"


@pytest.mark.parametrize("typed", ["1990-04-08", "08-04-1990", "8/4/1990", "8.4.1990"])
def test_a_date_is_read_as_people_write_it(app, rina, fill_biodata, typed):
    fill_biodata(birthdate=typed)
    assert stored(app, rina).birthdate == date(1990, 4, 8)


def test_each_choice_of_a_region_narrows_the_next_without_javascript(browser):
    browser.get("/profil/lengkapi/biodata")
    typed = {"birthplace": "Kota Baru", "about": "Tulisan panjang", "street": "Jl. Mawar"}
    browser.submit(province="31", go="pick:province", **typed)
    assert "Kota Administrasi Jakarta Selatan" in browser.text
    assert "Kabupaten Bandung" not in browser.text
    browser.submit(city="31.74", go="pick:city")
    browser.submit(district="31.74.02", go="pick:district")
    browser.submit(village="31.74.02.1001", go="pick:village")
    fields = browser.forms()[0]["fields"]
    assert fields["postal_code"] == ["12910"]
    assert {name: fields[name] for name in typed} == {name: [text] for name, text in typed.items()}
    browser.submit(go="next", marital_status="single", id_card_address="Jl. Melati")
    assert browser.path == "/profil/lengkapi/pendidikan"


@pytest.mark.asvs("V2.2.3")
def test_another_province_leaves_no_city_of_the_old_one(browser):
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="pick:village", **BIODATA)
    browser.submit(province="32", go="pick:province")
    fields = browser.forms()[0]["fields"]
    assert (fields["city"], fields["district"], fields["village"]) == ([""], [""], [""])


def test_an_offered_postal_code_follows_the_village_but_a_typed_one_stays(browser):
    browser.get("/profil/lengkapi/biodata")
    browser.submit(go="pick:village", **(BIODATA | {"postal_code": ""}))
    browser.submit(go="pick:village", village="31.74.02.1008")
    assert browser.forms()[0]["fields"]["postal_code"] == ["12950"]
    browser.submit(go="pick:village", village="31.74.02.1001", postal_code="12345")
    assert browser.forms()[0]["fields"]["postal_code"] == ["12345"]


def test_who_lives_abroad_gives_country_city_and_address(app, rina, browser, fill_biodata):
    fill_biodata(location="abroad", province="", country="JP", foreign_city="Osaka", foreign_street="1-2-3 Umeda", postal_code="x")
    assert browser.path == "/profil/lengkapi/pendidikan"
    assert stored(app, rina).domicile == AbroadAddress("JP", "Osaka", "1-2-3 Umeda")


@pytest.mark.asvs("V2.2.3", "V1.3.3")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"birthplace": " \u200b "}, "Tempat lahir: Wajib diisi."),
        ({"birthplace": "x" * 61}, "Tempat lahir: Paling banyak 60 karakter."),
        ({"birthdate": ""}, "Tanggal lahir: Wajib diisi."),
        ({"birthdate": "31-02-1990"}, "Tanggal lahir: Tulis tanggal seperti"),
        ({"birthdate": "1890-01-01"}, "Tanggal lahir: Periksa tahunnya."),
        ({"birthdate": "2999-01-01"}, "Tanggal lahir: Tanggal ini belum terjadi."),
        ({"sex": "other"}, "Jenis kelamin: Pilih salah satu."),
        ({"marital_status": "x"}, "Status perkawinan: Pilih salah satu."),
        ({"location": "moon"}, "Tipe lokasi: Pilih salah satu."),
        ({"province": "00"}, "Provinsi: Pilih provinsi."),
        ({"city": "32.73"}, "Kota/Kabupaten: Pilih kota atau kabupaten."),
        ({"village": ""}, "Kelurahan/Desa: Pilih kelurahan atau desa."),
        ({"postal_code": "1291"}, "Kode Pos: Kode pos terdiri dari lima angka."),
        ({"postal_code": "١٢٩١٠"}, "Kode Pos: Kode pos terdiri dari lima angka."),
        ({"street": ""}, "Alamat: Wajib diisi."),
        ({"location": "abroad", "country": "ID"}, "Negara: Pilih negara"),
        ({"location": "abroad", "country": "JP", "foreign_city": ""}, "Kota: Wajib diisi."),
    ],
)
@pytest.mark.any_database
def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(browser, fill_biodata, changes, says):
    answer = fill_biodata(**({"id_card_address": "Jl. Tetap Ada"} | changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert "Jl. Tetap Ada" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "Belum diisi." in browser.get("/profil").text


@pytest.mark.asvs("V1.2.1", "V1.3.7")
def test_nothing_typed_becomes_markup(browser, fill_biodata):
    fill_biodata(birthplace='"><script>alert(1)</script>', street="<img src=x onerror=alert(1)>", about="{{ 7*7 }}</textarea><b>")
    for path in ("/profil/lengkapi/biodata", "/profil"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "</textarea><b>" not in page


def test_regions_can_be_asked_for_level_by_level(http):
    provinces = http.get("/profil/wilayah").json
    assert {"code": "31", "label": "DKI Jakarta", "postal_code": None} in provinces
    villages = http.get("/profil/wilayah?induk=31.74.02").json
    assert {"code": "31.74.02.1001", "label": "Setia Budi", "postal_code": "12910"} in villages
    assert http.get("/profil/wilayah?induk=../../x").json == []


@pytest.mark.any_database
def test_a_place_is_found_by_a_few_words_without_javascript(app, rina, browser):
    browser.get("/profil/lengkapi/biodata")
    browser.submit(birthplace="Bandung", place="setia budi, jakarta selatan", go="find")
    assert "Setia Budi, Setiabudi, Kota Administrasi Jakarta Selatan, DKI Jakarta" in browser.text
    browser.submit(go="place:31.74.02.1001")
    fields = browser.forms()[0]["fields"]
    assert [fields[level] for level in ("province", "city", "district", "village")] == [["31"], ["31.74"], ["31.74.02"], ["31.74.02.1001"]]
    assert (fields["postal_code"], fields["birthplace"]) == (["12910"], ["Bandung"])
    browser.submit(go="place:32.73")
    fields = browser.forms()[0]["fields"]
    assert (fields["city"], fields["district"]) == (["32.73"], [""])
    for odd in ("place:", "place:99", "place:\x00"):
        assert browser.submit(go=odd).status_code == 200
    assert "Tidak ditemukan" in browser.submit(place="xyzzy", go="find").text
    found = browser.request("GET", "/profil/wilayah?cari=tebet%20timur").json
    assert found[0]["codes"] == ["31", "31.74", "31.74.01", "31.74.01.1001"]


def test_a_mistake_in_name_or_nik_has_somewhere_to_go(browser):
    assert 'href="/akun/data/koreksi"' in browser.get("/profil/lengkapi/biodata").text
