"""Foto profil: what becomes of an upload, who sees it, and what happens to one that is doubted."""

import io
from pathlib import Path

import pytest
from PIL import Image

from idp import claims, profile, settings
from idp.profile import files, reviews, storage
from tests import faces
from tests.signing_in import signed_in
from tests.uploads.test_pictures import bomb


def picture(**drawing):
    return faces.jpeg(faces.drawn(**drawing).resize((600, 800)))


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


def upload(browser, content, go="upload", name="foto.jpg"):
    browser.get("/profil/lengkapi/foto")
    fields = {key: values[0] for key, values in browser.forms()[0]["fields"].items()}
    data = fields | {"go": go, "photo": (io.BytesIO(content), name)}
    return browser.request("POST", "/profil/lengkapi/foto", data=data, follow=True)


def stored():
    folder = Path(settings.current().storage_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()]


def shown(page):
    return page.text.partition('<img src="')[2].partition('"')[0]


@pytest.mark.any_database
@pytest.mark.asvs("V3.2.1", "V5.4.1")
def test_an_uploaded_photo_is_shown_and_counts(app, rina, browser):
    page = upload(browser, picture())
    answer = browser.request("GET", shown(page))
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert opened(answer.data).size == (600, 800)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert "private" in answer.headers["Cache-Control"]
    with app.app_context():
        assert profile.completeness(rina.account_id) == 14
        assert profile.photo_address(profile.of(rina.account_id)) in browser.get("/profil").text


@pytest.mark.any_database
def test_walking_on_stores_the_chosen_photo_too(app, rina, browser):
    upload(browser, picture(), go="next")
    assert browser.path == "/profil/lengkapi/biodata"
    with app.app_context():
        assert profile.of(rina.account_id).photo


@pytest.mark.any_database
@pytest.mark.asvs("V8.2.2", "V5.3.2")
def test_a_photo_is_shown_to_its_owner_only(app, rina, browser, citizen):
    address = shown(upload(browser, picture()))
    stranger = signed_in(browser.another(), citizen().account_id)
    assert stranger.request("GET", address).status_code == 404
    assert browser.another().request("GET", address).status_code == 303
    assert browser.request("GET", "/profil/foto/../../etc/passwd.jpg").status_code == 404
    assert browser.request("GET", "/profil/foto/" + "0" * 32 + ".jpg").status_code == 404


@pytest.mark.asvs("V5.2.4")
def test_another_photo_takes_the_place_of_the_first_and_its_files(browser, worker):
    first = shown(upload(browser, picture()))
    second = shown(upload(browser, picture(colour="#e9c4b4")))
    assert first != second
    assert browser.request("GET", first).status_code == 404
    worker.drain()
    assert len(stored()) == 2


@pytest.mark.any_database
@pytest.mark.asvs("V5.3.1", "V5.3.2")
def test_stored_files_tell_nothing_and_are_nobody_elses_to_read(browser):
    upload(browser, picture())
    for path in stored():
        assert path.stat().st_mode & 0o077 == 0
        assert not path.read_bytes().startswith(b"\xff\xd8")


@pytest.mark.any_database
def test_without_the_accounts_key_the_files_cannot_be_opened(app, rina, browser):
    upload(browser, picture())
    with app.app_context():
        file = profile.of(rina.account_id).photo.large
        place = files.place()
        assert storage.read(place, file)
        with pytest.raises(storage.Missing):
            storage.read(place, storage.StoredFile(file.name, "A" * 43 + "="))


@pytest.mark.parametrize(
    ("content", "says"), [(b"not a photo", "bukan foto jpg atau png"), (b"", "Pilih foto dulu."), (bomb(), "terlalu besar")]
)
@pytest.mark.any_database
def test_a_refusal_says_what_to_do_and_keeps_the_photo_that_is_there(browser, content, says):
    address = shown(upload(browser, picture()))
    answer = upload(browser, content)
    assert answer.status_code == 422
    assert says in answer.text
    assert browser.request("GET", address).status_code == 200


def test_of_two_windows_the_later_photo_is_told_and_leaves_no_file(browser, rina, worker):
    other = signed_in(browser.another(), rina.account_id)
    other.get("/profil/lengkapi/foto")
    stale = {key: values[0] for key, values in other.forms()[0]["fields"].items()}
    upload(browser, picture())
    data = stale | {"go": "upload", "photo": (io.BytesIO(picture(colour="#e9c4b4")), "x.jpg")}
    answer = other.request("POST", "/profil/lengkapi/foto", data=data)
    assert answer.status_code == 409
    worker.drain()
    assert len(stored()) == 2


