"""The blueprint of the slice, and what its pages share."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name

from flask import Blueprint, Response, make_response, redirect
from flask_babel import force_locale
from werkzeug.wrappers import Response as AnyResponse

from idp import accounts, clock, sessions
from idp.resume.content import Resume

blueprint = Blueprint("resume", __name__)
# Loaded by its name with the first PDF: fpdf2 and what it brings take a sixth of the time in which a process starts.
PDF_WRITER = "idp.resume.pdf:document"


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


def pdf_of(resume: Resume) -> bytes:
    """A résumé as PDF, made now."""
    body: bytes = resolve_name(PDF_WRITER)(resume, made_at=clock.now())
    return body


def written(resume: Resume, write: Callable[[Resume], str | bytes]) -> str | bytes:
    """A résumé as a file, its titles in its own language."""
    with force_locale(resume.locale):
        return write(resume)


def as_file(name: str, media_type: str, body: str | bytes) -> Response:
    """An answer that browsers keep as a file, and nobody else keeps at all."""
    answer: Response = make_response(body)
    answer.headers["Content-Type"] = media_type if media_type in BINARY else f"{media_type}; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="siapkerja-{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


BINARY = ("application/pdf", "application/jwt")
