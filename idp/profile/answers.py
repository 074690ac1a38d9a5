"""What the seven steps ask for, as values; and how they become JSON for their sealed column and values again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter

from idp.identity import Sex


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the storage: its random name, and the key that opens it, which lies nowhere else."""

    name: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Photo:
    """Foto profil: 3:4, re-encoded, in two sizes."""

    large: StoredFile
    small: StoredFile


@dataclass(frozen=True, slots=True)
class Place:
    """A region by its Kemendagri code, with the name that it had when it was chosen."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class HomeAddress:
    """A domicile within Indonesia."""

    province: Place
    city: Place
    district: Place
    village: Place
    postal_code: str
    street: str
    location: Literal["domestic"] = "domestic"


@dataclass(frozen=True, slots=True)
class AbroadAddress:
    """A domicile abroad; `country` is an ISO 3166-1 code."""

    country: str
    city: str
    street: str
    location: Literal["abroad"] = "abroad"


@dataclass(frozen=True, slots=True)
class Biodata:
    """Who somebody is and where they live. Name and NIK belong to the account."""

    birthplace: str
    birthdate: date
    sex: Sex
    marital_status: str
    id_card_address: str
    domicile: HomeAddress | AbroadAddress
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Who vouches for an entry, and since when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """What somebody shows for an entry: the name of its file, and what it is called and weighs."""

    name: str
    title: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Education:
    """One school or university. Years, for nobody remembers the day."""

    id: str
    level: str
    institution: str
    start_year: int
    major: str | None = None
    end_year: int | None = None
    grade: str | None = None
    proof: Proof | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Experience:
    """One job. No end means that it goes on. `formatted` is the description as cleaned HTML, where it has any form."""

    id: str
    position: str
    company: str
    employment_type: str
    location_type: str
    location: str
    start: date
    end: date | None = None
    description: str | None = None
    proof: Proof | None = None
    document: Document | None = None
    formatted: str | None = None


@dataclass(frozen=True, slots=True)
class Training:
    """One course at a training body. `formatted` is the description as cleaned HTML, where it has any form."""

    id: str
    provider: str
    program: str
    field: str
    location_type: str
    location: str
    start: date
    end: date
    sub_field: str | None = None
    description: str | None = None
    proof: Proof | None = None
    document: Document | None = None
    formatted: str | None = None


@dataclass(frozen=True, slots=True)
class Certification:
    """One certificate of competence. No expiry means that it holds for life."""

    id: str
    program: str
    body: str
    issued: date
    score: str | None = None
    expires: date | None = None
    proof: Proof | None = None
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill as its owner writes it; `key` is the same for every spelling."""

    key: str
    name: str


Entry: TypeAlias = Education | Experience | Training | Certification


@dataclass(frozen=True, slots=True)
class EducationHistory:
    """Pendidikan: `declared` is the answer to "tidak memiliki / memiliki"."""

    declared: bool
    entries: tuple[Education, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperienceHistory:
    """Pengalaman kerja."""

    declared: bool
    entries: tuple[Experience, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingHistory:
    """Pelatihan."""

    declared: bool
    entries: tuple[Training, ...] = ()


@dataclass(frozen=True, slots=True)
class CertificationHistory:
    """Sertifikasi."""

    declared: bool
    entries: tuple[Certification, ...] = ()


@dataclass(frozen=True, slots=True)
class Skills:
    """Keahlian."""

    entries: tuple[Skill, ...] = ()


History: TypeAlias = EducationHistory | ExperienceHistory | TrainingHistory | CertificationHistory
Answers: TypeAlias = Photo | Biodata | History | Skills


def is_complete(answers: Answers) -> bool:
    """Whether a step with these answers counts as done."""
    if isinstance(answers, Photo | Biodata):
        return True
    if isinstance(answers, Skills):
        return bool(answers.entries)
    return not answers.declared or bool(answers.entries)


def file_names(answers: Answers | None) -> frozenset[str]:
    """The files that these answers refer to."""
    if isinstance(answers, Photo):
        return frozenset({answers.large.name, answers.small.name})
    entries = getattr(answers, "entries", ())
    return frozenset(document.name for entry in entries if (document := getattr(entry, "document", None)))


def to_json(answers: Answers) -> dict[str, Any]:
    """The answers as JSON values: dates as YYYY-MM-DD, tuples as lists."""
    plain: dict[str, Any] = _ADAPTERS[type(answers)].dump_python(answers, mode="json")
    return plain


def from_json(kind: type[Answers], plain: Mapping[str, Any]) -> Answers:
    """The answers that `to_json` wrote. Raises ValueError for what never was any."""
    answers: Answers = _ADAPTERS[kind].validate_python(plain)
    return answers


_KINDS = (Photo, Biodata, EducationHistory, ExperienceHistory, TrainingHistory, CertificationHistory, Skills)
_ADAPTERS: dict[Any, TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in _KINDS}


def arranged(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Entries as one reads them: the latest first, what still goes on before all."""
    return tuple(sorted(entries, key=_latest, reverse=True))


def _latest(entry: Entry) -> tuple[str, str]:
    if isinstance(entry, Education):
        return str(entry.end_year or "9999"), str(entry.start_year)
    if isinstance(entry, Certification):
        return entry.issued.isoformat(), entry.program
    return entry.end.isoformat() if entry.end else "9999", entry.start.isoformat()
