"""A profile handed over whole, step by step, as `idp seed` does it: the same values and rules as the pages', no pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from idp import accounts, clock, uploads
from idp.extensions import unit_of_work
from idp.profile import files, flow, records, skills, steps
from idp.profile.answers import Answers, Photo, Skills, from_json
from idp.profile.models import Check, ProfileRow
from idp.profile.steps import Step
from idp.uploads.made import JPEG


class Unfit(ValueError):
    """A step that there is not, or answers that no page would have produced; says which step."""


def fill(account_id: str, given: Mapping[str, Any]) -> None:
    """Store answers by step name, as their JSON, skills as plain names; inside a unit of work. Raises Unfit and records.Conflict."""
    for name, plain in given.items():
        step = steps.find(name)
        if step is None:
            raise Unfit(f"there is no step {name!r}")
        records.save(account_id, step, _answers(step, plain), 0)


def _answers(step: Step, plain: Any) -> Answers:
    if step.answers is Skills and isinstance(plain, list):
        return Skills(skills.once_each([skills.recognise(str(name)) for name in plain]))
    try:
        return from_json(step.answers, plain)
    except ValidationError as fault:
        first = fault.errors()[0]
        raise Unfit(f"{step.name}.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def fill_photo(account_id: str, picture: bytes) -> None:
    """Store a photo, re-encoded as an uploaded one is. Raises uploads.Refused."""
    made = uploads.portrait(picture)
    large, small = (files.take_in(account_id, size, media_type=JPEG, title="foto.jpg") for size in (made.large, made.small))
    flow.save(account_id, steps.STEPS[0], Photo(large, small), 0)


def confirm(account_id: str) -> None:
    """Count the profile as confirmed by the civil registry, where there is a made-up one only."""
    with unit_of_work() as session:
        now = clock.now()
        session.add(
            ProfileRow(
                account_id=account_id, check=Check.VERIFIED, submission=1, submitted_at=now, checked_at=now, mismatched=[], scores={}
            )
        )
        accounts.set_identity_verified(account_id, now)
