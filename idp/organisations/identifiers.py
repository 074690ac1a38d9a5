"""By what an organisation is known to the state: NIB, or the code of the region that an office serves."""

from __future__ import annotations

import re

from idp import regions
from idp.organisations.models import Kind

NIB = re.compile(r"[0-9]{13}")  # Nomor Induk Berusaha, PP 5/2021
LEVELS = {Kind.PROVINCE_OFFICE: regions.Level.PROVINCE, Kind.CITY_OFFICE: regions.Level.CITY}


class Unfit(ValueError):
    """It cannot be the identifier of such an organisation; the text says what is wanted."""


def identifier_of(kind: Kind, raw: str) -> str:
    """The identifier as it is stored. Raises Unfit."""
    text = re.sub(r"[\s-]", "", raw)
    if kind not in LEVELS:
        if not NIB.fullmatch(text):
            raise Unfit("an NIB has 13 digits")
        return text
    digits = text.replace(".", "")
    code = digits if len(digits) <= 2 else f"{digits[:2]}.{digits[2:]}"
    region = regions.find(code)
    if region is None or region.level is not LEVELS[kind]:
        wanted = "a province, such as 31" if kind is Kind.PROVINCE_OFFICE else "a regency or city, such as 31.71"
        raise Unfit(f"the Ministry of Home Affairs' code of {wanted} is wanted")
    return code
