"""Static files: named by their content, compressed beforehand, kept by browsers for a year.

Owns the way from `idp/static/` and Bootstrap's stylesheet to `/static/…`. A file that is named in a stylesheet
(`url("…")`) or a script (`from "./…"`) is found under its new name too."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path, PurePosixPath
from wsgiref.headers import Headers

import brotli
from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise

from idp import settings
from idp.web import headers, published

PREFIX = "/static/"
YEAR_SECONDS = 365 * 24 * 3600
OWN = Path(__file__).parent.parent / "static"
BOOTSTRAP = ("flask_bootstrap", "static/bootstrap5/css/bootstrap.min.css")
REFERENCES = {
    ".css": re.compile(r"""(?P<before>url\(")(?P<name>[\w./-]+)(?P<after>"\))"""),
    ".js": re.compile(r"""(?P<before>\bfrom ")(?P<name>\./[\w./-]+)(?P<after>")"""),
}
SOURCE_MAP = re.compile(rb"/\*# sourceMappingURL=.*?\*/")


class UnknownAsset(LookupError):
    """A page or a stylesheet names a static file that is not there."""


def init_app(app: Flask) -> None:
    """Build what is not built yet, serve it under `/static/`, and give templates `asset()` and `script()`."""
    sources = read_sources()
    built = published.folder(settings.current().var_dir / "static", _with_recipe(sources), lambda draft: build(sources, draft))
    names: dict[str, str] = json.loads((built / "manifest.json").read_text())

    def asset(name: str) -> str:
        if name not in names:
            raise UnknownAsset(name)
        return PREFIX + names[name]

    def script(name: str, *, everywhere: bool = False) -> Markup:
        """A module; or, for what must run `everywhere`, a script that browsers without modules run as well."""
        how = Markup("defer") if everywhere else Markup('type="module"')
        return Markup('<script {} src="{}" nonce="{}"></script>').format(how, asset(f"js/{name}"), headers.csp_nonce())

    app.jinja_env.globals.update(asset=asset, script=script)
    app.extensions["assets"] = names
    served = WhiteNoise(
        app.wsgi_app, allow_all_origins=False, immutable_file_test=lambda path, url: True, add_headers_function=_add_headers
    )
    served.FOREVER = YEAR_SECONDS
    served.add_files(built / "files", PREFIX)
    app.wsgi_app = served  # type: ignore[method-assign]


def read_sources() -> dict[str, bytes]:
    """Every static file by the name that pages use for it."""
    found = {path.relative_to(OWN).as_posix(): path.read_bytes() for path in OWN.rglob("*") if path.is_file()}
    package, path = BOOTSTRAP
    found["bootstrap.css"] = SOURCE_MAP.sub(b"", resources.files(package).joinpath(path).read_bytes())
    return found


def build(sources: Mapping[str, bytes], target: Path) -> None:
    """Write `files/` with hashed names and compressed twins, and `manifest.json` from plain to hashed names."""
    finished: dict[str, tuple[str, bytes]] = {}
    for name in sources:
        _finish(name, sources, finished)
    for hashed, content in finished.values():
        _write(target / "files" / hashed, content)
    (target / "manifest.json").write_text(json.dumps({name: hashed for name, (hashed, _) in sorted(finished.items())}))


def _with_recipe(sources: Mapping[str, bytes]) -> dict[str, bytes]:
    # Another way to build is another result.
    return {**sources, "/recipe": Path(__file__).read_bytes()}


def _finish(name: str, sources: Mapping[str, bytes], finished: dict[str, tuple[str, bytes]]) -> str:
    """The hashed name of one source, after the hashed names of everything that it refers to."""
    if name not in sources:
        raise UnknownAsset(name)
    if name not in finished:
        path = PurePosixPath(name)
        content = sources[name]
        if path.suffix in REFERENCES and name != "bootstrap.css":
            content = _rename_references(path, sources, finished)
        stamp = hashlib.sha256(content).hexdigest()[:10]
        finished[name] = (str(path.with_name(f"{path.stem}.{stamp}{path.suffix}")), content)
    return finished[name][0]


def _rename_references(path: PurePosixPath, sources: Mapping[str, bytes], finished: dict[str, tuple[str, bytes]]) -> bytes:
    def renamed(found: re.Match[str]) -> str:
        hashed = _finish(str(path.parent / found["name"]), sources, finished)
        return f"{found['before']}{PREFIX}{hashed}{found['after']}"

    return REFERENCES[path.suffix].sub(renamed, sources[str(path)].decode()).encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    Path(f"{path}.br").write_bytes(brotli.compress(content, quality=11))
    Path(f"{path}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


def _add_headers(sent: Headers, path: str, url: str) -> None:
    for name, value in headers.FIXED:
        sent[name] = value
    sent["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
