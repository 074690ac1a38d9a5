"""A shown résumé as a signed document: whoever gets it can check that it says what the provider said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from idp import clock, oidc
from idp.resume.content import Resume
from idp.resume.models import ResumeLink

TYPE = "siapkerja-resume+jwt"
# No longer than keys stay published after they retired: a document in force can be checked by everybody.
LIFE = timedelta(days=1)


def signed(resume: Resume, link: ResumeLink) -> str:
    """The parts that the link shows, as claims of the catalogue, signed now."""
    told = {"about": resume.about, "domicile": resume.domicile, "birthplace": resume.birthplace}
    shown: dict[str, Any] = {**resume.claims, **{name: value for name, value in told.items() if value}}
    if resume.claims.get("profile_verified") and resume.verified_at:
        shown["identity"] = {"verified_by": "id_dukcapil", "verified_at": int(resume.verified_at.timestamp())}
    return oidc.statements.signed({"resume": shown}, typ=TYPE, expires_at=min(clock.now() + LIFE, link.expires_at))
