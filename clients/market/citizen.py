"""A citizen as the labour market sees them: skills and home, read from claims and tolerant of whatever is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clients.market import places, skills


@dataclass(frozen=True, slots=True)
class Citizen:
    """What matching needs to know. Codes are dotted Kemendagri codes, "" where the home is unknown or abroad."""

    skills: frozenset[str] = frozenset()
    city: str = ""
    province: str = ""

    @classmethod
    def from_claims(cls, claims: Mapping[str, Any]) -> "Citizen":
        """Read `skills` and `address` of OpenID Connect claims."""
        address = claims.get("address")
        if not isinstance(address, Mapping):
            address = {}
        city = places.dotted(address.get("city_code"))
        province = places.dotted(address.get("province_code"))[:2] or city[:2]
        return cls(skills.recognise(claims.get("skills")), city if "." in city else "", province)
