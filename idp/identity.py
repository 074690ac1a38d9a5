"""Value types for what identifies a person: NIK, name, phone number, e-mail address.

Each is parsed once, at the edge, and travels as its own type from there on. `parse` raises `Malformed` with a stable
reason and never with the value; a `repr` never shows the value either, so that a stray log line betrays nobody.
The constructors trust their argument: they are for values that were parsed before they were stored.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

import email_validator
import phonenumbers

MAX_NAME_LENGTH = 60
MAX_RAW_LENGTH = 320
WOMAN_DAY_OFFSET = 40

_APOSTROPHES = str.maketrans(dict.fromkeys("‘’‛ʼʹ′´＇", "'"))
_SEPARATORS = re.compile(r"[\s.\-\u00ad\u2010-\u2015\u2212]+")
_PHONE_CHARACTERS = re.compile(r"\+?[0-9 ().\-]+")
_PHONE_DASHES = re.compile(r"[\s\u2010-\u2015\u2212]")
_NAME_PUNCTUATION = frozenset("'`-.,/() ")
_SENDABLE_PHONE = re.compile(r"\+628[1-9][0-9]+")
_MOBILE_TYPES = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


class Malformed(ValueError):
    """A raw value cannot be what it claims to be.

    `reason` is a stable key from which a form makes its sentence: "length", "digits", "date", "serial", "characters",
    "empty", "number" or "syntax". The value itself is not in it.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sex(StrEnum):
    """Sex as OpenID Connect Core 5.1 spells `gender`."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """Nomor Induk Kependudukan: 6 digits region, 6 birth date DDMMYY (women: day + 40), 4 serial. For life.

    The region is never judged: it is where the number was first given out, and regions split and vanish.
    """

    value: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read a NIK as people write it. Raises `Malformed`: "digits", "length", "date" or "serial"."""
        digits = _SEPARATORS.sub("", _normalise(raw))
        if digits and not (digits.isascii() and digits.isdigit()):
            raise Malformed("digits")
        if len(digits) != 16:
            raise Malformed("length")
        nik = cls(digits)
        if not any(nik._possible_birth_dates()):
            raise Malformed("date")
        if digits.endswith("0000"):
            raise Malformed("serial")
        return nik

    @property
    def sex(self) -> Sex:
        """What the day of birth in the number says."""
        return Sex.FEMALE if int(self.value[6:8]) > WOMAN_DAY_OFFSET else Sex.MALE

    def birth_date_guess(self, today: date) -> date | None:
        """The youngest birth date not after `today`. A guess: people over 100 share it with children."""
        return next((day for day in self._possible_birth_dates() if day <= today), None)

    @property
    def masked(self) -> str:
        """First and last four digits, for the person's own pages."""
        return f"{self.value[:4]} •••• •••• {self.value[-4:]}"

    def _possible_birth_dates(self) -> Iterator[date]:
        day, month, year = int(self.value[6:8]), int(self.value[8:10]), int(self.value[10:12])
        for century in (2000, 1900):
            try:
                yield date(century + year, month, day - WOMAN_DAY_OFFSET if day > WOMAN_DAY_OFFSET else day)
            except ValueError:
                continue

    def __repr__(self) -> str:
        return "Nik(…)"


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """A full name as the Kartu Keluarga has it. One word is a name; nobody is asked for two."""

    value: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read a name, one space between words. Raises `Malformed`: "empty", "characters" or "length"."""
        # Before NFKC: it would take the acute accent apart into a space and a combining mark.
        text = _normalise(raw.translate(_APOSTROPHES))
        if not all(_may_stand_in_name(character) for character in text):
            raise Malformed("characters")
        text = " ".join(text.split())
        if not any(character.isalpha() for character in text):
            raise Malformed("empty")
        if len(text) > MAX_NAME_LENGTH:
            raise Malformed("length")
        return cls(text)

    @property
    def normalised(self) -> str:
        """As the registry compares it."""
        return registry_form(self.value)

    @property
    def initials(self) -> str:
        """Up to two letters that stand for a missing photo."""
        words = [word for word in self.value.split() if word[0].isalpha()] or [self.value]
        letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
        return letters.upper()

    def __repr__(self) -> str:
        return "PersonName(…)"


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber:
    """A phone number in E.164, read with Indonesia as the home country."""

    e164: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Read 08…, 628…, +628… with spaces, dots, dashes or brackets. Raises `Malformed`: "empty" or "number"."""
        text = _PHONE_DASHES.sub(" ", _normalise(raw))
        if not text:
            raise Malformed("empty")
        if not _PHONE_CHARACTERS.fullmatch(text):
            raise Malformed("number")
        try:
            number = phonenumbers.parse(text, "ID")
        except phonenumbers.NumberParseException:
            raise Malformed("number") from None
        if not phonenumbers.is_valid_number(number):
            raise Malformed("number")
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @property
    def is_mobile(self) -> bool:
        """Whether a code may be sent there: an Indonesian mobile, +628[1-9]."""
        if not _SENDABLE_PHONE.fullmatch(self.e164):
            return False
        return phonenumbers.number_type(phonenumbers.parse(self.e164)) in _MOBILE_TYPES

    @property
    def national(self) -> str:
        """As people at home write it: 0812-0000-0001; with the country code when it is another country's."""
        number = phonenumbers.parse(self.e164)
        style = phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code != phonenumbers.country_code_for_region("ID"):
            style = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(number, style)

    @property
    def masked(self) -> str:
        """0812****89, whatever the length."""
        local = "0" + self.e164[3:] if self.e164.startswith("+62") else self.e164
        return f"{local[:4]}****{local[-2:]}"

    def __repr__(self) -> str:
        return "PhoneNumber(…)"


@dataclass(frozen=True, slots=True, repr=False)
class EmailAddress:
    """An e-mail address: domain in lower case and IDNA form, the local part as its owner writes it."""

    value: str

    @classmethod
    def parse(cls, raw: str) -> Self:
        """Check the syntax only; whether the mailbox exists shows when it is written to.

        Raises `Malformed`: "empty" or "syntax".
        """
        text = _normalise(raw)
        if not text:
            raise Malformed("empty")
        try:
            parts = email_validator.validate_email(text, check_deliverability=False, allow_smtputf8=False)
        except email_validator.EmailNotValidError:
            raise Malformed("syntax") from None
        return cls(f"{parts.local_part}@{parts.ascii_domain}")

    @property
    def key(self) -> str:
        """For look-ups: nobody is helped by two accounts that differ in case alone."""
        return self.value.lower()

    @property
    def masked(self) -> str:
        """s***@g***"""
        local, _, domain = self.value.partition("@")
        return f"{local[:1]}***@{domain[:1]}***"

    def __repr__(self) -> str:
        return "EmailAddress(…)"


def registry_form(text: str) -> str:
    """A name or place as Dukcapil compares it: NFKC, upper case, one space between words, plain apostrophes."""
    return " ".join(_normalise(text.translate(_APOSTROPHES)).upper().split())


def _normalise(raw: str) -> str:
    # Longer than any identifier can be: do not spend normalisation on it.
    if len(raw) > MAX_RAW_LENGTH:
        raise Malformed("length")
    return unicodedata.normalize("NFKC", raw).strip()


def _may_stand_in_name(character: str) -> bool:
    return character in _NAME_PUNCTUATION or unicodedata.category(character)[0] in "LM"
