"""Fields of the wizard's forms: typed text cleaned, dates as people write them, words of the vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import LazyString, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.utils import unset_value

from idp import clock, web
from idp.profile import rich_text, typed_text, vocabulary
from idp.profile.rich_text import Marks
from idp.profile.typed_text import Unfit

EASTERN_TIME = timedelta(hours=9)
EARLIEST = date(1900, 1, 1)
MOST_MARKUP = 8
NONE = SelectChoice("", lazy_gettext("Pilih…"))
REQUIRED = lazy_gettext("Wajib diisi.")

Draft = Mapping[str, list[str]]


class StepForm(FlaskForm):  # type: ignore[misc]
    """A form of the wizard: it can be kept as a draft and shown again as it was typed."""

    def draft(self) -> dict[str, list[str]]:
        """What was typed, field by field, as it came."""
        return {field.name: [str(value) for value in field.raw_data] for field in self if field.type != "CSRFTokenField" and field.raw_data}

    def opened(self) -> None:
        """Called once the values are there, before the form is shown or checked."""


class Line(StringField):  # type: ignore[misc]
    """One line of text, at most `longest` characters; what cannot be seen is taken out."""

    def __init__(self, label: LazyString, *, longest: int, optional: bool = False, **options: Any) -> None:
        super().__init__(label, filters=[_stripped], **options)
        self.longest = longest
        self.optional = optional

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Clean the text, or say why it cannot be kept."""
        self.data: Any = _cleaned(self, typed_text.line)


class Paragraphs(TextAreaField):  # type: ignore[misc]
    """Several lines of text."""

    def __init__(self, label: LazyString, *, longest: int, optional: bool = False, **options: Any) -> None:
        super().__init__(label, filters=[_stripped], **options)
        self.longest = longest
        self.optional = optional

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """Clean the text, or say why it cannot be kept."""
        self.data: Any = _cleaned(self, typed_text.paragraphs)


class RichText(Paragraphs):
    """Several lines with a little form. Browsers that run our editor send HTML beside the text; the HTML counts then.

    `data` is the plain text, `formatted` the cleaned HTML, or None where it says no more than the text."""

    def __init__(self, label: LazyString, *, marks: Marks, longest: int, optional: bool = False, **options: Any) -> None:
        super().__init__(label, longest=longest, optional=optional, **options)
        self.marks = marks
        self.formatted: str | None = None
        self.was_edited = False

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take the HTML in, if the browser sent any."""
        super().process(formdata, data, extra_filters)
        sent = formdata.get(f"{self.name}_html") if formdata else None
        if sent is None:
            return
        self.was_edited = True
        html = rich_text.cleaned(sent[: MOST_MARKUP * self.longest], self.marks)
        self.data = rich_text.plain(html)
        self.formatted = None if rich_text.is_plain(html) else html


class Day(DateField):  # type: ignore[misc]
    """A date: as a browser's calendar sends it, or typed as 08-04-1990 or 8/4/1990. Nothing of the future unless allowed."""

    def __init__(self, label: LazyString, *, optional: bool = False, future: bool = False, **options: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"], **options)
        self.optional = optional
        self.future = future

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the first format that fits."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data: Any = next((day for style in self.strptime_format if (day := _parsed(typed, style))), None)
        if typed and self.data is None:
            raise ValueError(lazy_gettext("Tulis tanggal seperti 31-12-1990."))

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """A date that can be: required unless optional, not before 1900, not in the future."""
        if self.process_errors:
            return
        if self.data is None:
            if not self.optional:
                raise ValidationError(REQUIRED)
            return
        if self.data < EARLIEST:
            raise ValidationError(lazy_gettext("Periksa tahunnya."))
        if not self.future and self.data > today():
            raise ValidationError(lazy_gettext("Tanggal ini belum terjadi."))


class Year(StringField):  # type: ignore[misc]
    """A year of four digits, as an int; nothing of the future."""

    def __init__(self, label: LazyString, *, optional: bool = False, **options: Any) -> None:
        super().__init__(label, filters=[_stripped], **options)
        self.optional = optional

    @property
    def value(self) -> int | None:
        """The year; None when there is none."""
        text = str(self.data or "")
        return int(text) if text.isascii() and text.isdigit() else None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """A year that can be."""
        if not self.data:
            if not self.optional:
                raise ValidationError(REQUIRED)
            return
        if self.value is None or not EARLIEST.year <= self.value <= today().year:
            raise ValidationError(lazy_gettext("Tulis tahun dengan empat angka, paling lambat tahun ini."))


class Word(SelectField):  # type: ignore[misc]
    """One word of a vocabulary, in a list."""

    def __init__(self, label: LazyString, *, of: str, **options: Any) -> None:
        super().__init__(label, choices=lambda: [NONE, *choices(of)], validate_choice=False, **options)
        self.vocabulary = of

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """One of the vocabulary's keys."""
        if vocabulary.term(self.vocabulary, str(self.data or "")) is None:
            raise ValidationError(lazy_gettext("Pilih salah satu."))


class OneOf(RadioField):  # type: ignore[misc]
    """One of a few: a vocabulary's words, or given pairs, as cards."""

    def __init__(self, label: LazyString, *, of: str | Iterable[SelectChoice], **options: Any) -> None:
        pairs = list(of) if not isinstance(of, str) else None
        super().__init__(label, choices=lambda: pairs or choices(str(of)), validate_choice=False, **options)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        """One of the choices."""
        if self.data not in [value for value, *_ in self.iter_choices()]:
            raise ValidationError(lazy_gettext("Pilih salah satu."))


def choices(name: str) -> list[SelectChoice]:
    """A vocabulary as choices in the language of the page."""
    return [SelectChoice(term.key, term.label(web.locale())) for term in vocabulary.terms(name)]


def today() -> date:
    """The day in the east of the country: nobody is refused for being ahead of UTC."""
    return (clock.now() + EASTERN_TIME).date()


def error(field: Field, text: LazyString) -> None:
    """Add an error to a field from outside its own checks."""
    field.errors = [*field.errors, text]


def _parsed(typed: str, style: str) -> date | None:
    try:
        return datetime.strptime(typed, style).date()  # noqa: DTZ007 — a date has no zone
    except ValueError:
        return None


def _stripped(raw: Any) -> Any:
    return raw.strip() if isinstance(raw, str) else raw


def _cleaned(field: Any, clean: Any) -> str | None:
    try:
        text: str = clean(field.data or "", longest=field.longest)
        return text
    except Unfit as fault:
        if fault.reason == "empty" and field.optional:
            return None
        raise ValidationError(REQUIRED if fault.reason == "empty" else _too_long(field.longest)) from None


def _too_long(longest: int) -> LazyString:
    return lazy_gettext("Paling banyak %(count)s karakter.", count=longest)
