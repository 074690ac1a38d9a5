"""Foto profil: 3:4 around the face, in two sizes, and whatever raises a doubt about it."""

from typing import Any

from PIL import Image

from idp.uploads import faces, pictures

LEAST_SIDES = (240, 320)
LARGE = (720, 960)
SMALL = (180, 240)
# A head stands above the middle of most portraits: a tall picture loses more of its lower part.
CENTRE = (0.5, 0.4)


def opened(upload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Both sizes, and the doubt or None. Raises `Refused`."""
    picture = pictures.decoded(upload, least=LEAST_SIDES, wanted=LARGE)
    found = faces.found(picture)
    portrait = _cropped(picture, found[0].centre if found else None)
    sizes = [pictures.encoded(_fitted(portrait, largest)) for largest in (LARGE, SMALL)]
    return {"doubt": faces.doubt(picture, found, portrait.width)}, sizes


def _cropped(picture: Image.Image, face: tuple[float, float] | None) -> Image.Image:
    """The largest part of 3:4, with the face (a third from above) or the usual place of one in it."""
    width = min(picture.width, picture.height * 3 // 4)
    height = width * 4 // 3
    left, top = (picture.width - width) * CENTRE[0], (picture.height - height) * CENTRE[1]
    if face is not None:
        left, top = face[0] - width / 2, face[1] - height * 0.4
    left, top = (round(min(max(start, 0), room)) for start, room in ((left, picture.width - width), (top, picture.height - height)))
    return picture.crop((left, top, left + width, top + height))


def _fitted(portrait: Image.Image, largest: tuple[int, int]) -> Image.Image:
    width = min(largest[0], portrait.width)
    return portrait.resize((width, width * 4 // 3), Image.Resampling.LANCZOS)
