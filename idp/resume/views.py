"""`/resume` and `/profil/unduh/…`: the owner's own copies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, abort, make_response, redirect, render_template
from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from idp import accounts, clock, sessions, throttle, web
from idp.database import new_id
from idp.resume import content, europass, json_resume, pdf
from idp.resume.content import Resume

blueprint = Blueprint("resume", __name__)


class NobodyHere(Exception):
    """Nobody is signed in (any more)."""


@blueprint.errorhandler(NobodyHere)
def sign_in_first(_fault: NobodyHere) -> AnyResponse:
    """Whoever is not signed in goes to the sign-in page and comes back."""
    return redirect(sessions.sign_in_url(), 303)


def me() -> accounts.Account:
    """The account that is signed in in this browser. Raises NobodyHere."""
    session = sessions.current()
    account = accounts.find(session.account_id) if session else None
    if account is None or not accounts.may_act(account):
        raise NobodyHere
    return account


@dataclass(frozen=True, slots=True)
class Format:
    """A file that can be downloaded. Without a `locale` it is in the language of the page."""

    title: LazyString
    about: LazyString
    media_type: str
    write: Callable[[Resume], str | bytes]
    locale: str | None = None


def _pdf(resume: Resume) -> bytes:
    return pdf.document(resume, made_at=clock.now())


FORMATS = {
    "resume-id.pdf": Format(_l("PDF, Bahasa Indonesia"), _l("Untuk dicetak atau dilampirkan pada lamaran."), "application/pdf", _pdf, "id"),
    "resume-en.pdf": Format(_l("PDF, Bahasa Inggris"), _l("Untuk lamaran ke luar negeri."), "application/pdf", _pdf, "en"),
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
    me()
    return render_template("resume/overview.html", formats=FORMATS)


@blueprint.get("/profil/unduh/<name>")
def download(name: str) -> Response:
    """One's own résumé as a file."""
    account, wanted = me(), FORMATS.get(name)
    if wanted is None:
        abort(404)
    throttle.hit("resume_downloads", account.id)
    locale = wanted.locale or web.locale()
    return as_file(name, wanted.media_type, written(content.own(account, locale), wanted.write))


def written(resume: Resume, write: Callable[[Resume], str | bytes]) -> str | bytes:
    """A résumé as a file, its titles in its own language."""
    with force_locale(resume.locale):
        return write(resume)


def as_file(name: str, media_type: str, body: str | bytes) -> Response:
    """An answer that browsers keep as a file, and nobody else keeps at all."""
    answer: Response = make_response(body)
    answer.headers["Content-Type"] = media_type if media_type == "application/pdf" else f"{media_type}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="siapkerja-{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
