"""What a password must be: five rules that the page shows while it is typed, and what only the server can know.

The page's copy of the five is `static/js/password-rules.js`; a test holds both to the same answers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from idp.accounts.passwords import LONGEST_BYTES
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber

SYMBOLS = "!@#$%^&*"
MOST_COMMON = 10_000
SHORTEST_NAME_PART = 3

RULES: dict[str, Callable[[str], bool]] = {
    "length": lambda text: len(text) >= 8,
    "lower": lambda text: any(unicodedata.category(one) == "Ll" for one in text),
    "upper": lambda text: any(unicodedata.category(one) == "Lu" for one in text),
    "digit": lambda text: re.search(r"[0-9]", text) is not None,
    "symbol": lambda text: any(one in SYMBOLS for one in text),
}

# Words that belong to this house and are guessed first (ASVS V6.1.2).
CONTEXT_WORDS = (
    "siapkerja", "kemnaker", "kemenaker", "naker", "karirhub", "skillhub", "sertihub", "bizhub",
    "dukcapil", "indonesia", "jakarta", "pencarikerja", "prakerja",
)  # fmt: skip

_LOOKALIKES = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose password it is to be: what must not be in it."""

    nik: Nik | None = None
    name: PersonName | None = None
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None


def faults(password: str, owner: Owner) -> tuple[str, ...]:
    """What is wrong with a password, as stable keys; nothing when it will do.

    The names of RULES, then "too_long", "common", "personal" (holds the owner's NIK, name, e-mail or phone), "context"."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return ("too_long",)
    found = [name for name, holds in RULES.items() if not holds(password)]
    if password.casefold() in _most_common():
        found.append("common")
    if any(part in folded for part in _parts(owner) for folded in _foldings(password)):
        found.append("personal")
    if any(word in folded for word in CONTEXT_WORDS for folded in _foldings(password)):
        found.append("context")
    return tuple(found)


def _foldings(password: str) -> tuple[str, ...]:
    plain = password.casefold()
    digits = re.sub(r"[^0-9]", "", plain)
    return plain, plain.translate(_LOOKALIKES), digits


def _parts(owner: Owner) -> Iterator[str]:
    if owner.nik:
        yield owner.nik.value
    if owner.name:
        words = re.split(r"[^\w]+", owner.name.value.casefold())
        yield from (word for word in words if len(word) >= SHORTEST_NAME_PART)
    if owner.email:
        yield owner.email.key
        local = owner.email.key.partition("@")[0]
        if len(local) >= SHORTEST_NAME_PART:
            yield local
    if owner.phone:
        yield owner.phone.e164.removeprefix("+62").removeprefix("+")


@lru_cache(maxsize=1)
def _most_common() -> frozenset[str]:
    return frozenset(word.casefold() for word in FREQUENCY_LISTS["passwords"][:MOST_COMMON])
