"""Documents: a picture becomes a JPEG, a PDF is written anew once nothing in it acts by itself."""

from typing import Any

from idp.uploads import pdfs, pictures
from idp.uploads.made import JPEG, PDF, Refused

LEAST_SIDES = (100, 100)
# A sheet of A4 at 200 dots an inch, in whichever direction: enough to read a seal.
WANTED = (2340, 2340)
# PDF readers look for the mark within the first kilobyte; whoever hides it further on means no good.
HEADER_BYTES = 1024
ANOTHER_TYPE = (b"PK\x03\x04", b"MZ", b"\x7fELF", b"<", b"GIF8", b"Rar!")


def opened(upload: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """The document and its media type. Raises `Refused`."""
    if b"%PDF-" in upload[:HEADER_BYTES] and not upload.startswith(ANOTHER_TYPE):
        return {"media_type": PDF}, [pdfs.written_anew(upload)]
    picture = pictures.decoded(upload, least=LEAST_SIDES, wanted=WANTED)
    picture.thumbnail(WANTED)
    content = pictures.encoded(picture)
    if not content:
        raise Refused("broken")
    return {"media_type": JPEG}, [content]
