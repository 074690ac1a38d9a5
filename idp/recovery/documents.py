"""The photo of an identity card: opened carefully, made anew without metadata, small enough to lie sealed in its case.

It is one picture for a few days that two officers look at, so it lies in the case's own row and goes with it; the
storage port of the profile is for what stays."""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
SHORTEST_SIDE = 300
LONGEST_SIDE = 1600
QUALITY = 80
FORMATS = ("JPEG", "PNG")


class Unusable(ValueError):
    """Not a usable photo. `reason` is "empty", "too_large", "not_a_picture" or "too_small"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def taken_in(content: bytes) -> str:
    """A photo as it is kept: JPEG in base64, turned upright, nothing of the file but its pixels. Raises Unusable."""
    if not content:
        raise Unusable("empty")
    if len(content) > LARGEST_BYTES:
        raise Unusable("too_large")
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:  # before anything is unpacked
                raise Unusable("too_large")
            if min(opened.size) < SHORTEST_SIDE:
                raise Unusable("too_small")
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except Unusable:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unusable("not_a_picture") from None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    made = BytesIO()
    picture.save(made, "JPEG", quality=QUALITY)
    return base64.b64encode(made.getvalue()).decode()


def opened(kept: str) -> bytes:
    """The JPEG that was kept."""
    return base64.b64decode(kept)
