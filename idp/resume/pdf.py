"""A résumé as PDF, in the colours of the house. Text is only ever set as text: nothing in it is read as a mark or a command."""

from __future__ import annotations

import io
import logging
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from idp import profile
from idp.resume import lines
from idp.resume.content import PARTS, TITLES, Resume
from idp.resume.lines import Lines, day, moment_day, word

# They would write characters of somebody's name into the log.
for _name in ("fpdf", "fontTools"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

# The tokens of theme.css: --sk-ink, --sk-ink-soft, --sk-blue, --sk-green, --sk-line.
INK, SOFT, BLUE, GREEN, LINE = "#18212f", "#4d5b72", "#0b57a4", "#0f7b55", "#dbe3ee"
FONT = "Source Sans Pro"
MARGIN, PHOTO_WIDTH, ROOM_FOR_AN_ENTRY = 18, 27, 34


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set: "B" is semibold, sizes are points, heights millimetres."""

    weight: str = ""
    size: float = 10.5
    colour: str = INK
    height: float = 5.6


NAME, HEADING, TITLE = Style("B", 22, height=10), Style("B", 13, BLUE, 7), Style("B", 11)
TEXT, QUIET, VOUCHED, FOOT = Style(), Style(colour=SOFT), Style("B", colour=GREEN), Style(size=9, colour=SOFT)


class Sheet(FPDF):
    """An A4 sheet with our font, and a foot that says where it comes from."""

    def __init__(self, locale: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = f"{word('made', locale)}, {moment_day(made_at, locale)}"
        self._page_word = word("page", locale)
        self.set_margin(MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(True, MARGIN)
        self.alias_nb_pages("")  # a text of "{nb}" stays what it is
        files = resources.files("font_source_sans_pro") / "files"
        self.add_font(FONT, "", str(files / "SourceSansPro-Regular.ttf"))
        self.add_font(FONT, "B", str(files / "SourceSansPro-Semibold.ttf"))
        self._known = frozenset(code for font in self.fonts.values() if isinstance(font, TTFFont) for code in font.cmap)

    def footer(self) -> None:
        """Called by fpdf2 at the end of every page."""
        self.set_y(-12)
        self._wear(FOOT)
        self.cell(0, 5, f"{self._foot} · {self._page_word} {self.page_no()}", align="C")

    def say(self, text: str, style: Style, width: float = 0) -> None:
        """A paragraph; what the font has no sign for becomes a question mark."""
        self._wear(style)
        self.multi_cell(width, style.height, self._printable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str) -> None:
        """The title of a section, never alone at the foot of a page."""
        if self.will_page_break(ROOM_FOR_AN_ENTRY):
            self.add_page()
        self.ln(4)
        self.say(text, HEADING)
        self.set_draw_color(LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2)

    def _wear(self, style: Style) -> None:
        self.set_font(FONT, style.weight, style.size)
        self.set_text_color(style.colour)

    def _printable(self, text: str) -> str:
        return "".join(one if one == "\n" or ord(one) in self._known else self._nearest(one) for one in text)

    def _nearest(self, character: str) -> str:
        kept = "".join(one for one in unicodedata.normalize("NFKD", character) if ord(one) in self._known)
        return kept or ("" if unicodedata.category(character).startswith("C") else "?")


def document(resume: Resume, *, made_at: datetime) -> bytes:
    """The whole document."""
    sheet = Sheet(resume.locale, made_at)
    sheet.set_title(f"{word('resume', resume.locale)} {resume.name}")
    sheet.set_author(resume.name)
    sheet.set_creator("SIAPkerja")
    sheet.set_lang(resume.locale)
    sheet.set_creation_date(made_at)
    sheet.add_page()
    _head(sheet, resume)
    if resume.about:
        sheet.heading(str(PARTS[0].title))
        sheet.say(resume.about, TEXT)
    for claim in lines.HISTORIES:
        _history(sheet, str(TITLES[claim]), lines.of(resume, claim))
    if skills := resume.entries("skills"):
        sheet.heading(str(TITLES["skills"]))
        sheet.say(" · ".join(one["name"] for one in skills), TEXT)
    return bytes(sheet.output())


def _head(sheet: Sheet, resume: Resume) -> None:
    top, width = sheet.get_y(), 0.0
    photo = profile.photo_bytes(resume.photo) if resume.photo else None
    if photo:
        sheet.image(io.BytesIO(photo), x=sheet.w - MARGIN - PHOTO_WIDTH, y=top, w=PHOTO_WIDTH)
        width = sheet.epw - PHOTO_WIDTH - 5
    sheet.say(resume.name, NAME, width)
    if resume.claims.get("profile_verified") and resume.verified_at:
        known = f"✓ {word('registry', resume.locale)}, {moment_day(resume.verified_at, resume.locale)}"
        sheet.say(known, VOUCHED, width)
    else:
        sheet.say(word("claimed", resume.locale), QUIET, width)
    for line in _contacts(resume):
        sheet.say(line, QUIET, width)
    if photo:
        sheet.set_y(max(sheet.get_y(), top + PHOTO_WIDTH * 4 / 3))


def _contacts(resume: Resume) -> list[str]:
    told, locale = resume.claims, resume.locale
    born = ", ".join(filter(None, (resume.birthplace, day(told["birthdate"], locale) if "birthdate" in told else None)))
    found = (
        " · ".join(filter(None, (told.get("email"), told.get("phone_number")))),
        told["address"]["formatted"].replace("\n", ", ") if "address" in told else resume.domicile,
        " · ".join(filter(None, (born and f"{word('born', locale)} {born}", word(told["gender"], locale) if "gender" in told else None))),
    )
    return [one for one in found if one]


def _history(sheet: Sheet, title: str, entries: list[Lines]) -> None:
    if not entries:
        return
    sheet.heading(title)
    for entry in entries:
        sheet.say(entry.title, TITLE)
        sheet.say(entry.about, TEXT)
        sheet.say(entry.period, QUIET)
        if entry.description:
            sheet.say(entry.description, TEXT)
        if entry.vouched:
            sheet.say(f"✓ {entry.vouched}", VOUCHED)
        sheet.ln(2)