@pytest.mark.asvs("V5.2.1")
def test_an_upload_that_is_too_long_is_refused_before_it_is_read(browser):
    answer = upload(browser, b"\xff\xd8" + b"\0" * 26_000_000)
    assert answer.status_code == 413
    assert '<a class="btn btn-primary" href="/profil/lengkapi/foto">Kembali ke halaman tadi</a>' in answer.text


def test_a_photo_that_is_too_long_is_refused_in_words_on_its_page(browser):
    answer = upload(browser, b"\xff\xd8" + b"\0" * 7_000_000)
    assert answer.status_code == 422
    assert "Ukuran foto paling besar 5 MB." in answer.text


@pytest.mark.any_database
def test_a_lost_file_is_not_found_and_breaks_no_page(browser):
    address = shown(upload(browser, picture()))
    for path in stored():
        path.unlink()
    assert browser.request("GET", address).status_code == 404
    assert browser.get("/profil").status_code == 200


def waiting(app):
    with app.app_context():
        return list(reviews.waiting())


@pytest.mark.any_database
def test_a_doubted_photo_waits_for_an_officer_if_its_owner_asks(app, rina, browser, idp, sandbox, worker, tmp_path):
    answer = upload(browser, faces.jpeg(faces.drawn(blur=20)))
    assert answer.status_code == 422
    assert "kurang tajam" in answer.text
    assert browser.request("GET", shown(answer)).status_code == 200
    assert waiting(app) == []
    browser.get("/profil/lengkapi/foto")
    browser.submit(go="review")
    assert "menunggu peninjauan" in browser.get("/profil/lengkapi/foto").text
    (one,) = idp.json("account", "photo", "list")
    assert (one["account"], one["doubt"]) == (rina.account_id, "blurred")
    idp.json("account", "photo", "show", rina.account_id, "--out", str(tmp_path / "foto.jpg"))
    assert opened((tmp_path / "foto.jpg").read_bytes()).format == "JPEG"
    with app.app_context():
        assert profile.of(rina.account_id).photo is None
    idp.json("account", "photo", "approve", rina.account_id, "--officer", "Petugas 1")
    with app.app_context():
        assert profile.of(rina.account_id).photo
    worker.drain()
    assert len(stored()) == 2
    assert any("disetujui" in mail["subject"] for mail in sandbox.mail(rina.registry["email"]))


@pytest.mark.any_database
def test_a_photo_that_an_officer_refuses_is_deleted_and_its_owner_told(app, rina, browser, sandbox, worker):
    upload(browser, picture(faces=0))
    browser.submit(go="review")
    with app.app_context():
        reviews.refuse(rina.account_id, "Petugas 1")
        with pytest.raises(reviews.NothingWaits):
            reviews.approve(rina.account_id, "Petugas 2")
    worker.drain()
    assert stored() == []
    assert "belum bisa memakai" in browser.get("/profil/lengkapi/foto").text
    assert any("belum bisa dipakai" in mail["subject"] for mail in sandbox.mail(rina.registry["email"]))


@pytest.mark.any_database
def test_a_good_photo_makes_the_doubted_one_needless(app, browser, worker):
    upload(browser, picture(faces=2))
    browser.submit(go="review")
    assert len(waiting(app)) == 1
    upload(browser, picture())
    assert waiting(app) == []
    worker.drain()
    assert len(stored()) == 2


def linked(app, rina):
    with app.app_context():
        claims.forget(rina.account_id)
        return claims.of(rina.account_id, ["picture"])["picture"].removeprefix(settings.current().issuer)


@pytest.mark.any_database
@pytest.mark.asvs("V8.2.2")
def test_a_service_sees_the_photo_at_the_address_in_the_claims_and_nobody_else_can_guess_it(app, http, rina, browser, clock):
    upload(browser, picture())
    address = linked(app, rina)
    answer = http.another().request("GET", address)
    assert opened(answer.data).size == (600, 800)
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert rina.account_id not in address
    for forged in (address[:-1], address[:-4] + "AAAA", "/foto/x", "/foto/" + "é" * 40, "/foto/" + "A" * 5000):
        assert http.another().request("GET", forged).status_code == 404
    clock.shift(8 * 86400)
    assert http.another().request("GET", address).status_code == 404


@pytest.mark.any_database
def test_the_address_of_a_replaced_photo_leads_nowhere(app, http, rina, browser):
    upload(browser, picture())
    address = linked(app, rina)
    upload(browser, picture(colour="#d6c9e6"))
    assert http.another().request("GET", address).status_code == 404
    assert http.another().request("GET", linked(app, rina)).status_code == 200
