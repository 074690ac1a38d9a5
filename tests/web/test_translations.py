"""Languages: Indonesian is what is written, English is complete, and no sentence stands outside the catalogue."""

import re
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "idp" / "templates"
# Prose and messages that stand whole in one file a language, and what a program reads.
WHOLE_IN_ONE_LANGUAGE = re.compile(r"^((pages/(id|en)|notices|.*/(id|en))/|oidc/session_frame\.html$)")
NAMES = set("SIAP kerja SIAPkerja English Bahasa Indonesia Kemnaker Kementerian Ketenagakerjaan RI NIK OpenID Connect JSON".split())
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]")


def extracted() -> Catalog:
    """Every string that code and templates ask the catalogue for."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    catalogue = Catalog()
    found = extract_from_dir(str(ROOT), methods, options, keywords=KEYWORDS, directory_filter=lambda path: "/." not in path)
    for name, line, message, _comments, context in found:
        catalogue.add(message, locations=[(name, line)], context=context)
    return catalogue


KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (ROOT / "idp/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_every_string_has_its_english_translation(english):
    missing = []
    for message in extracted():
        if not message.id:
            continue
        known = english.get(message.id, message.context)
        texts = known.string if known and isinstance(known.string, tuple | list) else (known.string if known else "",)
        if known is None or known.fuzzy or not all(texts):
            missing.append((message.id, message.locations[:1]))
    assert not missing, f"{len(missing)} strings have no English translation: {missing[:10]}"


def test_no_translation_is_left_of_a_string_that_is_gone(english):
    wanted = {message.id if isinstance(message.id, str) else message.id[0] for message in extracted()}
    known = {message.id if isinstance(message.id, str) else message.id[0] for message in english}
    assert known - wanted == set()


def test_a_translation_has_the_same_placeholders_as_its_source(english):
    for message in english:
        ids = (message.id,) if isinstance(message.id, str) else message.id
        strings = (message.string,) if isinstance(message.string, str) else message.string
        wanted = [set(PLACEHOLDER.findall(text)) for text in ids]
        for text in strings:
            assert set(PLACEHOLDER.findall(text)) in wanted, message.id


@pytest.mark.parametrize("path", sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")))
def test_a_template_has_no_sentence_outside_the_catalogue(path):
    if WHOLE_IN_ONE_LANGUAGE.match(path):
        return
    bare = [text for text in _texts(TEMPLATES / path) if set(re.findall(r"[^\W\d_]{2,}", text)) - NAMES]
    assert not bare


def _texts(path: Path) -> list[str]:
    """What a person would read of a template apart from what `_()` gives: text between tags, and attributes that are read out."""
    source = "".join(text if kind == "data" else "\x00" for _line, kind, text in jinja2.Environment().lex(path.read_text()) if _kept(kind))
    source = re.sub(r"<(script|style|svg)\b.*?</\1>", "", source, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"\x00]+)"', source)
    between = re.sub(r"<!--.*?-->|<[^>]*>", "\x01", source, flags=re.DOTALL)
    return spoken + [text for text in re.split(r"[\x00\x01]", re.sub(r"&\w+;", " ", between)) if text.strip()]


def _kept(kind: str) -> bool:
    return kind in ("data", "variable_begin", "block_begin")
