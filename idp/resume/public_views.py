"""`/cv/<secret>`: a résumé as its owner shows it, for whoever has the link. Nobody keeps it, no search engine finds it."""

from __future__ import annotations

from flask import Response, abort, make_response, render_template, request
from flask_babel import LazyString

from idp import accounts, clock, oidc, profile, settings, throttle, web
from idp.resume import content, lines, links, statement
from idp.resume.content import Resume
from idp.resume.lines import Lines
from idp.resume.models import ResumeLink
from idp.resume.routes import as_file, blueprint, pdf_of, written

UNSEEN = {"X-Robots-Tag": "noindex, nofollow, noarchive, noimageindex", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@blueprint.get("/cv/<secret>")
def shown_page(secret: str) -> Response:
    """The page."""
    link, account, resume = _opened(secret)
    links.note_opened(link)
    page = render_template(
        "resume/shown.html",
        resume=resume,
        initials=account.name.initials,
        histories=_histories(resume),
        link=link,
        secret=secret,
        issuer=settings.current().issuer,
    )
    return _unseen(make_response(page))


@blueprint.get("/cv/<secret>/foto.jpg")
def shown_photo(secret: str) -> Response:
    """The photo, where it is shown."""
    _link, _account, resume = _opened(secret)
    photo = profile.photo_bytes(resume.photo) if resume.photo else None
    if photo is None:
        abort(404)
    answer = make_response(photo)
    answer.mimetype = "image/jpeg"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return _unseen(answer)


@blueprint.get("/cv/<secret>/resume.pdf")
def shown_pdf(secret: str) -> Response:
    """The same parts to print."""
    link, _account, resume = _opened(secret)
    throttle.hit("resume_downloads", link.id)
    return _unseen(as_file("resume.pdf", "application/pdf", written(resume, pdf_of)))


@blueprint.get("/cv/<secret>/resume.jwt")
def shown_statement(secret: str) -> Response:
    """The same parts, signed."""
    link, _account, resume = _opened(secret)
    return _unseen(as_file("resume.jwt", "application/jwt", statement.signed(resume, link)))


@blueprint.get("/cv/periksa")
def check_page() -> Response:
    """Check a signed document without knowing what a JWT is."""
    return _unseen(make_response(render_template("resume/check.html")))


@blueprint.post("/cv/periksa")
def check() -> Response:
    """Say whether we signed it, and what it says."""
    throttle.hit("resume_opened_per_address", web.address_key())
    file = request.files.get("file")
    token = file.read(oidc.statements.LONGEST + 1).decode("ascii", "replace") if file and file.filename else request.form.get("text", "")
    try:
        checked = statement.check(token, web.locale())
    except oidc.statements.NotOurs:
        return _unseen(make_response(render_template("resume/check.html", refused=True), 422))
    page = render_template("resume/check.html", checked=checked, histories=_histories(checked.resume), now=clock.now())
    return _unseen(make_response(page))


def _histories(resume: Resume) -> list[tuple[str, LazyString, list[Lines]]]:
    found = [(claim, content.TITLES[claim], lines.of(resume, claim)) for claim in lines.HISTORIES]
    return [one for one in found if one[2]]


@blueprint.app_template_filter("iso_day")
def iso_day(value: str) -> str:
    """A date of a claim as people write it."""
    return lines.day(value, web.locale())


def _opened(secret: str) -> tuple[ResumeLink, accounts.Account, Resume]:
    throttle.hit("resume_opened_per_address", web.address_key())
    try:
        link, account = links.found(secret)
    except links.NotThere:
        abort(404)
    return link, account, content.of(account, web.locale(), link.parts)


def _unseen(answer: Response) -> Response:
    answer.headers.update(UNSEEN)
    return answer
