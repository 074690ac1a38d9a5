"""Translations: the catalogues that people write (`.po`), compiled at the first start into what the library reads (`.mo`).

Nothing compiled is in the repository, so that a catalogue and its compiled form never differ and a bare clone runs."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from idp.web import published

CATALOGUES = Path(__file__).parent.parent / "translations"


def compiled(home: Path) -> Path:
    """The folder of compiled catalogues, made under `home` unless an earlier start did."""
    sources = {path.relative_to(CATALOGUES).as_posix(): path.read_bytes() for path in CATALOGUES.rglob("*.po")}
    return published.folder(home, sources, lambda draft: _compile(sources, draft))


def _compile(sources: Mapping[str, bytes], target: Path) -> None:
    for name, content in sources.items():
        path = PurePosixPath(name)
        catalogue = read_po(BytesIO(content), locale=path.parts[0])
        compiled_path = target / path.with_suffix(".mo")
        compiled_path.parent.mkdir(parents=True, exist_ok=True)
        with compiled_path.open("wb") as file:
            write_mo(file, catalogue)
