"""Portraits for tests, drawn: a face that the detector finds, and nobody's."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

SIDES = (720, 960)


def drawn(*, faces: int = 1, blur: float = 0, colour: str = "#c9d6e6") -> Image.Image:
    """A picture of so many people side by side, or of an empty wall."""
    picture = Image.new("RGB", (SIDES[0] * max(1, faces), SIDES[1]), colour)
    brush = ImageDraw.Draw(picture)
    for number in range(faces):
        _draw(brush, number * SIDES[0])
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture


def jpeg(picture: Image.Image | None = None, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as a file; without one, one face."""
    written = io.BytesIO()
    (picture or drawn()).save(written, kind, **options)
    return written.getvalue()


def far_away() -> Image.Image:
    """One face, so small that nobody would know it again."""
    wall = Image.new("RGB", (1440, 1920), "#c9d6e6")
    wall.paste(drawn().resize((300, 400)), (570, 600))
    return wall


def _draw(brush: ImageDraw.ImageDraw, left: int) -> None:
    brush.ellipse((left + 110, 700, left + 610, 1300), fill="#0b57a4")
    brush.rectangle((left + 315, 600, left + 405, 760), fill="#d9a27c")
    brush.ellipse((left + 200, 180, left + 520, 660), fill="#2b2320")
    brush.ellipse((left + 225, 240, left + 495, 640), fill="#e9b48c")
    for x in (left + 300, left + 420):
        brush.ellipse((x - 16, 400, x + 16, 428), fill="#2b2320")
    brush.arc((left + 300, 460, left + 420, 560), 20, 160, fill="#9c4a3c", width=10)
