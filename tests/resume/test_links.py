"""Links to a résumé: what strangers see is what was chosen, signed, for as long as the owner wants, and found by nobody else."""

import io
import json
import re
from datetime import timedelta

import httpx
import jsonschema_rs
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from PIL import Image

from idp import accounts, claims, clock, settings
from idp.extensions import db, unit_of_work
from idp.oidc import hints, jose
from idp.profile import given
from idp.resume import links
from idp.resume.models import ResumeLink
from tests.owning import holder, press, sign_in
from tests.profile.filling import fill

pytestmark = pytest.mark.any_database


@pytest.fixture
def rina(app):
    whom = holder(app, "Rina Kartikasari")
    with app.app_context():
        fill(whom.account_id)
    return whom


@pytest.fixture
def browser(http, rina):
    sign_in(http, rina)
    return http


@pytest.fixture
def employer(browser):
    """A browser in which nobody is signed in."""
    return browser.another("127.0.0.9")


def share(browser, **fields):
    """Make a link on the pages; answers the path that the owner gives away, and the owner's page of it."""
    browser.get("/resume/tautan/baru")
    page = browser.submit(**{"days": "30"} | fields).text
    address = re.search(r'id="address" value="([^"]+)"', page)[1]
    assert address.startswith(f"{settings.current().issuer}/cv/")
    assert '<svg role="img" aria-label="Kode QR untuk membuka resume"' in page
    return address.removeprefix(settings.current().issuer), browser.path


def test_services_are_told_of_a_link_that_was_ticked_for_them_until_it_is_withdrawn(app, browser, employer, rina):
    share(browser)
    with app.app_context():
        assert claims.of(rina.account_id, ["name", "profile"]) == {"name": "Rina Kartikasari"}
    path, owners_page = share(browser, for_services="y")
    assert "menerima alamat ini juga" in browser.get(owners_page).text
    with app.app_context():
        assert claims.of(rina.account_id, ["profile"]) == {"profile": settings.current().issuer + path}
    assert employer.get(path).status_code == 200
    browser.get(owners_page)
    press(browser, "/cabut")
    with app.app_context():
        assert claims.of(rina.account_id, ["profile"]) == {}


def test_an_employer_sees_what_was_chosen_and_what_is_verified(app, browser, employer, rina):
    path, _ = share(browser, purpose="PT Maju")
    page = employer.get(path).text
    for shown in ("Rina Kartikasari", "Kepala Akuntansi", "Universitas Padjadjaran", "Las Dasar", "Graphic Design", "Suka belajar."):
        assert shown in page
    for hidden in (rina.email, rina.phone, rina.nik, "Jl. Setiabudi", "1992", "Bandung, ", "PT Maju</h1>"):
        assert hidden not in page
    assert "Belum Terverifikasi" in page
    assert employer.cookie("sso") is None
    with app.app_context(), unit_of_work():
        accounts.set_identity_verified(rina.account_id, clock.now())
    page = employer.get(path).text
    assert "cocok dengan Dukcapil" in page
    assert "Belum Terverifikasi" not in page
    assert "dibuka 2 kali" in browser.get("/resume").text


def test_only_the_chosen_parts_are_shown(browser, employer, rina):
    path, _ = share(browser, parts=["kontak", "kelahiran"], days="7")
    page = employer.get(path).text
    for shown in (rina.email, rina.phone, "Bandung", "15 Juni 1992", "Perempuan"):
        assert shown in page
    for hidden in ("Akuntansi", "Padjadjaran", "Las Dasar", "Suka belajar", "Jakarta Selatan"):
        assert hidden not in page
    assert employer.get(f"{path}/foto.jpg").status_code == 404


def test_the_photo_is_shown_only_where_it_was_chosen(app, browser, employer, rina):
    with app.app_context():
        given.fill_photo(rina.account_id, portrait())
    hidden, _ = share(browser)
    assert "<img" not in employer.get(hidden).text
    assert employer.get(f"{hidden}/foto.jpg").status_code == 404
    path, _ = share(browser, parts=["foto"])
    assert f'src="{path}/foto.jpg"' in employer.get(path).text
    answer = employer.get(f"{path}/foto.jpg")
    assert answer.data.startswith(b"\xff\xd8")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"/DCTDecode" in employer.get(f"{path}/resume.pdf").data
    assert b"/DCTDecode" not in employer.get(f"{hidden}/resume.pdf").data


def portrait():
    """A picture that is no photo of anybody."""
    kept = io.BytesIO()
    Image.effect_noise((600, 800), 60).convert("RGB").save(kept, "JPEG")
    return kept.getvalue()


def test_a_link_ends_at_once_when_it_is_withdrawn_and_on_its_day(browser, employer, clock):
    path, own = share(browser)
    assert employer.get(path).status_code == 200
    browser.get(own)
    press(browser, "/cabut")
    for gone in ("", "/foto.jpg", "/resume.pdf", "/resume.jwt"):
        assert employer.get(path + gone).status_code == 404
    assert browser.get(own).status_code == 404
    path, _ = share(browser, days="7")
    clock.shift(timedelta(days=7).total_seconds() - 5)
    assert employer.get(path).status_code == 200
    clock.shift(6)
    assert employer.get(path).status_code == 404


def test_a_suspended_account_shows_nothing(app, browser, employer, rina):
    path, _ = share(browser)
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    assert employer.get(path).status_code == 404


