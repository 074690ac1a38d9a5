"""Reading and writing steps: nothing is overwritten that the writer has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import clock
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.profile.answers import Answers, is_complete, to_json
from idp.profile.models import StepRow
from idp.profile.steps import Step

SELF_DECLARED = "self"
DUKCAPIL = "dukcapil"

Draft = Mapping[str, list[str]]


class Conflict(Exception):
    """The step was changed since the page that is being saved was shown."""


def rows(account_id: str) -> dict[str, StepRow]:
    """Every step that somebody has been at, by name: one statement."""
    found = db.session.scalars(select(StepRow).where(StepRow.account_id == account_id))
    return {row.step: row for row in found}


def row(account_id: str, step: Step) -> StepRow | None:
    """One step of one person."""
    found: StepRow | None = db.session.scalar(select_step(account_id, step))
    return found


def complete_steps(account_id: str) -> frozenset[str]:
    """Names of the steps that are done; opens nothing that is sealed."""
    done = select(StepRow.step).where(StepRow.account_id == account_id, StepRow.complete.is_(True))
    return frozenset(db.session.scalars(done))


def save(account_id: str, step: Step, answers: Answers, shown_version: int) -> StepRow:
    """Store the answers of a step, inside a unit of work of its own or a greater one. Its draft is done with.

    Saving what is stored already changes nothing and is no conflict: a button may be pressed twice.
    Raises Conflict."""
    with unit_of_work() as session:
        found: StepRow | None = session.scalar(select_step(account_id, step).with_for_update())
        plain = to_json(answers)
        if found and found.draft_sealed is None and found.plain_answers == plain:
            return found
        kept = _open(session, account_id, step, found, shown_version)
        kept.sources = _sources(kept, plain)
        kept.answers = answers
        kept.complete = is_complete(answers)
        kept.draft = None
        return kept


def save_draft(account_id: str, step: Step, draft: Draft, shown_version: int) -> StepRow:
    """Keep what was typed beside the answers, for the next visit. Raises Conflict."""
    with unit_of_work() as session:
        found: StepRow | None = session.scalar(select_step(account_id, step).with_for_update())
        if found and found.draft == dict(draft):
            return found
        kept = _open(session, account_id, step, found, shown_version)
        kept.draft = dict(draft)
        return kept


def note_source(kept: StepRow, names: tuple[str, ...], source: str) -> None:
    """Write down, inside a unit of work, that somebody else vouches for these answers now."""
    at = clock.now().isoformat()
    kept.sources = kept.sources | {name: [source, at] for name in names}


def select_step(account_id: str, step: Step) -> Any:
    return select(StepRow).where(StepRow.account_id == account_id, StepRow.step == step.name)


def _open(session: Session, account_id: str, step: Step, found: StepRow | None, shown_version: int) -> StepRow:
    """The row to write to, one version further. Raises Conflict."""
    if (found.version if found else 0) != shown_version:
        raise Conflict
    if found is None:
        found = StepRow(id=new_id(), account_id=account_id, step=step.name, version=0, complete=False, sources={}, updated_at=clock.now())
        session.add(found)
    found.version += 1
    found.updated_at = clock.now()
    try:
        session.flush()
    except IntegrityError:
        raise Conflict from None
    return found


def _sources(kept: StepRow, plain: Mapping[str, Any]) -> dict[str, Any]:
    """Of each answer, where it comes from: what has not changed keeps its source."""
    at = clock.now().isoformat()
    before = _by_name(kept.plain_answers or {})
    return {
        name: kept.sources[name] if name in kept.sources and before.get(name) == value else [SELF_DECLARED, at]
        for name, value in _by_name(plain).items()
    }


def _by_name(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by name, entries of a list by their id or key."""
    named = {name: value for name, value in plain.items() if name != "entries"}
    return named | {entry.get("id") or entry["key"]: entry for entry in plain.get("entries", ())}
