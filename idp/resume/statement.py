"""A shown résumé as a signed document: whoever gets it can check that it says what the provider said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from idp import clock, oidc
from idp.resume.content import Resume
from idp.resume.models import ResumeLink

TYPE = "siapkerja-resume+jwt"
# No longer than keys stay published after they retired: a document in force can be checked by everybody.
LIFE = timedelta(days=1)
BESIDE_CLAIMS = frozenset({"about", "domicile", "birthplace", "identity"})


def signed(resume: Resume, link: ResumeLink) -> str:
    """The parts that the link shows, as claims of the catalogue, signed now."""
    told = {"about": resume.about, "domicile": resume.domicile, "birthplace": resume.birthplace}
    shown: dict[str, Any] = {**resume.claims, **{name: value for name, value in told.items() if value}}
    if resume.claims.get("profile_verified") and resume.verified_at:
        shown["identity"] = {"verified_by": "id_dukcapil", "verified_at": int(resume.verified_at.timestamp())}
    return oidc.statements.signed({"resume": shown}, typ=TYPE, expires_at=min(clock.now() + LIFE, link.expires_at))


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that we did sign: what it says, since when, and until when others could check it by themselves."""

    resume: Resume
    signed_at: datetime
    expires_at: datetime


def check(token: str, locale: str) -> Checked:
    """What a signed document says. Raises oidc.statements.NotOurs."""
    said = oidc.statements.read("".join(token.split()), typ=TYPE)
    shown = said["resume"]
    identity = shown.get("identity")
    resume = Resume(
        locale=locale,
        claims={name: value for name, value in shown.items() if name not in BESIDE_CLAIMS},
        verified_at=_moment(identity["verified_at"]) if identity else None,
        **{name: shown.get(name) for name in ("about", "domicile", "birthplace")},
    )
    return Checked(resume, _moment(said["iat"]), _moment(said["exp"]))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
