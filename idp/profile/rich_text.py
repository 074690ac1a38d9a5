"""Descriptions with a little form: cleaned HTML of a few marks, and the same as plain text, which is what others are told.

Cleaned by nh3 when it comes in and again when it goes out: whatever lay in the database, no page trusts it."""

from __future__ import annotations

from enum import Enum
from html.parser import HTMLParser

import nh3

from idp.profile import typed_text

_ALIGNED = {"align-center", "align-right", "align-justify"}
_BLOCKS = frozenset({"p", "ul", "ol", "li", "blockquote", "div", "br"})
_MEANS_NOTHING = frozenset({"p", "br"})


class Marks(Enum):
    """Which marks a description may bear: bold, italic, underlined, lists; or also struck out, quotations, alignment."""

    FEW = frozenset({"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li"})
    MANY = FEW | {"s", "blockquote"}


def cleaned(raw: str, marks: Marks = Marks.MANY) -> str:
    """The marks and the text, nothing else: no attributes but our classes of alignment, no addresses, no scripts."""
    text = typed_text.visible(" ".join(raw.split()))
    classes = dict.fromkeys(("p", "li", "blockquote"), _ALIGNED) if marks is Marks.MANY else {}
    return nh3.clean(text, tags=set(marks.value), attributes={"*": set()}, allowed_classes=classes, link_rel=None)


def is_plain(html: str) -> bool:
    """Whether the text would look the same without its marks."""
    reader = _Reader()
    reader.feed(html)
    return reader.tags <= _MEANS_NOTHING and "class=" not in html


def plain(html: str) -> str:
    """The text: a line for a paragraph, a dash or a number before what stands in a list."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(line for raw in reader.lines if (line := raw.strip()) and line != "-")


class _Reader(HTMLParser):
    """Collects the lines of cleaned HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [""]
        self.tags: set[str] = set()
        self._counters: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag in _BLOCKS and not (tag == "p" and self.lines[-1].endswith((". ", "- "))):
            self.lines.append("")
        if tag in ("ul", "ol"):
            self._counters.append(0 if tag == "ol" else None)
        if tag == "li":
            self.lines[-1] = self._bullet()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._counters:
            self._counters.pop()
        if tag in _BLOCKS:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data.replace("\n", " ")

    def _bullet(self) -> str:
        if not self._counters or self._counters[-1] is None:
            return "- "
        self._counters[-1] += 1
        return f"{self._counters[-1]}. "
