"""The signed-in home and the pages that everybody may read."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from idp import accounts, settings
from idp.oidc import clients
from idp.oidc.client_form import for_new_client
from tests import signing_in

pytestmark = pytest.mark.any_database


@pytest.fixture
def register(app):
    """Register a service with a tile, as `idp client add --tile` does."""

    def added(name, **more):
        metadata = {
            "client_name": name,
            "redirect_uris": ["http://localhost:8001/kembali"],
            "initiate_login_uri": "http://localhost:8001/masuk",
            "tile": True,
            **more,
        }
        with app.app_context():
            clients.add(for_new_client(metadata))

    return added


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(http):
    answer = http.request("GET", "/")
    assert (answer.status_code, answer.location) == (303, "/masuk?next=/")


def test_the_card_shows_the_name_the_status_and_what_is_still_to_fill_in(home):
    page = home.get("/").text
    assert "Siti Aminah" in page
    assert "Belum Terverifikasi" in page
    assert re.search(r'<progress class="meter" max="100" value="0"', page)
    for step in ("Foto Profil", "Biodata", "Pendidikan", "Pengalaman Kerja", "Pelatihan", "Sertifikasi", "Keahlian"):
        assert step in page
    assert 'href="/profil/lengkapi"' in page


def test_a_logo_is_shown_where_there_is_one_and_only_from_where_it_lies(home, register):
    register("Magang Hub", logo_uri="https://magang.example/logo.svg")
    answer = home.get("/")
    assert '<img class="service" src="https://magang.example/logo.svg"' in answer.text
    assert "img-src 'self' data: blob: https://magang.example;" in answer.headers["Content-Security-Policy"]
    assert "magang.example" not in home.get("/akun").headers["Content-Security-Policy"]


@pytest.mark.asvs("V3.7.2")
def test_a_service_that_is_not_registered_is_shown_as_coming_and_leads_nowhere(home):
    page = home.get("/").text
    assert "Sertihub" in page
    assert "Segera hadir" in page
    assert "localhost:8001" not in page


def test_registering_a_service_with_a_tile_adds_it_with_the_issuer_in_its_address(home, register):
    register("Magang Hub")
    link = re.search(r'class="tile" href="(http://localhost:8001/masuk[^"]+)"', home.get("/").text)
    assert parse_qs(urlsplit(link[1]).query) == {"iss": [settings.current().issuer]}
    assert "Magang Hub" in home.get("/layanan").text


def test_entries_of_the_navigation_lead_to_the_service_that_they_belong_to(home, register):
    register("Karirhub")
    page = home.get("/").text
    link = re.search(r'href="([^"]+)">Lamaranku', page)
    assert link[1].startswith("http://localhost:8001/masuk?iss=")
    assert re.search(r'href="([^"]+)">Sertifikasiku', page)[1] == "/layanan"
    assert re.search(r'href="([^"]+)">Resume', page)[1] == "/resume"


@pytest.mark.parametrize("path", ["/bantuan", "/kebijakan-privasi", "/syarat-ketentuan"])
def test_help_and_policies_are_open_to_everybody_in_both_languages(http, path):
    texts = {language: http.get(f"{path}?lang={language}").text for language in ("id", "en")}
    assert all('href="/masuk"' in text for text in texts.values())
    anchors = {language: re.findall(r'<h2 id="([\w-]+)"', text) for language, text in texts.items()}
    assert anchors["id"] == anchors["en"] != []
    assert texts["id"] != texts["en"]


def test_the_policies_name_the_version_that_a_citizen_agrees_to(http):
    for path in ("/kebijakan-privasi", "/syarat-ketentuan"):
        assert accounts.TERMS_VERSION in http.get(path).text


def test_every_link_within_a_page_of_prose_leads_somewhere(http):
    for path in ("/bantuan", "/kebijakan-privasi", "/syarat-ketentuan"):
        text = http.get(path).text
        for anchor in re.findall(r'href="#([\w-]+)"', text):
            assert f'id="{anchor}"' in text


def test_the_language_chosen_stays_and_leads_back_to_the_same_page(http):
    http.get("/bantuan")
    link = re.search(r'class="language" href="([^"]+)"', http.text)[1].replace("&amp;", "&")
    answer = http.get(link)
    assert http.path.startswith("/bantuan")
    assert '<html lang="en">' in answer.text
    assert '<html lang="en">' in http.get("/syarat-ketentuan").text


def test_signing_out_is_a_form_on_every_signed_in_page(home):
    home.get("/")
    assert any(form["action"] == "/keluar" and form["method"] == "post" for form in home.forms())


def test_a_name_of_one_word_has_one_initial(app, http):
    alone = signing_in.signed_in(http, signing_in.new_account(app, "Suharto"))
    assert re.search(r'class="avatar" aria-hidden="true">S<', alone.get("/").text)


@pytest.mark.parametrize("language", ["id", "en"])
def test_what_the_prose_links_to_exists(home, language):
    links = set()
    for path in ("/bantuan", "/kebijakan-privasi", "/syarat-ketentuan"):
        links |= set(re.findall(r'href="(/[\w./-]*)', home.get(f"{path}?lang={language}").text))
    assert {link for link in links if home.request("GET", link).status_code >= 400} == set()
