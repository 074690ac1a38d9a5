"""Hostile uploads, made in memory: bombs, polyglots, things that act, wrong names, metadata that tell, damage.

Each bears MARK wherever it can; nothing that is stored may bear it."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests import faces

MARK = b"RAHASIA-7f3a"
COUNT = 300
WORDS = MARK.decode()
SCRIPT = f"<script>alert('{WORDS}')</script>".encode()

Upload = tuple[str, bytes]


@lru_cache
def uploads() -> list[Upload]:
    """All of them, the same each time: (name, content)."""
    made = [*_bombs(), *_pictures_that_tell(), *_polyglots(), *_acting_pdfs(), *_odd_pdfs(), *_other_types()]
    return made + list(_damaged(COUNT - len(made)))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, depth: int = 8, colour: int = 2, data: bytes = b"\0" * 1000) -> bytes:
    """A PNG that claims these sides, whatever it holds."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def _nothing(_made: pikepdf.Pdf) -> None:
    return None


def pdf(change: Callable[[pikepdf.Pdf], None] = _nothing, pages: int = 1, **options: object) -> bytes:
    """A PDF with something done to it."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
    change(made)
    written = io.BytesIO()
    made.save(written, **options)
    return written.getvalue()


@lru_cache
def sound() -> dict[str, bytes]:
    """What is nothing but what it seems."""
    small = faces.drawn().resize((300, 400))
    return {"foto.jpg": faces.jpeg(small), "foto.png": faces.jpeg(small, "PNG"), "ijazah.pdf": pdf(pages=2)}


def _bombs() -> Iterator[Upload]:
    for width, height in ((13_000, 13_000), (60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (5001, 5000), (0, 0), (2**32 - 1, 2**32 - 1)):
        for depth, colour in ((8, 2), (1, 0), (16, 6)):
            yield f"claims {width} x {height}, {depth} bits.png", png(width, height, depth=depth, colour=colour)
    yield "169 megapixels.png", png(13_000, 13_000, depth=1, colour=0, data=b"\0" * (13_000 * 1626))
    for kind, head in ((b"zTXt", b"Comment\0\0"), (b"iCCP", b"icc\0\0"), (b"iTXt", b"Comment\0\1\0\0\0")):
        yield f"text of 20 MB in {kind.decode()}.png", png(300, 400, chunk(kind, head + zlib.compress(b"\0" * 20_000_000)))
    yield "data of 20 MB.png", png(300, 400, data=b"\0" * 20_000_000)
    claimed = bytearray(sound()["foto.jpg"])
    place = claimed.find(b"\xff\xc2") if b"\xff\xc2" in claimed else claimed.find(b"\xff\xc0")
    claimed[place + 5 : place + 9] = struct.pack(">HH", 65_500, 65_500)
    yield "claims 65500 x 65500.jpg", bytes(claimed)
    yield "stream of 20 MB.pdf", pdf(lambda made: _set(made.pages[0], "Contents", made.make_stream(b"0 " * 10_000_000)))
    yield (
        "objects without end.pdf",
        pdf(
            lambda made: _set(made.Root, "Many", made.make_indirect(Array([Dictionary(A=number) for number in range(60_000)]))),
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        ),
    )


def _pictures_that_tell() -> Iterator[Upload]:
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112], exif[0x010E], exif[0x9286] = orientation, WORDS, WORDS
        exif.get_ifd(0x8825).update({1: "S", 2: (6.0, 12.0, 3.0), 3: "E", 4: (106.0, 49.0, 1.0), 29: WORDS})
        for kind in ("JPEG", "PNG"):
            yield f"place, turned {orientation}.{kind.lower()}", faces.jpeg(faces.drawn().resize((300, 400)), kind, exif=exif)
    info = PngInfo()
    info.add_text("Comment", WORDS)
    info.add_itxt("XML:com.adobe.xmp", f"<x>{WORDS}</x>")
    yield "text.png", faces.jpeg(faces.drawn().resize((300, 400)), "PNG", pnginfo=info)
    for name, option in (("comment", {"comment": MARK}), ("colours", {"icc_profile": MARK * 40}), ("xmp", {"xmp": MARK * 3})):
        yield f"{name}.jpg", faces.jpeg(faces.drawn().resize((300, 400)), **option)


def _polyglots() -> Iterator[Upload]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(WORDS, MARK)
    tails = {"zip": archive.getvalue(), "html": SCRIPT, "php": b"<?php echo '" + MARK + b"'; ?>", "exe": b"MZ" + MARK, "pdf": pdf() + MARK}
    for name, content in sound().items():
        for what, tail in tails.items():
            yield f"{name} before {what}", content + tail
            yield f"{name} after {what}", tail + content
    for name in ("foto.jpg", "foto.png"):
        yield f"{name} in a pdf's first kilobyte", b"%PDF-1.7\n" + MARK + sound()[name]
    yield "html in a comment.jpg", faces.jpeg(faces.drawn().resize((300, 400)), comment=b"*/" + SCRIPT + b"/*")
    yield "gif that is a script.gif", b"GIF89a/*" + MARK + b"*/=1;alert(1)"
    yield "late header.pdf", b" " * 900 + pdf()
    yield "later header.pdf", b" " * 1100 + pdf()


def _action(name: str) -> Dictionary:
    """An action, new each time: an object belongs to one document."""
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{WORDS}')"))
    return {
        "script": script,
        "launch": Dictionary(S=Name.Launch, F=String(WORDS)),
        "remote": Dictionary(S=Name.GoToR, F=String(WORDS), D=0),
        "embedded": Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N=String(WORDS))),
        "submit": Dictionary(S=Name.SubmitForm, F=String("http://localhost/" + WORDS)),
        "import": Dictionary(S=Name.ImportData, F=String(WORDS)),
        "rendition": Dictionary(S=Name.Rendition, JS=String(WORDS)),
        "chain": Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([script])),
        "address": Dictionary(S=Name.URI, URI=String("http://localhost/" + WORDS)),
    }[name]


ACTIONS = ("script", "launch", "remote", "embedded", "submit", "import", "rendition", "chain", "address")


def _acting_pdfs() -> Iterator[Upload]:
    for name in ACTIONS:
        yield f"{name} on opening.pdf", pdf(lambda made, do=name: _set(made.Root, "OpenAction", _action(do)))
        yield (
            f"{name} on opening, compressed.pdf",
            pdf(
                lambda made, do=name: _set(made.Root, "OpenAction", made.make_indirect(_action(do))),
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            ),
        )
    for name in ("script", "launch", "submit", "embedded"):
        yield f"{name} behind a link.pdf", pdf(lambda made, do=name: _set(made.pages[0], "Annots", Array([_note("Link", A=_action(do))])))
        yield f"{name} when the page is seen.pdf", pdf(lambda made, do=name: _set(made.pages[0], "AA", Dictionary(O=_action(do))))
        yield (
            f"{name} by name.pdf",
            pdf(lambda made, do=name: _set(made.Root, "Names", Dictionary(JavaScript=Dictionary(Names=Array([String("x"), _action(do)]))))),
        )
    yield "attached.pdf", pdf(lambda made: made.attachments.__setitem__("x.exe", b"MZ" + MARK))
    yield "XFA.pdf", pdf(lambda made: _set(made.Root, "AcroForm", Dictionary(Fields=Array([]), XFA=String(WORDS))))
    for kind in ("RichMedia", "Screen", "Movie", "Sound", "FileAttachment", "3D"):
        yield f"{kind}.pdf", pdf(lambda made, one=kind: _set(made.pages[0], "Annots", Array([_note(one, Contents=String(WORDS))])))
    plain = pdf(lambda made: _set(made.Root, "OpenAction", _action("script")), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    yield "spelt otherwise.pdf", plain.replace(b"/JavaScript", b"/J#61v#61Script")
    yield "spelt in hexadecimal.pdf", plain.replace(b"/JS", b"/#4a#53").replace(b"/JavaScript", b"/#4aavaScript")


def _set(where: Any, name: str, value: Any) -> None:
    setattr(where, name, value)


def _note(kind: str, **more: Any) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array([0, 0, 9, 9]), **more)


def _odd_pdfs() -> Iterator[Upload]:
    yield "41 pages.pdf", pdf(pages=41)
    yield "no page.pdf", pdf(pages=0)
    yield "locked.pdf", pdf(encryption=pikepdf.Encryption(user="rahasia", owner="rahasia"))
    yield "who wrote it.pdf", pdf(lambda made: made.docinfo.__setitem__("/Author", WORDS))
    yield "where it lay.pdf", pdf(lambda made: _set(made.Root, "Metadata", made.make_stream(MARK)))
    yield "kids of themselves.pdf", pdf(lambda made: _set(made.Root.Pages, "Kids", Array([made.Root.Pages, made.Root.Pages])))
    yield "nested.pdf", b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"]" * 200_000 + b"\nendobj\ntrailer<</Root 1 0 R>>"
    yield "only a header.pdf", b"%PDF-1.7\n" + MARK
    yield "sound, with a remark.pdf", pdf() + b"\n%" + MARK


def _other_types() -> Iterator[Upload]:
    small = faces.drawn().resize((300, 400))
    for kind in ("GIF", "WEBP", "BMP", "TIFF", "ICO", "PPM", "TGA", "PCX", "JPEG2000", "EPS"):
        for name in ("foto.jpg", "foto.png", "ijazah.pdf"):
            yield f"{kind} as {name}", faces.jpeg(small, kind) + MARK
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + SCRIPT + b"</svg>"
    texts = {
        "svg": svg, "svgz": zlib.compress(svg), "xml": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'c'>]><a>&b;</a>",
        "html": b"<!doctype html>" + SCRIPT,
        "js": b"alert('" + MARK + b"')", "sh": b"#!/bin/sh\necho " + MARK, "exe": b"MZ\x90\0" + MARK * 9,
        "elf": b"\x7fELF\2\1\1" + MARK, "nothing": b"\0" * 4096, "mp4": b"\0\0\0\x18ftypmp42" + MARK, "docx": b"PK\x03\x04" + MARK,
        "postscript": b"%!PS-Adobe-3.0\n(" + MARK + b") run",
    }  # fmt: skip
    for what, content in texts.items():
        for name in ("foto.jpg", "ijazah.pdf"):
            yield f"{what} as {name}", content


def _damaged(count: int) -> Iterator[Upload]:
    chance = random.Random(300)
    for number in range(count):
        name, content = chance.choice(list(sound().items()))
        if number % 2:
            yield f"{number} cut short {name}", content[: chance.randrange(4, len(content))]
            continue
        changed = bytearray(content)
        for _ in range(chance.choice((1, 5, 50))):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        yield f"{number} changed {name}", bytes(changed)
