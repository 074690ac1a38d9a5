"""What is said of a password that was refused: in one sentence that rules are broken, which the list on the page then marks,
and in one each what only the server knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from wtforms import Field

LISTED = ("length", "lower", "upper", "digit", "symbol")  # as `password_rules` of macros/parts.html lists them
BREAKS_RULES = _l("Password ini belum memenuhi semua aturan. Lihat yang belum terpenuhi di bawah.")
WORDS: Mapping[str, LazyString] = {
    "too_long": _l("Password ini terlalu panjang."),
    "common": _l("Password ini terlalu sering dipakai orang, jadi mudah ditebak. Pilih yang lain."),
    "personal": _l("Password tidak boleh berisi NIK, nama, email, atau nomor HP kamu."),
    "context": _l("Password tidak boleh berisi kata yang mudah ditebak di sini, misalnya nama layanan ini."),
}


def say(field: Field, faults: Iterable[str]) -> None:
    """Refuse a field for these faults, if there are any; they are named as accounts.password_faults names them."""
    faults = tuple(faults)
    field.broken_rules = [fault for fault in faults if fault in LISTED]
    rules = [BREAKS_RULES] if field.broken_rules else []
    field.errors = [*field.errors, *rules, *(WORDS[fault] for fault in faults if fault not in LISTED)]
