"""Which vacancies and which training come first, and the sample data that they come from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lokal import wilayah

from clients.karirhub import ranking
from clients.market import places, skills, vacancies
from clients.market.citizen import Citizen
from clients.market.places import Nearness
from clients.market.vacancies import Vacancy
from clients.skillhub import suggestions

ANY = vacancies.all_vacancies()[0]


def offer(slug: str, *wanted: str, city: str = "33.72", work: str = "kantor", posted: int = 5) -> Vacancy:
    return replace(ANY, slug=slug, skills=wanted, city=city, work=work, posted=posted)


def order(offers: list[Vacancy], citizen: Citizen) -> list[str]:
    return [match.vacancy.slug for match in ranking.rank(offers, citizen)]


def test_more_matching_skills_come_first() -> None:
    offers = [offer("one", "kasir", "sql"), offer("both", "kasir", "barista"), offer("none", "k3", "sql")]
    assert order(offers, Citizen(frozenset({"kasir", "barista"}))) == ["both", "one", "none"]


def test_among_equal_skills_the_nearer_comes_first() -> None:
    offers = [
        offer("far", "kasir", city="91.71"),
        offer("province", "kasir", city="33.74"),
        offer("home", "kasir", city="91.71", work="rumah"),
        offer("city", "kasir", city="33.72"),
    ]
    assert order(offers, Citizen(frozenset({"kasir"}), "33.72", "33")) == ["city", "home", "province", "far"]


def test_skills_outweigh_nearness() -> None:
    offers = [offer("near", "sql", "k3"), offer("fitting", "kasir", "barista", city="91.71")]
    assert order(offers, Citizen(frozenset({"kasir", "barista"}), "33.72", "33")) == ["fitting", "near"]


def test_of_a_citizen_who_shared_nothing_the_newest_come_first() -> None:
    offers = [offer("old", "kasir", posted=9), offer("new", "sql", posted=1)]
    assert order(offers, Citizen()) == ["new", "old"]


def test_the_reasons_name_what_the_citizen_has_and_lacks() -> None:
    found = ranking.match(offer("x", "kasir", "sql", "k3"), Citizen(frozenset({"sql", "forklift"}), "33.74", "33"))
    assert found.have == ("sql",)
    assert found.lack == ("kasir", "k3")
    assert found.nearness is Nearness.PROVINCE


@pytest.mark.parametrize(
    "claimed",
    [
        "Microsoft Excel",
        "microsoft excel",
        "MS Excel",
        "ms-excel",
        "EXCEL",
        {"name": "Microsoft Excel"},
        {"key": "microsoft-excel", "name": "?"},
    ],
)
def test_one_skill_counts_however_it_is_spelt(claimed: object) -> None:
    assert skills.recognise([claimed]) == {"microsoft-excel"}


@pytest.mark.parametrize(
    "claims", [{}, {"skills": None}, {"skills": "Excel"}, {"skills": {"name": "Excel"}}, {"skills": [None, 3, [], {}]}]
)
def test_missing_and_odd_skills_are_passed_over(claims: dict[str, Any]) -> None:
    assert Citizen.from_claims(claims).skills == frozenset()


@pytest.mark.parametrize(
    ("address", "city", "province"),
    [
        ({"province_code": "31", "city_code": "31.74"}, "31.74", "31"),
        ({"city_code": "3174"}, "31.74", "31"),
        ({"province_code": "31"}, "", "31"),
        ({"country": "MY", "locality": "Penang"}, "", ""),
        ({"province_code": None, "city_code": 7}, "", ""),
        ("Jakarta", "", ""),
        (None, "", ""),
    ],
)
def test_a_home_is_read_from_whatever_is_there(address: object, city: str, province: str) -> None:
    found = Citizen.from_claims({"address": address})
    assert (found.city, found.province) == (city, province)


def test_gaps_are_what_vacancies_want_and_the_citizen_lacks() -> None:
    found = suggestions.gaps([offer("a", "kasir", "sql"), offer("b", "sql", "k3")], Citizen(frozenset({"kasir"})))
    assert [gap.skill for gap in found] == ["sql", "k3"]
    assert (found[0].wanted, found[0].nearly) == (2, 1)


def test_training_that_completes_a_nearly_fitting_vacancy_comes_before_what_everybody_wants() -> None:
    offers = [offer("nearly", "kasir", "barista", "memasak", "microsoft-excel"), *(offer(f"other-{n}", "k3", "sql") for n in range(5))]
    claims = {"skills": [{"name": "Kasir"}, {"name": "Barista"}, {"name": "Memasak"}]}
    found = suggestions.suggest(suggestions.all_programmes(), offers, claims)
    assert found[0].programme.slug == "excel-untuk-kantor"
    assert [(gap.skill, gap.wanted, gap.nearly) for gap in found[0].fills] == [("microsoft-excel", 1, 1)]


def test_training_for_a_citizen_who_shared_nothing_follows_demand() -> None:
    offers = [offer("a", "sql"), offer("b", "sql"), offer("c", "barista")]
    assert "sql" in suggestions.suggest(suggestions.all_programmes(), offers, {})[0].programme.teaches


def test_training_already_taken_comes_last() -> None:
    first = suggestions.suggest(suggestions.all_programmes(), vacancies.all_vacancies(), {})[0]
    for claim in ({"training": [{"program": first.programme.title}]}, {"certification": [{"program": first.programme.title_en.upper()}]}):
        found = suggestions.suggest(suggestions.all_programmes(), vacancies.all_vacancies(), claim)
        assert found[-1].programme == first.programme
        assert found[-1].taken


# The sample data


def test_there_are_vacancies_in_most_provinces_and_every_code_is_of_the_ministry() -> None:
    assert len(vacancies.all_vacancies()) >= 30
    assert len({vacancy.city[:2] for vacancy in vacancies.all_vacancies()}) >= 20
    for code, name in places.cities().items():
        official = wilayah.get_wilayah(code)
        assert official is not None
        assert official.name.removeprefix("Kota Administrasi ") in (name, name.removeprefix("Kota Administrasi "))
    assert set(places.provinces()) == {province.code for province in wilayah.list_wilayah()}


def test_every_sample_has_a_known_place_and_known_skills_and_an_address_of_its_own() -> None:
    known = set(skills.vocabulary())
    offers, courses = vacancies.all_vacancies(), suggestions.all_programmes()
    assert all(set(vacancy.skills) <= known and vacancy.city in places.cities() for vacancy in offers)
    assert all(set(course.teaches) <= known and course.city in {None, *places.cities()} for course in courses)
    assert len({vacancy.slug for vacancy in offers}) == len(offers)
    assert len({course.slug for course in courses}) == len(courses)


def test_no_spelling_belongs_to_two_skills() -> None:
    owners: dict[str, set[str]] = {}
    for skill in skills.vocabulary().values():
        for spelling in (skill.key, skill.id, skill.en, *skill.also):
            owners.setdefault(skills.fold(spelling), set()).add(skill.key)
    assert {spelling: keys for spelling, keys in owners.items() if len(keys) > 1} == {}
