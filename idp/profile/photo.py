"""Foto profil: whatever comes in, a plain JPEG of our own making goes on."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000
LEAST_SIDES = (240, 320)
LARGE = (720, 960)
SMALL = (180, 240)
QUALITY = 85
MEDIA_TYPE = "image/jpeg"

# Pillow's own guard as well, at our limit and as a refusal instead of a warning.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

_FORMATS = ("JPEG", "PNG")
# A head stands above the middle of most portraits: a tall picture loses more of its lower part.
_CENTRE = (0.5, 0.4)


class Refused(ValueError):
    """Not a photo for a profile; `reason` is "empty", "bytes", "type", "pixels", "small" or "broken"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Portrait:
    """The photo in two sizes, 3:4, as JPEG without any metadata."""

    large: bytes
    small: bytes


def portrait(upload: bytes) -> Portrait:
    """Decode, turn upright, crop to 3:4 and encode anew. The content decides the type. Raises `Refused`."""
    if not upload:
        raise Refused("empty")
    if len(upload) > MAX_BYTES:
        raise Refused("bytes")
    picture = _decode(upload)
    return Portrait(_encode(picture, LARGE), _encode(picture, SMALL))


def _decode(upload: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(upload), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except Exception:  # the decoders raise much on hostile input: OSError, SyntaxError, struct.error, …
        raise Refused("type") from None
    # Nothing has been decoded yet: a file of 21 kB can hold 169 megapixels.
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise Refused("pixels")
    if min(width, height) < min(LEAST_SIDES) or max(width, height) < max(LEAST_SIDES):
        raise Refused("small")
    try:
        # JPEG only: decode at a size near what is needed, which spares most of the work.
        picture.draft("RGB", (LARGE[0] * 2, LARGE[1] * 2))
        return _flat(ImageOps.exif_transpose(picture))
    except Exception:
        raise Refused("broken") from None


def _flat(picture: Image.Image) -> Image.Image:
    """RGB; what is transparent becomes white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return picture.convert("RGB")


def _encode(picture: Image.Image, largest: tuple[int, int]) -> bytes:
    width = min(largest[0], picture.width, picture.height * 3 // 4)
    fitted = ImageOps.fit(picture, (width, width * 4 // 3), Image.Resampling.LANCZOS, centering=_CENTRE)
    fitted.info.clear()
    written = io.BytesIO()
    fitted.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()
