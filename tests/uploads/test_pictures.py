"""What a picture becomes: decoded, turned, cropped and made anew, or refused with its reason."""

import io
import struct
import zlib

import pytest
from PIL import Image

from idp.uploads import LARGEST_BYTES, Refused, pictures, portrait, portraits
from tests import faces

pytestmark = pytest.mark.any_database


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
    _, made = portraits.opened(upload)
    for jpeg, largest in zip(made, (portraits.LARGE, portraits.SMALL), strict=True):
        image = opened(jpeg)
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert image.width <= largest[0]
        assert abs(image.width / image.height - 3 / 4) < 0.01


@pytest.mark.asvs("V14.2.8")
def test_a_photo_is_turned_upright_and_its_metadata_are_gone():
    made = portrait(with_place()).large
    image = opened(made)
    assert (image.width, image.height) == (600, 800)
    assert not image.getexif()
    assert b"Rumah" not in made
    assert b"Exif" not in made


@pytest.mark.asvs("V5.2.2", "V5.2.6", "V1.3.4")
@pytest.mark.parametrize(
    ("upload", "reason"),
    [
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
        portraits.opened(upload)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(("upload", "reason"), [(b"", "empty"), (b"\0" * (LARGEST_BYTES + 1), "bytes"), (bomb(), "pixels")])
def test_the_child_says_the_same_and_what_is_too_long_never_reaches_it(upload, reason):
    with pytest.raises(Refused) as refusal:
        portrait(upload)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("drawn", "doubt"),
    [
        (faces.drawn(), None),
        (faces.drawn().resize((240, 320)), None),
        (faces.drawn(faces=0), "no_face"),
        (faces.drawn(faces=2), "faces"),
        (faces.far_away(), "face_small"),
        (faces.drawn(blur=20), "blurred"),
    ],
)
def test_one_face_large_and_sharp_enough_raises_no_doubt(drawn, doubt):
    facts, _ = portraits.opened(faces.jpeg(drawn))
    assert facts["doubt"] == doubt


def test_the_face_is_in_the_part_that_is_kept():
    wide = Image.new("RGB", (2400, 960), "#c9d6e6")
    wide.paste(faces.drawn(), (1600, 0))
    facts, (large, _) = portraits.opened(faces.jpeg(wide))
    assert facts["doubt"] is None
    assert portraits.opened(large)[0]["doubt"] is None


def test_what_is_transparent_becomes_white():
    upload = picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))
    assert pictures.decoded(upload, least=(1, 1), wanted=(600, 800)).getpixel((5, 5)) == (255, 255, 255)
