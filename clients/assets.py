"""Style sheets and pictures: read once at start, compressed, under addresses that change with their content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import flask_bootstrap
from flask import Flask, abort, request
from werkzeug.wrappers import Response

BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"
SHARED = Path(__file__).parent / "static"
A_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as sent."""

    digest: str
    kind: str
    body: bytes
    packed: bytes


@lru_cache
def _read(file: Path) -> Asset:
    body = file.read_bytes()
    # Chromium asks for the map that this comment names, and there is none here.
    body = body.replace(b"/*# sourceMappingURL=bootstrap.min.css.map */", b"")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(hashlib.sha256(body).hexdigest()[:16], kind, body, gzip.compress(body, mtime=0))


def init_app(app: Flask, own: Path) -> None:
    """Serve Bootstrap, the shared files and the service's `own` folder; templates get `asset(name)`."""
    files = [BOOTSTRAP, *sorted(SHARED.iterdir()), *sorted(own.iterdir())]
    assets = {file.name: _read(file) for file in files}

    @app.get("/assets/<digest>/<name>", endpoint="asset")
    def send(digest: str, name: str) -> Response:
        found = assets.get(name)
        if found is None or found.digest != digest:
            abort(404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        answer = Response(found.packed if packed else found.body, content_type=found.kind)
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return answer

    @app.get("/logo.svg", endpoint="logo")
    def logo() -> Response:
        """The mark at an address that stays, for the account service's consent page."""
        mark = assets["mark.svg"]
        return Response(mark.body, content_type=mark.kind, headers={"Cache-Control": "public, max-age=86400"})

    @app.template_global("asset")
    def address(name: str) -> str:
        return f"/assets/{assets[name].digest}/{name}"
