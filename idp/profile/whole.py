"""The profile as others read it: a value made of all steps, in two statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.extensions import db
from idp.profile import records, steps
from idp.profile.answers import (
    AbroadAddress,
    Answers,
    Biodata,
    CertificationHistory,
    EducationHistory,
    ExperienceHistory,
    HomeAddress,
    Photo,
    Skill,
    Skills,
    TrainingHistory,
)
from idp.profile.models import Check, ProfileRow
from idp.profile.steps import STEPS


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person told of themselves. A step that was never saved is None.

    `sources` says of each answer (a name, or an entry's id or key, under its step) who vouches for it and since when."""

    photo: Photo | None
    biodata: Biodata | None
    education: EducationHistory | None
    experience: ExperienceHistory | None
    training: TrainingHistory | None
    certification: CertificationHistory | None
    skills: tuple[Skill, ...]
    steps_done: frozenset[str]
    check: Check
    checked_at: datetime | None
    mismatched: tuple[str, ...]
    reason: str | None
    updated_at: datetime | None
    sources: Mapping[str, Mapping[str, Any]]

    @property
    def completeness(self) -> int:
        """Per cent of the steps that are done."""
        return steps.percentage(len(self.steps_done))

    @property
    def domicile(self) -> HomeAddress | AbroadAddress | None:
        """Where the person lives."""
        return self.biodata.domicile if self.biodata else None


def of(account_id: str) -> Profile:
    """The whole profile of an account; an empty one for whoever has not begun."""
    rows = records.rows(account_id)
    answers: dict[str, Any] = {name: row.answers for name, row in rows.items()}
    row = db.session.get(ProfileRow, account_id)
    return Profile(
        photo=answers.get("foto"),
        biodata=answers.get("biodata"),
        education=answers.get("pendidikan"),
        experience=answers.get("pengalaman"),
        training=answers.get("pelatihan"),
        certification=answers.get("sertifikasi"),
        skills=_skills(answers.get("keahlian")),
        steps_done=frozenset(name for name, row in rows.items() if row.complete),
        check=Check(row.check) if row else Check.NONE,
        checked_at=row.checked_at if row else None,
        mismatched=tuple(row.mismatched) if row else (),
        reason=row.reason if row else None,
        updated_at=max((row.updated_at for row in rows.values()), default=None),
        sources={name: row.sources for name, row in rows.items()},
    )


def completeness(account_id: str) -> int:
    """Per cent of the steps that are done: one small statement, nothing is opened."""
    return steps.percentage(len(records.complete_steps(account_id)))


def done_by_name(account_id: str) -> dict[str, bool]:
    """Each step in its order and whether it is done: one small statement."""
    done = records.complete_steps(account_id)
    return {step.name: step.name in done for step in STEPS}


def _skills(answers: Answers | None) -> tuple[Skill, ...]:
    return answers.entries if isinstance(answers, Skills) else ()
