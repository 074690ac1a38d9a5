"""`/resume` and `/profil/unduh/…`: the owner's own copies, and the links that they gave away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, abort, render_template
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from idp import clock, throttle, web
from idp.database import new_id
from idp.resume import content, europass, json_resume, links
from idp.resume.content import Resume
from idp.resume.routes import as_file, blueprint, me, pdf_of, written


@dataclass(frozen=True, slots=True)
class Format:
    """A file that can be downloaded. Without a `locale` it is in the language of the page."""

    title: LazyString
    about: LazyString
    media_type: str
    write: Callable[[Resume], str | bytes]
    locale: str | None = None


PDF = "application/pdf"
FORMATS = {
    "resume-id.pdf": Format(
        _l("PDF, Bahasa Indonesia"), _l("Untuk dicetak atau dilampirkan pada lamaran."), "application/pdf", pdf_of, "id"
    ),
    "resume-en.pdf": Format(_l("PDF, Bahasa Inggris"), _l("Untuk lamaran ke luar negeri."), "application/pdf", pdf_of, "en"),
    "resume.json": Format(
        _l("JSON Resume"),
        _l("Untuk situs lowongan dan aplikasi pembuat resume."),
        "application/json",
        lambda resume: json_resume.document(resume, made_at=clock.now()),
    ),
    "europass.xml": Format(
        _l("Europass XML"),
        _l("Untuk diimpor ke Europass, portal kerja Uni Eropa."),
        "application/xml",
        lambda resume: europass.document(resume, document_id=str(UUID(new_id()))),
    ),
}


@blueprint.get("/resume")
def overview() -> str:
    """What can be taken along."""
    given = links.of(me().id)
    return render_template("resume/overview.html", formats=FORMATS, links=[link for link in given if link.is_in_force])


@blueprint.get("/profil/unduh/<name>")
def download(name: str) -> Response:
    """One's own résumé as a file."""
    account, wanted = me(), FORMATS.get(name)
    if wanted is None:
        abort(404)
    throttle.hit("resume_downloads", account.id)
    locale = wanted.locale or web.locale()
    return as_file(name, wanted.media_type, written(content.own(account, locale), wanted.write))
