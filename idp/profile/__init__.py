"""Profile: what a person tells of themselves, in seven steps, kept with its source and time.

foto -> biodata -> pendidikan -> pengalaman -> pelatihan -> sertifikasi -> keahlian -> sent to the registry
Owns the answers, the wizard, the uploads, the vocabularies and the second question to Dukcapil. Knows nothing of
sign-in, clients or tokens: `claims` reads it from here."""

from __future__ import annotations

from flask_babel import LazyString

from idp.profile import files, jobs, picture_links, storage, whole
from idp.profile.answers import (
    AbroadAddress,
    Biodata,
    Certification,
    Education,
    Experience,
    HomeAddress,
    Photo,
    Skill,
    Training,
)
from idp.profile.models import Check, ProfileRow, StepRow
from idp.profile.skills import label as skill_label
from idp.profile.titles import TITLES
from idp.profile.views import blueprint
from idp.profile.vocabulary import label
from idp.profile.whole import Profile, completeness, of

__all__ = [
    "TITLES",
    "AbroadAddress",
    "Biodata",
    "Certification",
    "Check",
    "Education",
    "Experience",
    "HomeAddress",
    "Photo",
    "Profile",
    "ProfileRow",
    "Skill",
    "StepRow",
    "Training",
    "blueprint",
    "completeness",
    "jobs",
    "label",
    "of",
    "photo_address",
    "photo_bytes",
    "picture_links",
    "skill_label",
    "steps_done",
]


def steps_done(account_id: str) -> tuple[tuple[LazyString, bool], ...]:
    """Each step's title and whether it is done, in their order: one small statement."""
    return tuple((TITLES[name], done) for name, done in whole.done_by_name(account_id).items())


def photo_address(profile: Profile) -> str | None:
    """Where the owner's browser finds the small photo."""
    return f"/profil/foto/{profile.photo.small.name}.jpg" if profile.photo else None


def photo_bytes(photo: Photo) -> bytes | None:
    """The photo itself, a JPEG of our own making; None where files cannot be reached now."""
    try:
        return storage.read(files.place(), photo.large)
    except (storage.Missing, storage.NotStored):
        return None
