"""Pictures: jpg and png by their content, looked at before they are unpacked, and made anew without metadata."""

import io
import warnings

from PIL import Image, ImageOps

from idp.uploads.made import MOST_PIXELS, Refused

QUALITY = 85
_FORMATS = ("JPEG", "PNG")

# Pillow's own guard as well, at our limit and as a refusal instead of a warning.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


def decoded(upload: bytes, *, least: tuple[int, int], wanted: tuple[int, int]) -> Image.Image:
    """The picture upright and in RGB. `least` are the sides that it must have; above twice `wanted` it may be shrunk.

    Raises `Refused`."""
    try:
        picture = Image.open(io.BytesIO(upload), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("pixels") from None
    except Exception:  # the decoders raise much on hostile input: OSError, SyntaxError, struct.error, …
        raise Refused("type") from None
    # Nothing has been decoded yet: a file of 21 kB can hold 169 megapixels.
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise Refused("pixels")
    if min(width, height) < min(least) or max(width, height) < max(least):
        raise Refused("small")
    try:
        # JPEG only: decode at a size near what is needed, which spares most of the work.
        picture.draft("RGB", (wanted[0] * 2, wanted[1] * 2))
        return _flat(ImageOps.exif_transpose(picture))
    except Exception:
        raise Refused("broken") from None


def encoded(picture: Image.Image) -> bytes:
    """A JPEG of the pixels and nothing else."""
    picture.info.clear()
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def _flat(picture: Image.Image) -> Image.Image:
    """RGB; what is transparent becomes white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return picture.convert("RGB")
