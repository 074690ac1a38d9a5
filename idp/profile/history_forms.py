"""The forms of the four histories: one entry each, and "tidak memiliki / memiliki" before them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, FileField, HiddenField, RadioField, ValidationError

from idp.database import new_id
from idp.profile.answers import Certification, Document, Education, Entry, Experience, Training
from idp.profile.fields import Day, Line, OneOf, RichText, StepForm, Word, Year
from idp.profile.rich_text import Marks

NOT_TYPED = frozenset({"id", "proof", "document", "formatted"})
_BEFORE_START = lazy_gettext("Tidak bisa sebelum tanggal mulai.")
_NOT_BOTH = lazy_gettext("Kosongkan, atau hapus tanda masih berjalan.")
_END_OR_ONGOING = lazy_gettext("Isi, atau tandai masih berjalan.")


class DeclarationForm(StepForm):
    """Whether there is anything to tell at all."""

    declared = RadioField(validate_choice=False)

    def validate_declared(self, field: RadioField) -> None:
        """One of the two."""
        if field.data not in ("no", "yes"):
            raise ValidationError(lazy_gettext("Pilih salah satu."))


class EntryForm(StepForm):
    """One entry of a history. `of` is the type of the entry that it becomes.

    A file that was taken in already is `kept` by its name, so that nobody need choose it again; `drop` lets go of it."""

    of: type[Any]
    document = FileField()
    kept = HiddenField()
    drop = BooleanField(lazy_gettext("Hapus berkas ini"))

    def opened_with(self, entry: Entry | None) -> None:
        """Show the form of a description that is stored."""
        if isinstance(entry, Experience | Training):
            self["description"].formatted = entry.formatted

    def entry(self, before: Entry | None, document: Document | None) -> Entry:
        """The form as an entry, once it is valid; it keeps the id of the one that it changes. A changed entry has no proof."""
        values = {name: self._value(name) for name in self.of.__dataclass_fields__ if name not in NOT_TYPED}
        if "formatted" in self.of.__dataclass_fields__:
            values["formatted"] = self._formatted(before)
        made: Entry = self.of(id=before.id if before else new_id(), document=document, **values)
        unchanged = before is not None and asdict(before) | {"proof": None} == asdict(made)
        return before if unchanged and before is not None else made

    def _formatted(self, before: Any) -> str | None:
        """The form of the description. A browser without our editor sends the text only: unchanged, it keeps its form."""
        field = self["description"]
        unchanged = not field.was_edited and before is not None and before.description == field.data
        kept: str | None = before.formatted if unchanged else field.formatted
        return kept

    def _value(self, name: str) -> Any:
        field = self[name]
        return field.value if isinstance(field, Year) else field.data or None


class EducationForm(EntryForm):
    """Pendidikan."""

    of = Education
    level = Word(lazy_gettext("Jenjang"), of="education_level")
    institution = Line(lazy_gettext("Nama sekolah atau perguruan tinggi"), longest=120)
    major = Line(lazy_gettext("Jurusan (opsional)"), longest=120, optional=True)
    start_year = Year(lazy_gettext("Tahun mulai"))
    end_year = Year(lazy_gettext("Tahun selesai"), optional=True)
    ongoing = BooleanField(lazy_gettext("Masih berjalan"))
    grade = Line(lazy_gettext("Nilai (opsional)"), longest=20, optional=True)
    document = FileField(lazy_gettext("Ijazah (opsional)"))

    def validate_end_year(self, field: Year) -> None:
        """An end after the start, or none while it goes on."""
        _check_end(field, self.start_year.value, field.value, self.ongoing.data)


class ExperienceForm(EntryForm):
    """Pengalaman kerja."""

    of = Experience
    position = Line(lazy_gettext("Pekerjaan"), longest=120)
    company = Line(lazy_gettext("Perusahaan"), longest=120)
    employment_type = Word(lazy_gettext("Tipe Pekerjaan"), of="employment_type")
    location_type = OneOf(lazy_gettext("Tipe Lokasi"), of="location_type", default="domestic")
    location = Line(lazy_gettext("Lokasi"), longest=120)
    start = Day(lazy_gettext("Tanggal mulai"))
    end = Day(lazy_gettext("Tanggal berakhir"), optional=True)
    ongoing = BooleanField(lazy_gettext("Saat ini saya bekerja dalam pekerjaan ini"))
    description = RichText(lazy_gettext("Deskripsi (opsional)"), marks=Marks.FEW, longest=3000, optional=True)
    document = FileField(lazy_gettext("Bukti riwayat pekerjaan (opsional)"))

    def validate_end(self, field: Day) -> None:
        """An end after the start, or none while it goes on."""
        _check_end(field, self.start.data, field.data, self.ongoing.data)


class TrainingForm(EntryForm):
    """Pelatihan."""

    of = Training
    provider = Line(lazy_gettext("Lembaga pelatihan"), longest=120)
    program = Line(lazy_gettext("Program pelatihan"), longest=120)
    field = Word(lazy_gettext("Kejuruan"), of="vocational_field")
    sub_field = Line(lazy_gettext("Sub kejuruan (opsional)"), longest=120, optional=True)
    location_type = OneOf(lazy_gettext("Tipe Lokasi"), of="location_type", default="domestic")
    location = Line(lazy_gettext("Lokasi"), longest=120)
    start = Day(lazy_gettext("Tanggal mulai"))
    end = Day(lazy_gettext("Tanggal selesai"), future=True)
    description = RichText(lazy_gettext("Deskripsi (opsional)"), marks=Marks.MANY, longest=3000, optional=True)
    document = FileField(lazy_gettext("Sertifikat pelatihan (opsional)"))

    def validate_end(self, field: Day) -> None:
        """Not before the start."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError(_BEFORE_START)


class CertificationForm(EntryForm):
    """Sertifikasi."""

    of = Certification
    program = Line(lazy_gettext("Program sertifikasi"), longest=120)
    body = Line(lazy_gettext("Lembaga sertifikasi"), longest=120)
    score = Line(lazy_gettext("Nilai (opsional)"), longest=20, optional=True)
    issued = Day(lazy_gettext("Tanggal dikeluarkan"))
    expires = Day(lazy_gettext("Tanggal berakhir (kosongkan jika berlaku seumur hidup)"), optional=True, future=True)
    document = FileField(lazy_gettext("Dokumen sertifikasi (opsional)"))

    def validate_expires(self, field: Day) -> None:
        """Not before it was issued."""
        if field.data and self.issued.data and field.data < self.issued.data:
            raise ValidationError(lazy_gettext("Tidak bisa sebelum tanggal dikeluarkan."))


def shown(entry: Entry | None) -> dict[str, Any]:
    """What the form starts with."""
    if entry is None:
        return {}
    values = asdict(entry) | {"document": None}
    if isinstance(entry, Education | Experience):
        end = entry.end_year if isinstance(entry, Education) else entry.end
        values["ongoing"] = end is None
    return values


def _check_end(field: Any, start: Any, end: Any, ongoing: bool) -> None:
    if field.data and ongoing:
        raise ValidationError(_NOT_BOTH)
    if not field.data and not ongoing and not field.errors:
        raise ValidationError(_END_OR_ONGOING)
    if start and end and end < start:
        raise ValidationError(_BEFORE_START)
