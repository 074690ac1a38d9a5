"""Keahlian: one skill in many spellings counts once, with JavaScript or without."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp import profile
from idp.profile import skills
from idp.profile.answers import Skill
from idp.profile.typed_text import Unfit


def held(app, citizen):
    with app.app_context():
        return [(skill.key, skill.name) for skill in profile.of(citizen.account_id).skills]


@pytest.mark.parametrize(
    "spellings",
    [
        ("Graphic Design", "graphic-design", "GRAPHIC  DESIGN", "Desain Grafis", "Desainer grafis"),
        ("Full-stack Web Development", "fullstack web development", "Full Stack Developer"),
        ("C++", "c plus plus", "CPP"),
        ("C#", "C sharp", "csharp"),
        ("Node.js", "NodeJS", "node js"),
        ("HTML dan CSS", "HTML & CSS", "html and css", "HTML/CSS"),
        ("Sülap Kártu", "sulap kartu", "Sulap-Kartu"),
        ("日本料理", "日本 料理"),
    ],
)
def test_one_skill_in_many_spellings_counts_once(spellings):
    assert len({skills.recognise(spelling).key for spelling in spellings}) == 1
    assert len(skills.once_each([skills.recognise(spelling) for spelling in spellings])) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C++"), ("C", "C#"), ("C++", "C#"), ("Java", "JavaScript"), ("Las MIG", "Las Argon"), ("R", "React")]
)
def test_different_skills_stay_apart(one, other):
    assert skills.recognise(one).key != skills.recognise(other).key


def test_a_skill_keeps_the_name_that_its_owner_gave_it():
    assert skills.recognise("Networking") == Skill("computer-networking", "Networking")
    assert skills.recognise("graphic design") == Skill("graphic-design", "Graphic Design")
    assert skills.recognise("  Memeluk \t pohon ") == Skill("memelukpohon", "Memeluk pohon")


@pytest.mark.parametrize("raw", ["", "  ", "---", "🙂", "\u200b", "x" * 81])
def test_what_is_no_skill_is_refused(raw):
    with pytest.raises(Unfit):
        skills.recognise(raw)


def test_the_starter_list_is_sound():
    listed = skills.catalogue()
    assert len(listed) > 300
    assert len({known.key for known in listed}) == len(listed)
    for known in listed:
        for name in (known.id, known.en):
            assert skills.recognise(name).key == known.key, name


@pytest.mark.parametrize(
    ("query", "locale", "first"),
    [
        ("graf", "id", "Desain Grafis"),
        ("arc weld", "id", "Las Listrik"),
        ("akun", "en", "Accounting"),
        ("excel", "en", "Microsoft Excel"),
        ("jepang", "en", "Japanese"),
    ],
)
def test_a_few_letters_in_either_language_find_a_skill(query, locale, first):
    assert skills.search(query, locale)[0].label(locale).startswith(first)


def test_a_search_for_nothing_finds_nothing():
    assert skills.search(" ", "id") == skills.search("zzzqqq", "id") == []


@given(st.text(max_size=120))
def test_no_text_breaks_the_spelling(raw):
    with suppress(Unfit):
        assert skills.recognise(raw).key


def test_skills_are_added_and_taken_away_without_javascript(app, rina, browser):
    browser.get("/profil/lengkapi/keahlian")
    browser.submit(search="Graphic Design, Networking", go="add")
    browser.submit(search="desain grafis", go="add")
    assert held(app, rina) == [("graphic-design", "Graphic Design"), ("computer-networking", "Networking")]
    browser.submit(go="remove:graphic-design")
    assert held(app, rina) == [("computer-networking", "Networking")]


def test_a_search_offers_what_one_may_mean_and_keeps_the_rest(app, rina, browser):
    browser.get("/profil/lengkapi/keahlian")
    browser.submit(search="Python", go="add")
    browser.submit(search="desain", go="search")
    assert "Desain Interior" in browser.text
    browser.submit(go="known:graphic-design", search="desain")
    assert held(app, rina) == [("python", "Python"), ("graphic-design", "Desain Grafis")]


def test_what_stands_in_the_line_is_not_lost_on_the_way_on_or_back(app, rina, browser):
    browser.get("/profil/lengkapi/keahlian")
    browser.submit(search="Python", go="back")
    assert browser.path == "/profil/lengkapi/sertifikasi"
    assert held(app, rina) == [("python", "Python")]
    browser.get("/profil/lengkapi/keahlian")
    browser.submit(search="Excel", go="next")
    assert [name for _, name in held(app, rina)] == ["Python", "Excel"]


def test_the_last_step_needs_a_skill(browser):
    browser.get("/profil/lengkapi/keahlian")
    answer = browser.submit(go="next")
    assert answer.status_code == 422
    assert "Tambahkan paling sedikit satu keahlian." in answer.text


def test_there_are_at_most_fifty_skills(app, rina, browser):
    browser.get("/profil/lengkapi/keahlian")
    answer = browser.submit(go="add", search="", skill=[f"Keahlian nomor {n}" for n in range(60)])
    assert answer.status_code == 422
    assert "Paling banyak 50 keahlian." in answer.text
    assert held(app, rina) == []


def test_suggestions_come_as_json(http):
    found = http.get("/profil/keahlian/saran?cari=desain+gra").json
    assert found[0] == {"key": "graphic-design", "name": "Desain Grafis"}
    assert http.get("/profil/keahlian/saran").json == []
    assert http.get("/profil/keahlian/saran?cari=" + "x" * 5000).json == []
