"""Foto profil: what is taken, what becomes of it, and who sees it."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from idp import profile, settings
from idp.profile import photo, storage
from idp.profile.photo import Refused
from tests.signing_in import signed_in


def picture(kind="JPEG", size=(600, 800), mode="RGB", colour="teal", **options):
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **options)
    return written.getvalue()


def bomb():
    """A PNG of a few hundred bytes that claims 13,000 by 13,000 pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 13_000, 13_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def with_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "Rumah Rina"
    exif.get_ifd(0x8825)[1] = "S"
    return picture(size=(800, 600), exif=exif, comment=b"Rumah Rina")


def opened(jpeg):
    return Image.open(io.BytesIO(jpeg))


@pytest.mark.asvs("V5.2.2")
@pytest.mark.parametrize(
    "upload",
    [
        picture(), picture("PNG"), picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), picture("PNG", mode="P", colour=3),
        picture(mode="L", colour=9), picture(mode="CMYK", colour=(1, 2, 3, 4)), picture("PNG", mode="I;16", colour=9),
        picture(size=(4000, 3000)), picture(size=(320, 240)), picture(size=(240, 5000)),
    ],
)  # fmt: skip
def test_whatever_is_taken_becomes_a_plain_jpeg_of_three_to_four(upload):
    made = photo.portrait(upload)
    for jpeg, largest in ((made.large, photo.LARGE), (made.small, photo.SMALL)):
        image = opened(jpeg)
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert image.width <= largest[0]
        assert abs(image.width / image.height - 3 / 4) < 0.01


@pytest.mark.asvs("V14.2.8")
def test_a_photo_is_turned_upright_and_its_metadata_are_gone():
    made = photo.portrait(with_place())
    image = opened(made.large)
    assert (image.width, image.height) == (600, 800)
    assert not image.getexif()
    assert b"Rumah" not in made.large
    assert b"Exif" not in made.large


@pytest.mark.asvs("V5.2.2", "V5.2.6", "V1.3.4")
@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        (b"", "empty"),
        (b"\0" * (photo.MAX_BYTES + 1), "bytes"),
        (b"GIF89a" + b"\0" * 100, "type"),
        (picture("GIF"), "type"),
        (picture("WEBP"), "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "type"),
        (b"%PDF-1.7", "type"),
        (bomb(), "pixels"),
        (picture("PNG", size=(5001, 5001), mode="1", colour=0), "pixels"),
        (picture(size=(239, 400)), "small"),
        (picture(size=(300, 300)), "small"),
        (picture()[:2000], "broken"),
        (picture("PNG", size=(400, 600))[:300], "broken"),
    ],
)
def test_what_is_no_photo_is_refused_with_its_reason(upload, reason):
    with pytest.raises(Refused) as refusal:
        photo.portrait(upload)
    assert refusal.value.reason == reason


def upload(browser, content, go="upload", name="foto.jpg"):
    browser.get("/profil/lengkapi/foto")
    fields = {key: values[0] for key, values in browser.forms()[0]["fields"].items()}
    data = fields | {"go": go, "photo": (io.BytesIO(content), name)}
    return browser.request("POST", "/profil/lengkapi/foto", data=data, follow=True)


def files():
    folder = Path(settings.current().storage_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()]


def shown(page):
    return page.text.partition('<img src="')[2].partition('"')[0]


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


def test_walking_on_stores_the_chosen_photo_too(app, rina, browser):
    upload(browser, picture(), go="next")
    assert browser.path == "/profil/lengkapi/biodata"
    with app.app_context():
        assert profile.of(rina.account_id).photo


@pytest.mark.asvs("V8.2.2", "V5.3.2")
def test_a_photo_is_shown_to_its_owner_only(app, rina, browser, citizen):
    address = shown(upload(browser, picture()))
    stranger = signed_in(browser.another(), citizen().account_id)
    assert stranger.request("GET", address).status_code == 404
    assert browser.another().request("GET", address).status_code == 303
    assert browser.request("GET", "/profil/foto/../../etc/passwd.jpg").status_code == 404
    assert browser.request("GET", "/profil/foto/" + "0" * 32 + ".jpg").status_code == 404


@pytest.mark.asvs("V5.2.4")
def test_another_photo_takes_the_place_of_the_first_and_its_files(browser):
    first = shown(upload(browser, picture()))
    second = shown(upload(browser, picture(colour="red")))
    assert first != second
    assert browser.request("GET", first).status_code == 404
    assert len(files()) == 2


@pytest.mark.asvs("V5.3.1", "V5.3.2")
def test_stored_files_tell_nothing_and_are_nobody_elses_to_read(browser):
    upload(browser, picture())
    for path in files():
        assert path.stat().st_mode & 0o077 == 0
        assert not path.read_bytes().startswith(b"\xff\xd8")


def test_without_the_accounts_key_the_files_cannot_be_opened(app, rina, browser):
    upload(browser, picture())
    with app.app_context():
        file = profile.of(rina.account_id).photo.large
        place = storage.at(settings.current().storage_url)
        assert storage.read(place, file)
        with pytest.raises(storage.Missing):
            storage.read(place, storage.StoredFile(file.name, "A" * 43 + "="))


@pytest.mark.parametrize(
    ("content", "says"), [(b"not a photo", "bukan foto jpg atau png"), (b"", "Pilih foto dulu."), (bomb(), "terlalu besar")]
)
def test_a_refusal_says_what_to_do_and_keeps_the_photo_that_is_there(browser, content, says):
    address = shown(upload(browser, picture()))
    answer = upload(browser, content)
    assert answer.status_code == 422
    assert says in answer.text
    assert browser.request("GET", address).status_code == 200


def test_of_two_windows_the_later_photo_is_told_and_leaves_no_file(browser, rina):
    other = signed_in(browser.another(), rina.account_id)
    other.get("/profil/lengkapi/foto")
    stale = {key: values[0] for key, values in other.forms()[0]["fields"].items()}
    upload(browser, picture())
    data = stale | {"go": "upload", "photo": (io.BytesIO(picture(colour="red")), "x.jpg")}
    answer = other.request("POST", "/profil/lengkapi/foto", data=data)
    assert answer.status_code == 409
    assert len(files()) == 2


@pytest.mark.asvs("V5.2.1")
def test_an_upload_that_is_too_long_is_refused_before_it_is_read(browser):
    assert upload(browser, b"\xff\xd8" + b"\0" * 7_000_000).status_code == 413


def test_a_lost_file_is_not_found_and_breaks_no_page(browser):
    address = shown(upload(browser, picture()))
    for path in files():
        path.unlink()
    assert browser.request("GET", address).status_code == 404
    assert browser.get("/profil").status_code == 200
