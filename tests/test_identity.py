"""What counts as a NIK, a name, a phone number and an e-mail address, and what is shown of them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.identity import EmailAddress, Malformed, Nik, PersonName, PhoneNumber, Sex

TODAY = date(2026, 1, 1)


def reason(kind, raw):
    with pytest.raises(Malformed) as refusal:
        kind.parse(raw)
    return refusal.value.reason


@pytest.mark.parametrize("raw", ["9901014804900001", " 99.0101-480490 0001 ", "９９０１０１４８０４９００００１", "9901–0148–0490–0001"])
def test_a_nik_is_read_as_people_write_it(raw):
    assert Nik.parse(raw) == Nik("9901014804900001")


@pytest.mark.asvs("V2.2.3", "V2.2.1")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "length"),
        ("990101480490000", "length"),
        ("99010148049000011", "length"),
        ("99010148O4900001", "digits"),
        ("٩٩٠١٠١٤٨٠٤٩٠٠٠٠١", "digits"),
        ("9901010013900001", "date"),
        ("9901013202900001", "date"),
        ("9901013002900001", "date"),
        ("9901014002900001", "date"),
        ("9901017204900001", "date"),
        ("9901012902990001", "date"),
        ("9901014804900000", "serial"),
        ("1" * 10_000, "length"),
    ],
)
def test_an_impossible_nik_is_refused_with_its_reason(raw, why):
    assert reason(Nik, raw) == why


def test_an_unknown_region_is_no_reason_to_refuse_a_nik():
    assert Nik.parse("0000004804900001").value == "0000004804900001"


def test_the_twenty_ninth_of_february_2000_is_a_birth_date():
    assert Nik.parse("9901012902000001").birth_date_guess(TODAY) == date(2000, 2, 29)


@pytest.mark.parametrize(
    ("raw", "born", "sex"),
    [
        ("9901014804900001", date(1990, 4, 8), Sex.FEMALE),
        ("9901010804900001", date(1990, 4, 8), Sex.MALE),
        ("9901010101260001", date(2026, 1, 1), Sex.MALE),
        ("9901010201260001", date(1926, 1, 2), Sex.MALE),
    ],
)
def test_birth_date_and_sex_are_read_from_the_nik(raw, born, sex):
    nik = Nik.parse(raw)
    assert (nik.birth_date_guess(TODAY), nik.sex) == (born, sex)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Siti  Aminah ", "Siti Aminah"),
        ("Suharto", "Suharto"),
        ("Ma’ruf", "Ma'ruf"),
        ("Ma´ruf", "Ma'ruf"),
        ("Anak Agung Gde-Putra, S.H.", "Anak Agung Gde-Putra, S.H."),
        ("ＳＩＴＩ", "SITI"),
        ("Ó Brián", "Ó Brián"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_surplus_spaces(raw, shown):
    assert PersonName.parse(raw).value == shown


def test_a_name_goes_to_the_registry_in_upper_case():
    assert PersonName.parse("Nur ‘Aini").normalised == "NUR 'AINI"


@pytest.mark.asvs("V1.3.3")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "empty"),
        (" - ", "empty"),
        ("Siti 2", "characters"),
        ("Siti\nAminah", "characters"),
        ("Siti\x00", "characters"),
        ("Siti\u202eAminah", "characters"),
        ("<b>Siti</b>", "characters"),
        ("Siti ²", "characters"),
        ("a" * 61, "length"),
        ("\ud800", "characters"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(raw, why):
    assert reason(PersonName, raw) == why


def test_initials_stand_for_a_missing_photo():
    assert [PersonName(n).initials for n in ("Siti Aminah", "Suharto", "Siti (alm) Nur Haliza")] == ["SA", "S", "SH"]


@pytest.mark.parametrize(
    "raw",
    [
        "081200000001",
        "6281200000001",
        "+6281200000001",
        "0812-0000-0001",
        "0812 0000 0001",
        "+62 812.0000.0001",
        "0812—0000—0001",
        "(0812) 0000 0001",
    ],
)
def test_a_phone_number_is_read_as_people_write_it(raw):
    assert PhoneNumber.parse(raw) == PhoneNumber("+6281200000001")


@pytest.mark.parametrize(
    "raw",
    ["0801234567", "0812", "siti", "08120000000123456", "0812x0000001", "+", "12;ext=5", "+6281200000001,+628129999"],
)
def test_what_is_no_phone_number_is_refused(raw):
    assert reason(PhoneNumber, raw) == "number"


@pytest.mark.parametrize(
    ("raw", "sendable"), [("081200000001", True), ("0215551234", False), ("+6591234567", False), ("08001234567", False)]
)
def test_codes_go_to_indonesian_mobiles_only(raw, sendable):
    assert PhoneNumber.parse(raw).is_mobile is sendable


def test_an_email_address_is_one_whatever_its_case():
    address = EmailAddress.parse(" Siti.Aminah@Example.ID ")
    assert (address.value, address.key) == ("Siti.Aminah@example.id", "siti.aminah@example.id")


def test_an_international_domain_has_one_spelling():
    assert EmailAddress.parse("a@exämple.id") == EmailAddress.parse("a@xn--exmple-cua.id")


@pytest.mark.asvs("V1.3.11")
@pytest.mark.parametrize(
    "raw",
    [
        "siti",
        "siti@",
        "siti@localhost",
        "siti@example.id\r\nBcc: x@example.id",
        "é@example.id",
        '"a b"@example.id',
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_email_address_is_refused(raw):
    assert reason(EmailAddress, raw) == "syntax"


@pytest.mark.asvs("V14.2.6")
def test_masks_show_enough_for_the_owner_only():
    assert Nik("9901014804900001").masked == "9901 •••• •••• 0001"
    assert PhoneNumber("+6281234567889").masked == "0812****89"
    assert EmailAddress("siti.aminah@gmail.com").masked == "s***@g***"
    assert PhoneNumber("+6281234567889").national == "0812-3456-7889"


@pytest.mark.asvs("V11.7.2")
@pytest.mark.parametrize(
    "value",
    [Nik("9901014804900001"), PersonName("Siti"), PhoneNumber("+6281200000001"), EmailAddress("siti@example.id")],
)
def test_no_representation_shows_the_value(value):
    assert all(shown == f"{type(value).__name__}(…)" for shown in (repr(value), str(value), f"{value}"))


@given(st.text(max_size=400))
def test_no_input_breaks_the_parsers(raw):
    for kind in (Nik, PersonName, PhoneNumber, EmailAddress):
        with suppress(Malformed):
            assert kind.parse(raw)
