"""The photo of an identity card: opened by a child process, made anew without metadata, small enough to lie sealed in its case.

It is one picture for a few days that two officers look at, so it lies in the case's own row and goes with it; the
storage port of the profile is for what stays."""

from __future__ import annotations

import base64
from io import BytesIO

from PIL import Image

from idp import uploads
from idp.uploads.made import JPEG

SHORTEST_SIDE = 300
LONGEST_SIDE = 1600
QUALITY = 80


def taken_in(content: bytes) -> str:
    """A photo as it is kept: JPEG in base64, turned upright, nothing of the file but its pixels. Raises uploads.Refused."""
    made = uploads.document(content)
    if made.media_type != JPEG:
        raise uploads.Refused("type")
    picture = Image.open(BytesIO(made.content))  # of our own making
    if min(picture.size) < SHORTEST_SIDE:
        raise uploads.Refused("small")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = BytesIO()
    picture.save(written, "JPEG", quality=QUALITY)
    return base64.b64encode(written.getvalue()).decode()


def opened(kept: str) -> bytes:
    """The JPEG that was kept."""
    return base64.b64decode(kept)
