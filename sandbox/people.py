"""People: who exists in the simulated registry. None of them can live: every NIK is of region 99."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from sandbox import cases

SEXES = ("Laki-Laki", "Perempuan")
_SEX_WORDS = (("laki-laki", "l", "pria", "male", "m"), ("perempuan", "p", "wanita", "female", "f"))

_NIK = re.compile(r"99[0-9]{14}", re.ASCII)
_BORN = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)|(?P<d>\d\d)-(?P<m>\d\d)-(?P<y>\d{4})", re.ASCII)
_LONGEST = 200
_WOMEN = 40  # added to the day of birth in a woman's NIK


class Invalid(ValueError):
    """A field of a person is missing or cannot be; `field` names it, the text says why."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.field = name


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up citizen as she fills in a form, and `outcome`: the key of the case that the registry answers.

    `account` says that the provider's seed gives this person an account; `phone` and `email` are suggestions to register with.
    """

    nik: str
    name: str
    mother_name: str
    birthdate: date
    birthplace: str
    sex: str
    outcome: str = "match"
    phone: str = ""
    email: str = ""
    account: bool = False
    authenticator_secret: str = ""
    about: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Any) -> Self:
        """Read a person from JSON. Birth date and sex are read from the NIK when they are left out.

        Raises: Invalid.
        """
        if not isinstance(raw, dict):
            raise Invalid("", "a person is a JSON object")
        nik = _text(raw, "nik")
        if not _NIK.fullmatch(nik):
            raise Invalid("nik", "16 digits of region 99, so that no living person can have it")
        about = raw.get("about") or {}
        return cls(
            nik=nik,
            name=_text(raw, "name", required=True),
            mother_name=_text(raw, "mother_name", required=True),
            birthdate=_birthdate(_text(raw, "birthdate"), nik),
            birthplace=_text(raw, "birthplace"),
            sex=_sex(_text(raw, "sex"), nik),
            outcome=_outcome(_text(raw, "outcome") or "match"),
            phone=_text(raw, "phone"),
            email=_text(raw, "email"),
            account=raw.get("account") is True,
            authenticator_secret=_text(raw, "authenticator_secret"),
            about={key: _text(about, key) for key in ("id", "en")} if isinstance(about, dict) and about else {},
        )

    @property
    def case(self) -> cases.Case:
        """What the registry answers about this person."""
        return cases.CASES[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """The person as `parse` reads one; what is empty is left out."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
            if value or name == "birthplace"
        }


class People:
    """Everybody, in order of appearance. Safe for threads; those added are kept in a file when there is a folder for it."""

    def __init__(self, known: Iterable[Person], added_file: Path | None = None) -> None:
        self._everybody = {person.nik: person for person in known}
        self._added_file = added_file
        self._lock = threading.Lock()
        if added_file is not None and added_file.exists():
            for line in added_file.read_text(encoding="utf-8").splitlines():
                self._restore(line)

    @classmethod
    def load(cls, people_file: Path, state: Path | None = None) -> Self:
        """The people of a JSON file, and those whom an earlier run kept in the folder `state`. Raises: Invalid."""
        if state is not None:
            state.mkdir(parents=True, exist_ok=True)
        known = [Person.parse(raw) for raw in json.loads(people_file.read_text(encoding="utf-8"))]
        return cls(known, state / "people.jsonl" if state else None)

    def everybody(self) -> list[Person]:
        """All of them, oldest first."""
        with self._lock:
            return list(self._everybody.values())

    def find(self, nik: str) -> Person | None:
        """The person with that NIK, if any."""
        return self._everybody.get(nik)

    def add(self, person: Person) -> bool:
        """Add a person, or replace the one with this NIK. True when the NIK is new."""
        with self._lock:
            is_new = person.nik not in self._everybody
            self._everybody[person.nik] = person
            if self._added_file is not None:
                with self._added_file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(person.as_json(), ensure_ascii=False) + "\n")
        return is_new

    def _restore(self, line: str) -> None:
        try:
            person = Person.parse(json.loads(line))
        except ValueError:
            return  # a line that was cut off when the machine stopped: one made-up person less
        self._everybody[person.nik] = person


def _text(raw: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = raw.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid(name, "must be a string")
    value = value.strip()
    if required and not value:
        raise Invalid(name, "must not be empty")
    if len(value) > _LONGEST or not value.isprintable():
        raise Invalid(name, f"at most {_LONGEST} printable characters")
    return value


def _birthdate(raw: str, nik: str) -> date:
    if not raw:
        return _birthdate_of(nik)
    found = _BORN.fullmatch(raw)
    if not found:
        raise Invalid("birthdate", "must be YYYY-MM-DD or DD-MM-YYYY")
    year, month, day, d, m, y = (int(part or 0) for part in found.group("year", "month", "day", "d", "m", "y"))
    return _date("birthdate", year or y, month or m, day or d)


def _birthdate_of(nik: str) -> date:
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    this_year = datetime.now(UTC).year
    century = this_year // 100 * 100
    return _date("nik", century + year - (100 if century + year > this_year else 0), month, day - _WOMEN * (day > _WOMEN))


def _date(name: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(name, "holds no possible date") from None


def _sex(raw: str, nik: str) -> str:
    if not raw:
        return SEXES[int(nik[6:8]) > _WOMEN]
    for sex, words in zip(SEXES, _SEX_WORDS, strict=True):
        if raw.lower() in words:
            return sex
    raise Invalid("sex", " or ".join(SEXES))


def _outcome(raw: str) -> str:
    case = cases.find(raw)
    if case is None:
        raise Invalid("outcome", "one of " + ", ".join(cases.CASES))
    return case.key
