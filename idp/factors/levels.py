"""How strong a sign-in is: authentication context classes (`acr`) and methods (`amr`, RFC 8176)."""

from __future__ import annotations

from collections.abc import Iterable

PASSWORD = "urn:siapkerja:acr:password"
SMS_CODE = "urn:siapkerja:acr:otp"
TWO_FACTORS = "urn:siapkerja:acr:mfa"
PASSKEY = "phr"  # phishing-resistant (OpenID Connect Extended Authentication Profile ACR Values 1.0)
LEVELS = (PASSWORD, SMS_CODE, TWO_FACTORS, PASSKEY)

AMR_PASSWORD = ("pwd",)
AMR_SMS_CODE = ("otp", "sms")
AMR_AUTHENTICATOR = ("otp", "mfa")
AMR_RECOVERY_CODE = ("otp", "mfa")


def level_of(amr: Iterable[str]) -> str:
    """The `acr` of a sign-in by these methods."""
    used = frozenset(amr)
    if used & {"hwk", "swk"}:
        return PASSKEY
    if "mfa" in used:
        return TWO_FACTORS
    return SMS_CODE if "sms" in used else PASSWORD


def joined(*methods: tuple[str, ...]) -> tuple[str, ...]:
    """All methods of a sign-in, each named once."""
    return tuple(dict.fromkeys(method for some in methods for method in some))


def reaches(acr: str, wanted: Iterable[str]) -> bool:
    """Whether a level is at least as strong as one of those wanted. Unknown levels are reached by nothing but themselves."""
    rank = LEVELS.index(acr) if acr in LEVELS else -1
    return any(acr == one or (one in LEVELS and LEVELS.index(one) <= rank) for one in wanted)
