"""What becomes of an upload: a portrait, a document, or a refusal; and the limits of docs/limits.md."""

from dataclasses import dataclass

LARGEST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_PAGES = 40
JPEG, PDF = "image/jpeg", "application/pdf"


class Refused(ValueError):
    """It cannot be taken. `reason` is one of

    "empty", "bytes", "type", "pixels", "small", "broken" (does not open within the limits); of a PDF "locked", "pages",
    "active" (scripts, launches, embedded files, forms that fetch); or "busy": too many at once, nothing is wrong with it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Portrait:
    """A photo in two sizes, 3:4, as JPEG without any metadata.

    `doubt` says why it may not be fit for a profile: "no_face", "faces", "face_small", "blurred"."""

    large: bytes
    small: bytes
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as we store it: a JPEG or a PDF that we wrote ourselves."""

    content: bytes
    media_type: str
