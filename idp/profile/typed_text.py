"""What people type: freed of what cannot be seen, kept within its length, otherwise left as it is."""

import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# They join letters and emoji in real texts.
_JOINERS = frozenset("\u200c\u200d")


class Unfit(ValueError):
    """A text that cannot be kept; `reason` is "empty" or "long". The text itself is not in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def line(raw: str, *, longest: int) -> str:
    """One line: NFC, one space between words. Raises `Unfit` when nothing or too much is left."""
    text = " ".join(visible(raw.replace("\t", " ")).split())
    return _within(text, longest)


def paragraphs(raw: str, *, longest: int) -> str:
    """Several lines: their breaks stay, at most one empty line between them. Raises `Unfit`."""
    kept: list[str] = []
    for one in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        words = " ".join(visible(one.replace("\t", " ")).split())
        if words or (kept and kept[-1]):
            kept.append(words)
    return _within("\n".join(kept).strip(), longest)


def visible(raw: str) -> str:
    """The text in NFC without what cannot be seen; line breaks and tabs are gone too."""
    text = unicodedata.normalize("NFC", raw)
    return "".join(letter for letter in text if unicodedata.category(letter) not in _INVISIBLE or letter in _JOINERS)


def _within(text: str, longest: int) -> str:
    if not text:
        raise Unfit("empty")
    if len(text) > longest:
        raise Unfit("long")
    return text
