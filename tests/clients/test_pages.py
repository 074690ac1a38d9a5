"""What people see at the services: what was received and withheld, both languages, and what a registration says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from clients import language
from clients.party import PORT_OFFSETS, ROOT, Service
from tests.clients.conftest import Visitor
from tests.clients.standin import StandIn

SERVICES = sorted(PORT_OFFSETS)


@pytest.fixture(params=SERVICES)
def visitor(request: pytest.FixtureRequest) -> Visitor:
    found: Visitor = request.getfixturevalue(request.param)
    return found


def words(page: str) -> str:
    """The text of a page without its marks, blanks made single."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_stranger_is_told_what_is_asked_for_and_can_look_around(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert "Masuk dengan SIAPkerja" in page
    assert "Apa yang kami minta" in page


def test_karirhub_ranks_by_skills_and_home_and_says_why(karirhub: Visitor) -> None:
    karirhub.sign_in()
    page = words(karirhub.get("/").text)
    assert page.index("Staf Administrasi") < page.index("keahlian cocok")
    assert "3 dari 4 keahlian cocok Di kota domisilimu" in page


def test_the_ranking_changes_with_the_profile(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    provider.claims["skills"] = [{"name": "Las listrik (SMAW)"}, {"name": "Las GTAW"}, {"name": "K3"}]
    provider.claims["address"] = {"province_code": "21", "city_code": "21.71"}
    karirhub.press("/refresh")
    page = words(karirhub.get("/").text)
    assert page.index("Juru Las Galangan") < page.index("keahlian cocok")


def test_a_vacancy_leads_to_training_for_what_is_missing_and_signs_in_on_the_way(karirhub: Visitor, provider: StandIn) -> None:
    karirhub.sign_in()
    page = karirhub.get("/lowongan/staf-administrasi-depok").text
    assert "http://localhost:8002/login?iss=" in page
    assert "%2Fprogram%3Fkeahlian%3Dmicrosoft-office" in page


def test_skillhub_suggests_what_fills_the_gaps(skillhub: Visitor) -> None:
    skillhub.sign_in()
    page = words(skillhub.get("/").text)
    assert "Dicari lowongan, belum kamu punya" in page
    assert re.search(r"dicari \d+ lowongan", page)


def test_the_suggestions_change_with_the_profile(skillhub: Visitor, provider: StandIn) -> None:
    skillhub.sign_in()
    before = suggested(skillhub)
    provider.claims["skills"] = [{"name": "Las listrik (SMAW)"}, {"name": "Las GTAW"}, {"name": "K3"}]
    provider.claims["address"] = {"province_code": "21", "city_code": "21.71"}
    skillhub.press("/refresh")
    welder = suggested(skillhub)
    assert welder[0] != before[0]
    provider.claims["training"] = [{"program": welder[0], "provider": "BLK", "end": "2025-01-01"}]
    skillhub.press("/refresh")
    assert suggested(skillhub)[0] != welder[0]


def suggested(skillhub: Visitor) -> list[str]:
    """The programmes that the front page offers, in its order."""
    return re.findall(r'<a href="/program/[^"]+">([^<]+)</a>', skillhub.get("/").text)


def test_what_was_received_stands_there_in_words(karirhub: Visitor) -> None:
    karirhub.sign_in()
    page = words(karirhub.get("/").text)
    for part in (
        "siti.aminah@example.id terverifikasi",
        "+6281200000001 terverifikasi",
        "Jalan Margonda 1, Pancoran Mas, Kota Depok, Jawa Barat 16431",
        "Administrasi kantor",
        "S1 Akuntansi, Universitas Indonesia (2015–2019)",
        "Staf Admin, PT Maju (2019–sekarang)",
        "86%",
        "Terverifikasi",
    ):
        assert part in page


def test_what_was_not_received_is_named_with_the_reason(karirhub: Visitor, provider: StandIn) -> None:
    provider.granted = "openid profile email keahlian"
    for claim in ("skills", "address", "phone_number", "experience", "education", "profile_completeness", "profile_verified"):
        del provider.claims[claim]
    karirhub.sign_in()
    page = words(karirhub.get("/").text)
    withheld = page[page.index("Tidak dibagikan") :]
    assert "Domisili tidak kamu izinkan" in withheld
    assert "Keahlian belum diisi atau tidak dibagikan" in withheld
    assert "Email" not in withheld
    assert "Kami belum melihat keahlianmu" in page


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"name": 7, "skills": "Excel", "address": [], "education": {}, "experience": [1, None, "x"], "profile_completeness": "80"},
        {"name": {"a": "b"}, "address": {"formatted": None}, "training": [[]], "certification": [{}], "profile_verified": "yes"},
        {"name": "   ", "locale": 5, "email_verified": "true", "email": None},
        {"name": "<script>alert(1)</script>", "email": '"><img src=x onerror=alert(1)>'},
    ],
)
def test_odd_claims_never_break_a_page(visitor: Visitor, provider: StandIn, odd: dict[str, object]) -> None:
    provider.claims = {"sub": "x", **odd}
    assert visitor.sign_in().status_code == 302
    page = visitor.get("/")
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img src=x" not in page.text


