"""What both services' websites share: headers, words for failures, language, files, and the sign-in machinery."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, abort, flash, g, redirect, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from clients import assets, language, relying_party, signout
from clients.language import _
from clients.party import NotRegistered, Service
from clients.provider import ProviderUnreachable
from clients.received import Received, called, received
from clients.relying_party import RelyingParty, SessionOver, SignInFailed
from clients.store import LocalSession

log = logging.getLogger("clients")


def make_app(service: Service, package: str) -> Flask:
    """A website that signs people in with the account service; the caller adds its own pages."""
    folder = Path(__file__).parent / service.slug
    app = Flask(package, root_path=str(folder), static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=64 * 1024, WTF_CSRF_TIME_LIMIT=None)
    RelyingParty(service).init_app(app)
    app.register_blueprint(signout.blueprint)
    language.init_app(app)
    assets.init_app(app, folder / "static")
    protection = CSRFProtect(app)
    # Both are called by others by design: their own rules (iss; a signed token) stand in for our form token.
    protection.exempt(relying_party.login)
    protection.exempt(signout.backchannel_logout)
    _add_pages(app)
    app.context_processor(_surroundings)
    app.after_request(_secure)
    _explain_failures(app)
    return app


def _add_pages(app: Flask) -> None:
    @app.post("/refresh")
    def refresh() -> Response:
        """Ask userinfo again because the citizen wants it."""
        party = relying_party.current()
        local = party.citizen()
        if local is None:
            return redirect("/login")
        try:
            party.renew_claims(local)
            flash(_("Data kamu sudah diperbarui dari SIAPkerja."), "good")
        except ProviderUnreachable:
            flash(_("SIAPkerja belum bisa dihubungi. Kami memakai data yang terakhir diterima."), "warn")
        return redirect("/#data")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"


def citizen_or_none() -> tuple[LocalSession | None, Received | None]:
    """Who is signed in, with fresh claims, and what was received of them. Raises SessionOver."""
    local, stale = relying_party.current().fresh_citizen()
    if local is None:
        return None, None
    scopes = relying_party.current().service.scopes
    return local, received(local.claims, asked=scopes, granted=str(local.tokens.get("scope") or " ".join(scopes)).split(), stale=stale)


def walk_to(neighbour: str, path: str) -> str:
    """The address of `path` at the neighbour: a citizen signed in here is signed in there on the way (third-party initiated login)."""
    party = relying_party.current()
    service, there = party.service, party.service.neighbours[neighbour]
    if party.citizen() is None:
        return there + path
    return f"{there}/login?{urlencode({'iss': service.issuer, 'target_link_uri': there + path})}"


def _surroundings() -> dict[str, Any]:
    party = relying_party.current()
    local = party.citizen()
    return {
        "service": party.service,
        "citizen": local,
        "called": called(local.claims) if local else "",
        "walk_to": walk_to,
        "language": g.get("language", "id"),
    }


def _secure(answer: Response) -> Response:
    """Headers of every answer: nothing runs, nothing is framed but the sign-out page by the account service, pages are not stored."""
    issuer = relying_party.current().service.issuer
    framed = issuer if request.path == "/frontchannel-logout" else "'none'"
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
        f"form-action 'self' {issuer}; frame-ancestors {framed}"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _say(status: int, title: str, text: str, *, retry: str | None = None, detail: str = "") -> tuple[str, int]:
    return render_template("message.html", title=title, text=text, retry=retry, detail=detail), status


def failure_texts(reason: str) -> tuple[int, str, str]:
    """HTTP status, heading and explanation for a sign-in that did not happen."""
    name = relying_party.current().service.name
    texts: dict[str, Callable[[], tuple[int, str, str]]] = {
        "denied": lambda: (
            200,
            _("Kamu belum masuk"),
            _("Kamu memilih untuk tidak membagikan data ke %(name)s. Tidak apa-apa: tidak ada data yang kami terima.", name=name),
        ),
        "expired": lambda: (
            400,
            _("Waktu masuk sudah habis"),
            _("Halaman masuk ini sudah terlalu lama terbuka, sudah dipakai, atau dibuka di peramban lain. Silakan mulai lagi."),
        ),
        "issuer": lambda: (
            400,
            _("Alamat masuk tidak cocok"),
            _("Permintaan ini tidak berasal dari SIAPkerja, jadi kami menolaknya demi keamananmu."),
        ),
        "ended": lambda: (
            400,
            _("Sesimu baru saja berakhir"),
            _("Kamu sudah keluar dari SIAPkerja ketika masuk ke sini. Silakan masuk lagi."),
        ),
        "rejected": lambda: (
            400,
            _("Masuk tidak berhasil"),
            _("Jawaban dari SIAPkerja tidak bisa kami terima. Silakan coba lagi; kalau tetap gagal, hubungi Pusat Bantuan."),
        ),
        "provider": lambda: (
            503,
            _("SIAPkerja sedang tidak bisa dihubungi"),
            _("Kami belum bisa memeriksa siapa kamu. Ini bukan salahmu. Coba lagi beberapa saat lagi."),
        ),
    }
    return texts[reason]()


def _explain_failures(app: Flask) -> None:
    @app.errorhandler(SignInFailed)
    def sign_in_failed(failure: SignInFailed) -> tuple[str, int]:
        status, title, text = failure_texts(failure.reason)
        return _say(status, title, text, retry=_("Coba masuk lagi"), detail="" if failure.reason == "denied" else failure.detail)

    @app.errorhandler(ProviderUnreachable)
    def unreachable(_failure: ProviderUnreachable) -> tuple[str, int, dict[str, str]]:
        status, title, text = failure_texts("provider")
        return *_say(status, title, text, retry=_("Coba lagi")), {"Retry-After": "10"}

    @app.errorhandler(NotRegistered)
    def not_registered(_failure: NotRegistered) -> tuple[str, int, dict[str, str]]:
        name = relying_party.current().service.name
        text = _("%(name)s belum didaftarkan di SIAPkerja oleh pengelolanya, jadi belum ada yang bisa masuk.", name=name)
        return *_say(503, _("Layanan ini belum siap"), text), {"Retry-After": "10"}

    @app.errorhandler(SessionOver)
    def session_over(_failure: SessionOver) -> tuple[str, int]:
        relying_party.current().drop_session()
        text = _("Sesimu di SIAPkerja sudah berakhir atau izinnya dicabut. Masuk lagi untuk melanjutkan.")
        return _say(200, _("Kamu sudah keluar"), text, retry=_("Masuk dengan SIAPkerja"))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        if error.code == 404:
            return _say(404, _("Halaman tidak ditemukan"), _("Mungkin alamatnya salah ketik, atau halamannya sudah dipindahkan."))
        return _say(error.code or 400, _("Permintaan tidak bisa diproses"), _("Silakan kembali ke halaman depan dan coba lagi."))

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        log.error("unexpected failure on %s", request.path, exc_info=error)
        return _say(500, _("Ada yang salah di sisi kami"), _("Kami sudah mencatatnya. Silakan coba lagi sebentar lagi."))


def known_or_404(found: Any) -> Any:
    """`found`, or the page that says there is no such thing."""
    if found is None:
        abort(404)
    return found
