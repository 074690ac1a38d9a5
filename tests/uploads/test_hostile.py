"""Hostile uploads: each is refused or made safe, and no worker is lost. All 300 go through the pages in `make soak`."""

import io

import pikepdf
import pytest
from PIL import Image

from idp import uploads
from idp.uploads import documents, pdfs, portraits, process
from idp.uploads.made import JPEG, LARGEST_BYTES, PDF, Refused
from tests.uploads import hostile

pytestmark = pytest.mark.any_database


def unsafe(content, media_type):
    """What is wrong with a file that would be stored; nothing when it is safe."""
    if hostile.MARK in content:
        return "it bears the mark"
    if media_type == JPEG:
        picture = Image.open(io.BytesIO(content))
        odd = set(picture.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "dpi"}
        return f"it tells {odd}" if odd or picture.getexif() or not content.endswith(b"\xff\xd9") else ""
    if not content.startswith(b"%PDF-") or not content.rstrip().endswith(b"%%EOF"):
        return "it does not begin or end as a PDF"
    with pikepdf.open(io.BytesIO(content)) as pdf:
        acting = any(pdfs._acts(found) for one in pdf.objects for found in pdfs._dictionaries(one, 0))
        return "it acts" if acting or "/OpenAction" in pdf.Root or "/Names" in pdf.Root or len(pdf.docinfo) else ""


def outcome(program, content):
    """ "refused", or what is wrong with what would be stored."""
    try:
        facts, made = program.opened(content)
    except Refused:
        return "refused"
    except Exception as fault:  # the child says "broken" of these
        return f"refused: {type(fault).__name__}"
    return ", ".join(filter(None, (unsafe(one, facts.get("media_type", JPEG)) for one in made))) or "safe"


@pytest.mark.asvs("V1.3.5", "V5.2.2", "V5.2.3", "V1.3.4")
def test_three_hundred_hostile_uploads_are_refused_or_made_safe():
    assert len(hostile.uploads()) == hostile.COUNT
    found = {name: outcome(documents, content) for name, content in hostile.uploads() if len(content) <= LARGEST_BYTES}
    assert {name: what for name, what in found.items() if what != "safe" and not what.startswith("refused")} == {}
    assert 20 < sum(what == "safe" for what in found.values()) < 200
    for name in ("script on opening.pdf", "attached.pdf", "XFA.pdf", "41 pages.pdf", "svg as foto.jpg", "spelt otherwise.pdf"):
        assert found[name] == "refused", name


def test_as_photos_they_are_refused_or_made_safe_too():
    pictures = [(name, content) for name, content in hostile.uploads() if len(content) <= LARGEST_BYTES and "pdf" not in name][::3]
    found = {name: outcome(portraits, content) for name, content in pictures}
    assert {name: what for name, what in found.items() if what != "safe" and not what.startswith("refused")} == {}


def test_what_is_sound_is_taken():
    taken = {name: uploads.document(content).media_type for name, content in hostile.sound().items()}
    assert taken == {"foto.jpg": JPEG, "foto.png": JPEG, "ijazah.pdf": PDF}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("script on opening.pdf", "active"), ("attached.pdf", "active"), ("41 pages.pdf", "pages"), ("locked.pdf", "locked"),
        ("nested.pdf", "broken"), ("169 megapixels.png", "pixels"), ("exe as ijazah.pdf", "type"),
    ],
)  # fmt: skip
def test_the_child_gives_the_reason(name, reason):
    with pytest.raises(Refused) as refusal:
        uploads.document(dict(hostile.uploads())[name])
    assert refusal.value.reason == reason


@pytest.mark.asvs("V15.2.5", "V15.2.2")
def test_a_child_that_hangs_is_ended_and_one_that_dies_is_a_refusal(monkeypatch, tmp_path):
    for program in ("import time; time.sleep(60)", "import os; os.abort()", "print('x' * 999)", "print('{\"sizes\": [9, 9]}')"):
        stand_in = tmp_path / "child.py"
        stand_in.write_text(program)
        monkeypatch.setattr(process, "_PROGRAM", stand_in)
        monkeypatch.setattr(process, "PATIENCE_SECONDS", 0.5)
        with pytest.raises(Refused) as refusal:
            uploads.document(b"x" * 500_000)
        assert refusal.value.reason == "broken"


@pytest.mark.asvs("V15.2.5", "V13.3.2")
def test_the_child_knows_none_of_our_secrets(monkeypatch, tmp_path):
    stand_in = tmp_path / "child.py"
    stand_in.write_text("import json, os\nprint(json.dumps({'sizes': [], 'refused': ' '.join(sorted(os.environ))}))")
    monkeypatch.setenv("IDP_DUKCAPIL_PASSWORD", "rahasia")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "rahasia")
    monkeypatch.setattr(process, "_PROGRAM", stand_in)
    with pytest.raises(Refused) as refusal:
        uploads.document(b"x")
    assert refusal.value.reason.split() == ["LC_ALL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
