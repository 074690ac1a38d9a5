"""`idp audit`: read the trail, search it, and verify that nobody changed it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import select

from idp import audit_chain
from idp.audit import AuditEvent, Event
from idp.extensions import db
from idp.terminal import JSON, say

FOLLOW_SECONDS = 1.0
MOMENT = click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"))


@click.group("audit")
def trail() -> None:
    """Read the audit trail, search it, verify it."""


@trail.command("tail")
@click.option("-n", "--lines", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many events.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new events as they come; ends with Ctrl-C.")
@JSON
def tail(lines: int, follow: bool, as_json: bool) -> None:
    """Print the newest events, oldest first."""
    if follow and as_json:
        raise click.UsageError("--json prints one document; it cannot go with --follow")
    rows = list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(lines)))[::-1]
    _print(rows, as_json)
    while follow:
        time.sleep(FOLLOW_SECONDS)
        db.session.rollback()
        newest = rows[-1].id if rows else ""
        fresh = list(db.session.scalars(select(AuditEvent).where(AuditEvent.id > newest).order_by(AuditEvent.id)))
        rows = fresh or rows
        if fresh:
            _print(fresh, as_json=False)


@trail.command("search")
@click.option("--event", "events", multiple=True, type=click.Choice([one.value for one in Event]), help="Only these events.")
@click.option("--subject", help="Only this account id or client id.")
@click.option("--since", type=MOMENT, help="Not before this moment (UTC unless it names its zone).")
@click.option("--until", type=MOMENT, help="Before this moment.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=200, show_default=True, help="How many events at most, the newest.")
@JSON
def search(
    *, events: tuple[str, ...], subject: str | None, since: datetime | None, until: datetime | None, limit: int, as_json: bool
) -> None:
    """Print the events that fit, oldest first."""
    wanted = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(limit)
    if events:
        wanted = wanted.where(AuditEvent.event.in_(events))
    if subject:
        wanted = wanted.where(AuditEvent.subject == subject)
    if since:
        wanted = wanted.where(AuditEvent.at >= _aware(since))
    if until:
        wanted = wanted.where(AuditEvent.at < _aware(until))
    _print(list(db.session.scalars(wanted))[::-1], as_json)


@trail.command("verify")
@click.option("--expect", metavar="SEQUENCE:LINK", help="A place and link noted elsewhere, such as a checkpoint in the log.")
@JSON
def verify(expect: str | None, as_json: bool) -> None:
    """Go through the whole trail: find changed, missing and inserted rows. Exit status 1 when there are any."""
    audit_chain.catch_up()
    found = audit_chain.verify(_noted(expect) if expect else None)
    document = {
        "ok": not found.findings,
        "rows": found.rows,
        "waiting": found.waiting,
        "checkpoints": found.checkpoints,
        "end": found.end,
        "public_key": audit_chain.public_key(),
        "findings": [{"kind": one.kind, "sequence": one.sequence, "event": one.event_id} for one in found.findings],
    }
    lines = [f"{one.kind}: place {one.sequence or '-'} {one.event_id or ''}".rstrip() for one in found.findings]
    good = f"The trail is whole: {found.rows} event(s), {found.checkpoints} checkpoint(s), end {found.end or '-'}."
    say(document, as_json, "\n".join(lines) or good)
    if found.findings:
        raise SystemExit(1)


def _noted(text: str) -> tuple[int, str]:
    sequence, _, link = text.partition(":")
    if not sequence.isdecimal() or not link:
        raise click.BadParameter("want SEQUENCE:LINK", param_hint="--expect")
    return int(sequence), link


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(rows: Sequence[AuditEvent], as_json: bool) -> None:
    documents: list[dict[str, Any]] = [
        {"id": row.id, "at": row.at.astimezone(UTC).isoformat(), "event": row.event, "subject": row.subject, "facts": row.facts}
        for row in rows
    ]
    lines = (
        f"{one['at'][:19]}Z  {one['event']:<28}  {one['subject'] or '-':<32}  {json.dumps(one['facts'], ensure_ascii=False)}"
        for one in documents
    )
    if as_json or documents:
        say(documents, as_json, "\n".join(lines))