@pytest.mark.parametrize("slug", SERVICES)
def test_every_sentence_has_its_english(slug: str) -> None:
    said = set()
    for folder in (ROOT, ROOT / slug):
        for file in (*folder.glob("templates/*.html"), *folder.glob("*.py")):
            method = "jinja2.ext:babel_extract" if file.suffix == ".html" else "python"
            said |= {message for _line, message, _notes, _context in extract_from_file(method, str(file), keywords={"_": None})}
    missing = {text if isinstance(text, str) else text[0] for text in said} - set(language.english(slug))
    assert missing == set()


@pytest.mark.parametrize("slug", SERVICES)
def test_an_english_text_fills_in_what_the_indonesian_fills_in(slug: str) -> None:
    for text, english in language.english(slug).items():
        for one in [english] if isinstance(english, str) else english:
            assert set(re.findall(r"%\(\w+\)s", one)) == set(re.findall(r"%\(\w+\)s", text))


def test_the_reader_chooses_the_language_and_the_provider_is_told(visitor: Visitor) -> None:
    assert visitor.get("/language/en?back=/").location == "/"
    assert "Sign in with SIAPkerja" in visitor.get("/").text
    assert "ui_locales=en" in visitor.get("/login").location
    assert visitor.get("/language/en?back=https://evil.example").location == "/"


def test_who_speaks_english_at_the_provider_reads_english(visitor: Visitor, provider: StandIn) -> None:
    provider.claims["locale"] = "en-GB"
    visitor.sign_in()
    assert "Data we received" in visitor.get("/").text


@pytest.mark.asvs("V7.4.4")
def test_every_page_of_a_signed_in_citizen_offers_the_way_out(karirhub: Visitor) -> None:
    karirhub.sign_in()
    for path in ("/", "/lowongan", "/lowongan/juru-las-batam", "/nowhere"):
        assert 'action="/logout"' in karirhub.get(path).text


def test_filters_narrow_and_an_empty_result_is_explained(karirhub: Visitor, skillhub: Visitor) -> None:
    assert words(karirhub.get("/lowongan?q=las&provinsi=21").text).count("Juru Las Galangan") == 1
    assert "Tidak ada lowongan yang sesuai" in karirhub.get("/lowongan?q=astronaut").text
    assert "Excel untuk Kerja Kantor" in skillhub.get("/program?keahlian=microsoft-excel").text
    assert "Belum ada pelatihan yang sesuai" in skillhub.get("/program?keahlian=sihir").text


def test_nothing_on_a_page_runs_or_comes_from_elsewhere(visitor: Visitor) -> None:
    page = visitor.get("/")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_files_are_packed_and_kept_for_a_year(visitor: Visitor) -> None:
    address = re.search(r'href="(/assets/[^"]+bootstrap.min.css)"', visitor.get("/").text)
    assert address is not None
    answer = visitor.at.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < 40_000
    assert visitor.get("/assets/0000000000000000/theme.css").status_code == 404


@pytest.mark.asvs("V10.2.3")
@pytest.mark.parametrize("slug", SERVICES)
def test_a_registration_follows_the_ports_and_asks_only_for_what_the_pages_use(slug: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clients.metadata", slug],
        env={"PORT_BASE": "9100", "PATH": "/usr/bin"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    registered = tomllib.loads(done.stdout)
    own = f"http://localhost:{9100 + PORT_OFFSETS[slug]}"
    assert registered["redirect_uris"] == [f"{own}/callback"]
    assert registered["post_logout_redirect_uris"] == [f"{own}/signed-out"]
    assert "localhost:800" not in done.stdout
    assert registered["id_token_signed_response_alg"] == "ES256"


@pytest.mark.asvs("V13.3.1")
def test_no_secret_shows_when_credentials_are_printed(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps({"client_id": "k", "client_secret": "s3cret"}))
    service = Service.from_environment("karirhub", {"KARIRHUB_CREDENTIALS": str(file), "KARIRHUB_SECRET_KEY": "s3cret"})
    assert "s3cret" not in repr(service.credentials())
    assert "s3cret" not in repr(service)


@pytest.mark.parametrize("slug", SERVICES)
def test_a_colour_carries_white_text(slug: str) -> None:
    colour = Service.from_environment(slug, {}).registration["colour"]
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5
