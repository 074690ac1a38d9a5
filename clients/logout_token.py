"""What a logout token must be before it may end anything: OpenID Connect Back-Channel Logout 1.0, 2.4 and 2.6."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = {"logout+jwt", "application/logout+jwt"}
LARGEST = 8192
SKEW_SECONDS = 60
LONGEST_SECONDS = 600


class Refused(Exception):
    """The token ends nothing. The text names the rule it breaks, for the sender's log."""


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """Whose sessions to end. `expires_at` in Unix seconds; `jti` may be used once until then."""

    sub: str | None
    sid: str | None
    jti: str
    expires_at: float


def read(token: str, *, keys: KeySet, issuer: str, client_id: str, algorithm: str, now: float) -> LogoutNotice:
    """The notice in a logout token of our issuer for us. Raises Refused; InvalidKeyIdError of joserfc where its key is unknown."""
    if len(token) > LARGEST:
        raise Refused("too long")
    decoded = _signed(token, keys, algorithm)
    claims = decoded.claims
    if str(decoded.header.get("typ", "")).lower() not in TYPES:
        raise Refused("typ is not logout+jwt")
    if claims.get("iss") != issuer:
        raise Refused("iss is not our issuer")
    audience = claims.get("aud")
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise Refused("aud is not us")
    if "nonce" in claims:
        raise Refused("nonce must not be there")
    _check_event(claims)
    return LogoutNotice(_text(claims, "sub"), _text(claims, "sid"), _jti(claims), _expiry(claims, now))


def _signed(token: str, keys: KeySet, algorithm: str) -> jwt.Token:
    try:
        return jwt.decode(token, keys, algorithms=[algorithm])
    except JoseError as reason:
        if reason.error == "invalid_key_id":
            raise
        raise Refused("signature is not good") from reason
    except (ValueError, TypeError, KeyError) as reason:
        raise Refused("not a signed token") from reason


def _check_event(claims: dict[str, Any]) -> None:
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise Refused("events does not say back-channel logout")
    if not claims.get("sub") and not claims.get("sid"):
        raise Refused("neither sub nor sid")


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(f"{name} is not a string")
    return value or None


def _jti(claims: dict[str, Any]) -> str:
    jti = _text(claims, "jti")
    if jti is None:
        raise Refused("jti is missing")
    return jti


def _expiry(claims: dict[str, Any], now: float) -> float:
    """When the token is over, given that it is not yet, and was issued lately."""
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    if issued > now + SKEW_SECONDS or issued < now - LONGEST_SECONDS:
        raise Refused("iat is not now")
    if expires <= now - SKEW_SECONDS:
        raise Refused("exp has passed")
    return expires + SKEW_SECONDS


def _seconds(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Refused(f"{name} is not a number")
    return float(value)