def test_nobody_keeps_or_finds_it_and_its_secret_lies_nowhere(app, browser, employer, rina, capfd):
    path, _ = share(browser, purpose="PT Rahasia")
    for part in ("", "/resume.pdf", "/resume.jwt"):
        headers = employer.get(path + part).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"].startswith("noindex, nofollow")
        assert headers["Referrer-Policy"] == "no-referrer"
    secret = path.removeprefix("/cv/")
    assert len(secret) == links.SECRET_LETTERS
    assert secret not in "".join(capfd.readouterr())
    with app.app_context():
        row = db.session.query(ResumeLink).one()
        stored = [str(getattr(row, column.name)) for column in ResumeLink.__table__.columns]
        assert not [value for value in stored if secret in value or "Rahasia" in value]
        assert row.purpose == "PT Rahasia"
    assert employer.get(f"/cv/{secret[:-1]}x").status_code == 404


def test_what_is_shown_is_signed_by_the_provider_and_checked_with_its_published_keys(app, browser, employer, rina):
    path, _ = share(browser)
    answer = employer.get(f"{path}/resume.jwt")
    assert answer.headers["Content-Type"] == "application/jwt"
    token = answer.text
    keys = KeySet.import_key_set(json.loads(employer.get("/oauth/jwks").text))
    done = jwt.decode(token, keys, algorithms=["ES256"])
    assert done.header["typ"] == "siapkerja-resume+jwt"
    assert done.claims["iss"] == settings.current().issuer
    assert done.claims["exp"] - done.claims["iat"] == 86_400
    shown = done.claims["resume"]
    assert {"name", "education", "experience", "training", "certification", "skills", "profile_verified"} <= set(shown)
    assert not {"email", "phone_number", "nik", "address", "birthdate"} & set(shown)
    for name in set(shown) & set(claims.every()):
        jsonschema_rs.validator_for(claims.schema(name)).validate(shown[name])
    head, body, signature = token.split(".")
    with pytest.raises(Exception, match="signature"):
        jwt.decode(f"{head}.{body[:-4]}AAAA.{signature}", keys, algorithms=["ES256"])
    with app.app_context(), pytest.raises(jose.BadToken):
        hints.read(token)  # it is no ID token


def test_anybody_can_check_a_signed_document_on_a_page(browser, employer, clock):
    path, own = share(browser)
    token = employer.get(f"{path}/resume.jwt").text
    employer.get("/cv/periksa")
    page = employer.submit(text=token[:80] + "\n " + token[80:]).text
    for shown in ("Asli.", "Rina Kartikasari", "Kepala Akuntansi", "Graphic Design"):
        assert shown in page
    assert "pada waktu itu" not in page
    browser.get(own)
    press(browser, "/cabut")
    clock.shift(86_401)
    employer.get("/cv/periksa")
    assert "Isinya benar pada waktu itu" in employer.submit(file=(io.BytesIO(token.encode()), "resume.jwt")).text
    head, body, signature = token.split(".")
    for wrong in ("", "x", "é" * 50, f"{head}.{body[:-4]}AAAA.{signature}", f"{head}.{body}.", "a." * 150_000):
        employer.get("/cv/periksa")
        answer = employer.submit(text=wrong)
        assert answer.status_code == 422
        assert "bukan dari kami" in answer.text


def test_only_the_owner_sees_and_withdraws(app, browser, employer):
    path, own = share(browser)
    budi = holder(app, "Budi Santoso")
    other = browser.another()
    sign_in(other, budi)
    assert other.get(own).status_code == 404
    other.get("/resume/tautan/baru")
    token = other.forms()[-1]["fields"]["csrf_token"][0]
    other.post(f"{own}/cabut", {"csrf_token": token})
    assert employer.get(path).status_code == 200
    assert employer.request("GET", own).location.startswith("/masuk?next=")
    browser.get(own)
    assert browser.post(f"{own}/cabut").status_code == 400
    assert employer.get(path).status_code == 200


def test_refusals_keep_what_was_chosen_and_say_why(browser, app, rina):
    browser.get("/resume/tautan/baru")
    for fields in ({"parts": None}, {"parts": ["nosuch"]}, {"days": "9999"}, {"days": None}, {"purpose": "x" * 61}):
        page = browser.submit(**{"purpose": "PT Maju"} | fields)
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert "PT Maju" in page.text or "xxx" in page.text
    with app.app_context():
        for _ in range(links.MOST_IN_FORCE):
            links.make(rina.account_id, ["keahlian"], days=7, purpose=None)
    page = browser.submit(parts=["keahlian"], days="30", purpose="PT Maju")
    assert page.status_code == 422
    assert "Cabut satu dulu" in page.text


def test_guessing_is_slowed_down_and_links_are_in_the_owners_download(app, browser, employer, rina):
    share(browser, purpose="PT Maju")
    codes = [employer.get(f"/cv/{number:032d}").status_code for number in range(61)]
    assert codes[:60] == [404] * 60
    assert codes[60] == 429
    browser.get("/akun/data")
    told = json.loads(press(browser, "/akun/data/unduh").text)
    assert told["resume_links"][0]["purpose"] == "PT Maju"
    assert "Tautan ke resumemu dibuat" in browser.get("/pemberitahuan").text


def test_old_links_are_removed_and_living_ones_stay(app, rina, clock):
    with app.app_context():
        links.make(rina.account_id, ["keahlian"], days=7, purpose=None)
        clock.shift(366 * 86_400)
        fresh = links.make(rina.account_id, ["keahlian"], days=90, purpose=None).id
        assert links.remove_old() == 0
        clock.shift(8 * 86_400)
        assert links.remove_old() == 1
        assert [link.id for link in links.of(rina.account_id)] == [fresh]


def test_the_pages_are_fit_for_everybody(tab_of, live):
    tab_of("/pemberitahuan", "/resume", "/resume/tautan/baru", "LINK", "PUBLIC", "/cv/periksa")
    assert httpx.get(f"{live.url}/cv/{'x' * 32}", timeout=30).status_code == 404
