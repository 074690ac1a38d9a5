"""Regions from provinces to villages, and how people look for them."""

import time

import pytest

from idp import regions
from idp.regions import Level


def test_there_are_38_provinces_in_the_order_of_their_names():
    provinces = regions.children()
    assert len(provinces) == 38
    assert provinces[0].name == "Aceh"
    assert [p.label for p in provinces] == sorted(p.label for p in provinces)


def test_every_village_has_a_postal_code_of_five_digits():
    counts = dict.fromkeys(Level, 0)
    around = list(regions.children())
    while around:
        counts[around[0].level] += len(around)
        if around[0].level is Level.VILLAGE:
            assert all(len(village.postal_code) == 5 and village.postal_code.isdigit() for village in around)
            break
        around = [child for region in around for child in regions.children(region.code)]
    assert counts == {Level.PROVINCE: 38, Level.CITY: 514, Level.DISTRICT: 7285, Level.VILLAGE: 83762}


def test_setia_budi_lies_where_the_ministry_says():
    province, city, district, village = regions.lineage("31.74.02.1001")
    assert (province.name, province.label) == ("Daerah Khusus Ibukota Jakarta", "DKI Jakarta")
    assert city.name == "Kota Administrasi Jakarta Selatan"
    assert district.name == "Setiabudi"
    assert (village.name, village.postal_code, village.level) == ("Setia Budi", "12910", Level.VILLAGE)
    assert village.parent_code == district.code
    assert province.parent_code is None


@pytest.mark.parametrize("code", ["", "00", "31.74.02.9999", "3174", "31.", ".", "../etc", "31.74.02.1001.1", "٣١", "x" * 500])
def test_an_unknown_code_is_nowhere(code):
    assert regions.find(code) is None
    assert regions.lineage(code) == ()
    assert regions.children(code) == ()


@pytest.mark.parametrize(
    ("query", "level", "within", "code"),
    [
        ("DKI Jakarta", None, None, "31"),
        ("dkijakarta", None, None, "31"),
        ("Daerah Khusus Ibukota Jakarta", None, None, "31"),
        ("Jogja", None, None, "34"),
        ("NTT", None, None, "53"),
        ("jakarta selatan", None, None, "31.74"),
        ("Kota Jakarta Selatan", None, None, "31.74"),
        ("setia budi", Level.DISTRICT, None, "31.74.02"),
        ("Setiabudi", Level.VILLAGE, "31.74", "31.74.02.1001"),
        ("Kel. Setiabudi", Level.VILLAGE, "31", "31.74.02.1001"),
        ("setiabudi", None, "31.74.02", "31.74.02.1001"),
        ("Kota Bandung", None, None, "32.73"),
        ("Kab. Bandung", None, None, "32.04"),
    ],
)
def test_a_region_is_found_as_people_write_it(query, level, within, code):
    assert regions.search(query, level=level, within=within)[0].code == code


@pytest.mark.parametrize(
    "query", ["Setia Budi, Jakarta Selatan", "setia budi jakarta selatan", "setia budi setiabudi dki", "Kel. Setiabudi DKI"]
)
def test_a_place_is_found_with_the_comma_between_village_and_city_and_without(query):
    assert "31.74.02.1001" in [place[-1].code for place in regions.places(query)]


def test_villages_are_searched_only_when_asked_for():
    assert all(region.level < Level.VILLAGE for region in regions.search("setia"))


def test_a_search_keeps_to_its_limit_and_finds_nothing_in_nothing():
    assert len(regions.search("a", level=Level.VILLAGE, limit=7)) == 7
    assert regions.search("") == regions.search(" .,") == regions.search("zzzzqq") == []


def test_a_search_among_all_villages_is_fast_once_the_names_are_read():
    regions.search("setia", level=Level.VILLAGE)
    begun = time.process_time()  # its own work: a busy machine does not make it slower
    for _ in range(5):
        regions.search("kebonjeruk", level=Level.VILLAGE)
    assert (time.process_time() - begun) / 5 < 0.25


def test_countries_are_named_in_both_languages_and_home_is_not_among_them():
    indonesian, english = regions.countries("id"), regions.countries("en")
    assert len(indonesian) == len(english) > 240
    assert not any(country.code in ("ID", "EU", "ZZ", "001") for country in english)
    assert regions.country_name("JP", "id") == "Jepang"
    assert regions.country_name("JP", "en") == "Japan"
    assert regions.country_name("ID", "en") == "Indonesia"


@pytest.mark.parametrize("code", ["", "XX", "EU", "001", "jp", "Japan"])
def test_what_is_no_country_has_no_name(code):
    assert regions.country_name(code, "id") is None
