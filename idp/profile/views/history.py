"""Steps 3 to 6: a history each, "tidak memiliki" or a list of entries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import abort, redirect, request, url_for
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from idp import web
from idp.profile import flow, history_forms, records, vocabulary
from idp.profile.answers import Answers, Entry, arranged
from idp.profile.fields import error
from idp.profile.history_forms import DeclarationForm, EntryForm
from idp.profile.records import Conflict
from idp.profile.views import attachments, wizard
from idp.profile.views.wizard import Visit

ADD = "add"
MOST_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class Words:
    """What a history is called on its pages."""

    heading: LazyString
    lead: LazyString
    none: LazyString
    some: LazyString
    add: LazyString
    edit: LazyString
    empty: LazyString


class HistoryPage:
    """The question, the list of entries, and a form for one entry."""

    template = "profile/riwayat.html"
    entry_template = "profile/entri.html"
    deletion_template = "profile/hapus.html"

    def __init__(self, entry_form: type[EntryForm], words: Words) -> None:
        self._entry_form = entry_form
        self._words = words

    def show(self, visit: Visit) -> Response:
        """The question and the entries."""
        return self._page(visit, self.opened(visit))

    def take(self, visit: Visit) -> Response:
        """Store the answer to the question and walk on, or go and add an entry."""
        if wizard.pressed() != ADD:
            return self._walk_on(visit)
        # Who adds an entry has one.
        if not _declared(visit):
            try:
                flow.save(visit.account.id, visit.step, _history(visit, True, _entries(visit)), visit.shown_version)
            except Conflict:
                return wizard.render_conflict(self.template, visit, form=self.sent(visit), **self._facts(visit))
        return redirect(url_for("profile.new_entry", name=visit.step.name), 303)

    def _walk_on(self, visit: Visit) -> Response:
        form = self.sent(visit)
        valid = form.validate()
        wants = form.declared.data == "yes"
        fault = self._fault(visit, wants) if valid else None
        if wizard.goes_on() and (fault or not valid):
            if fault:
                error(form.declared, fault)
            return self._page(visit, form, 422)
        try:
            if valid and (wants or not fault):
                flow.save(visit.account.id, visit.step, _history(visit, wants, _entries(visit)), visit.shown_version)
            elif draft := form.draft():
                records.save_draft(visit.account.id, visit.step, draft, visit.shown_version)
        except Conflict:
            return wizard.render_conflict(self.template, visit, form=form, **self._facts(visit))
        return wizard.walk(visit.step)

    def _fault(self, visit: Visit, wants: bool) -> LazyString | None:
        if wants and not _entries(visit):
            return self._words.empty
        if not wants and _entries(visit):
            return lazy_gettext("Hapus dulu riwayat di bawah ini, atau pilih memiliki.")
        return None

    def opened(self, visit: Visit) -> DeclarationForm:
        """The question with the stored answer."""
        declared = _declared(visit)
        return DeclarationForm(formdata=visit.draft, data={"declared": None if declared is None else "yes" if declared else "no"})

    def sent(self, visit: Visit) -> DeclarationForm:
        """The question as it was answered."""
        return DeclarationForm()

    def show_entry(self, visit: Visit, entry: Entry | None) -> Response:
        """The form for one entry."""
        form = self._entry_form(formdata=visit.unsent, data=history_forms.shown(entry))
        form.opened_with(entry)
        return self._entry_page(visit, form, entry)

    def take_entry(self, visit: Visit, entry: Entry | None) -> Response:
        """Store one entry."""
        form = self._entry_form()
        valid = form.validate()
        # Also beside a fault elsewhere, so that nobody need choose the file again.
        taken = attachments.take_in(visit, form)
        if not (valid and taken):
            return self._entry_page(visit, form, entry, 422)
        others = [one for one in _entries(visit) if entry is None or one.id != entry.id]
        if len(others) >= MOST_ENTRIES:
            abort(409)
        made = form.entry(entry, attachments.chosen(visit, form, entry))
        return self._store_entries(visit, (*others, made), lambda: self._conflict(visit, form, entry))

    def ask_deletion(self, visit: Visit, entry: Entry) -> Response:
        """The entry once more, and the button that takes it away: there is no way back from it."""
        return wizard.render(self.deletion_template, visit, entry=entry)

    def delete_entry(self, visit: Visit, entry: Entry) -> Response:
        """Take one entry away."""
        others = tuple(one for one in _entries(visit) if one.id != entry.id)
        facts = self._facts(visit)
        return self._store_entries(visit, others, lambda: wizard.render_conflict(self.template, visit, form=self.opened(visit), **facts))

    def _store_entries(self, visit: Visit, entries: tuple[Entry, ...], conflict: Callable[[], Response]) -> Response:
        try:
            flow.save(visit.account.id, visit.step, _history(visit, True, arranged(entries)), visit.shown_version)
        except Conflict:
            return conflict()
        wizard.saved()
        return wizard.again(visit)

    def _conflict(self, visit: Visit, form: EntryForm, entry: Entry | None) -> Response:
        return wizard.render_conflict(self.entry_template, visit, **self._entry_facts(visit, form, entry))

    def _entry_page(self, visit: Visit, form: EntryForm, entry: Entry | None, status: int = 200) -> Response:
        version = visit.shown_version if request.method == "POST" else visit.version
        return wizard.render(self.entry_template, visit, status, version=version, **self._entry_facts(visit, form, entry))

    def _entry_facts(self, visit: Visit, form: EntryForm, entry: Entry | None) -> dict[str, Any]:
        training = visit.step.name == "pelatihan"
        suggested = vocabulary.sub_fields(web.locale(), form.field.data) if training else vocabulary.certification_bodies()
        held = attachments.chosen(visit, form, entry)
        return {"form": form, "entry": entry, "words": self._words, "held": held, "suggested": suggested}

    def _page(self, visit: Visit, form: DeclarationForm, status: int = 200) -> Response:
        return wizard.render(self.template, visit, status, form=form, **self._facts(visit))

    def _facts(self, visit: Visit) -> dict[str, Any]:
        return {"words": self._words, "entries": _entries(visit), "room": len(_entries(visit)) < MOST_ENTRIES}


def find(visit: Visit, entry_id: str) -> Entry:
    """The entry of this id; 404 when it is not (or no longer) there."""
    found = next((entry for entry in _entries(visit) if entry.id == entry_id), None)
    if found is None:
        abort(404)
    return found


def _entries(visit: Visit) -> tuple[Entry, ...]:
    return getattr(visit.answers, "entries", ())


def _declared(visit: Visit) -> bool | None:
    return getattr(visit.answers, "declared", None)


def _history(visit: Visit, declared: bool, entries: tuple[Entry, ...]) -> Answers:
    kind: Any = visit.step.answers
    made: Answers = kind(declared, entries)
    return made


PAGES = {
    "pendidikan": HistoryPage(
        history_forms.EducationForm,
        Words(
            heading=lazy_gettext("Pendidikan"),
            lead=lazy_gettext("Tambahkan informasi pendidikan terakhir yang sudah pernah ditempuh."),
            none=lazy_gettext("Saya tidak memiliki riwayat pendidikan"),
            some=lazy_gettext("Saya memiliki riwayat pendidikan"),
            add=lazy_gettext("Tambah Pendidikan"),
            edit=lazy_gettext("Ubah Pendidikan"),
            empty=lazy_gettext("Tambahkan paling sedikit satu pendidikan."),
        ),
    ),
    "pengalaman": HistoryPage(
        history_forms.ExperienceForm,
        Words(
            heading=lazy_gettext("Pengalaman kerja"),
            lead=lazy_gettext(
                "Layanan profil ketenagakerjaan dapat kamu gunakan sebagai online portofolio kamu dan informasi ini dapat "
                "berguna bagi perusahaan untuk menilai kamu."
            ),
            none=lazy_gettext("Saya tidak memiliki riwayat kerja"),
            some=lazy_gettext("Saya memiliki riwayat kerja"),
            add=lazy_gettext("Tambah Pengalaman Kerja"),
            edit=lazy_gettext("Ubah Pengalaman Kerja"),
            empty=lazy_gettext("Tambahkan paling sedikit satu pengalaman kerja."),
        ),
    ),
    "pelatihan": HistoryPage(
        history_forms.TrainingForm,
        Words(
            heading=lazy_gettext("Pelatihan"),
            lead=lazy_gettext(
                "Lengkapi pengalaman pelatihanmu sebagai nilai tambah dari portofolio kamu yang mana dapat membantumu jika "
                "sedang mencari pekerjaan."
            ),
            none=lazy_gettext("Saya tidak memiliki riwayat pelatihan"),
            some=lazy_gettext("Saya memiliki riwayat pelatihan"),
            add=lazy_gettext("Tambah Pelatihan"),
            edit=lazy_gettext("Ubah Pelatihan"),
            empty=lazy_gettext("Tambahkan paling sedikit satu pelatihan."),
        ),
    ),
    "sertifikasi": HistoryPage(
        history_forms.CertificationForm,
        Words(
            heading=lazy_gettext("Sertifikasi"),
            lead=lazy_gettext("Tambahkan pengalaman sertifikasimu yang mana sangat dapat mendukung portofolio kamu."),
            none=lazy_gettext("Saya tidak memiliki riwayat sertifikasi"),
            some=lazy_gettext("Saya memiliki riwayat sertifikasi"),
            add=lazy_gettext("Tambah Sertifikasi"),
            edit=lazy_gettext("Ubah Sertifikasi"),
            empty=lazy_gettext("Tambahkan paling sedikit satu sertifikasi."),
        ),
    ),
}
