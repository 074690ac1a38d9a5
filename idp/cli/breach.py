"""`idp breach scope`: whose which data lay open, from the columns' own word on what is personal (UU 27/2022, article 46)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import Column, Table, func, or_, select

from idp import audit, clock
from idp.database import Model
from idp.extensions import db, unit_of_work
from idp.terminal import JSON, OFFICER, say

MOMENT = click.DateTime(("%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"))
WHOSE = ("account_id", "subject", "holder")
WRITTEN = ("updated_at", "created_at", "asked_at", "at", "opened_at", "made_at", "first_seen_at", "decided_at", "issued_at", "since")
BORN = ("created_at", "asked_at", "at", "opened_at", "made_at", "first_seen_at", "decided_at", "issued_at", "since")
FINGERPRINT_LENGTH = 43


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something lay open. `written_only`: only what was written in that time, as in a leaked log or replica."""

    since: datetime
    until: datetime
    written_only: bool


def _tables() -> dict[str, Table]:
    return {name: table for name, table in Model.metadata.tables.items() if _owner(table) is not None}


class TableName(click.ParamType[Table]):
    """The name of a table that says whose its rows are."""

    name = "table"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Table:
        """The table itself."""
        known = _tables()
        if value not in known:
            self.fail(f"want one of {', '.join(sorted(known))}", param, ctx)
        return known[value]


@click.group("breach")
def breach() -> None:
    """Find out how far a breach of personal data goes."""


@breach.command("scope")
@click.option("--since", type=MOMENT, required=True, help="From when somebody could read (UTC unless it names its zone).")
@click.option("--until", type=MOMENT, help="Until when; now unless said.")
@click.option("--table", "tables", type=TableName(), multiple=True, required=True, help="Which table lay open; may be repeated.")
@click.option("--written-only", is_flag=True, help="Only what was written in that time, such as for a leaked log or replica.")
@OFFICER
@JSON
def scope(*, since: datetime, until: datetime | None, tables: tuple[Table, ...], written_only: bool, officer: str, as_json: bool) -> None:
    """List whose which data were exposed.

    Everybody counts whose row was there at any time of the span, however old it is. Sealed columns are unreadable
    without the master keys, fingerprints without the system key; say in the notice which of them were taken as well.
    People are named by account id; the law wants them told within 3 x 24 hours.
    """
    span = Span(_aware(since), _aware(until) if until else clock.now(), written_only)
    people: dict[str, dict[str, list[str]]] = {}
    for table in tables:
        for account_id, columns in _exposed(table, span):
            people.setdefault(account_id, {}).setdefault(table.name, [])
            people[account_id][table.name] = sorted({*people[account_id][table.name], *columns})
    with unit_of_work():
        audit.record(audit.Event.BREACH_SCOPED, None, officer=officer, tables=[one.name for one in tables], since=span.since.isoformat())
    document = _document(tables, span, people)
    say(document, as_json, "\n".join(_lines(document)))


def _exposed(table: Table, span: Span) -> Iterator[tuple[str, list[str]]]:
    owner, personal = _owner(table), _personal(table)
    assert owner is not None
    wanted = select(owner, *(one.is_not(None).label(one.name) for one in personal)).where(owner.is_not(None))
    if (born := _first(table, BORN)) is not None:
        wanted = wanted.where(born < span.until)
    if span.written_only and (written := [table.c[name] for name in WRITTEN if name in table.c]):
        wanted = wanted.where(or_(*(one >= span.since for one in written)))
    for row in db.session.execute(wanted.execution_options(yield_per=1000)):
        yield row[0], [one.name for one, there in zip(personal, row[1:], strict=True) if there]


def _document(tables: tuple[Table, ...], span: Span, people: dict[str, dict[str, list[str]]]) -> dict[str, Any]:
    columns = {table.name: [{"column": one.name, "kept": _kept(one)} for one in _personal(table)] for table in tables}
    return {
        "since": span.since.isoformat(),
        "until": span.until.isoformat(),
        "tables": [
            {"table": name, "personal_columns": found, "people": sum(name in one for one in people.values())}
            for name, found in columns.items()
        ],
        "erased_since": _erased_since(span),
        "people": [{"account": account_id, "data": data} for account_id, data in sorted(people.items())],
    }


def _lines(document: dict[str, Any]) -> Iterator[str]:
    for one in document["tables"]:
        kept = ", ".join(f"{column['column']} ({column['kept']})" for column in one["personal_columns"]) or "no personal columns"
        yield f"{one['table']}: {one['people']} people; {kept}"
    yield f"{len(document['people'])} people in all; {document['erased_since']} more were erased since then, and their data keys destroyed."
    for person in document["people"]:
        yield f"{person['account']}  " + "; ".join(f"{table}: {', '.join(names) or 'activity'}" for table, names in person["data"].items())


def _erased_since(span: Span) -> int:
    """Whose rows are no more: they were there when the span began."""
    event, at = audit.AuditEvent.event, audit.AuditEvent.at
    wanted = select(func.count()).where(event == audit.Event.ACCOUNT_ERASED, at >= span.since, at < span.until)
    return db.session.scalar(wanted) or 0


def _owner(table: Table) -> Column[Any] | None:
    return table.c["id"] if table.name == "accounts" else _first(table, WHOSE)


def _first(table: Table, names: tuple[str, ...]) -> Column[Any] | None:
    return next((table.c[name] for name in names if name in table.c), None)


def _personal(table: Table) -> list[Column[Any]]:
    return [one for one in table.columns if one.info.get("personal")]


def _kept(column: Column[Any]) -> str:
    if column.name.endswith("_sealed"):
        return "sealed"
    return "fingerprint" if getattr(column.type, "length", None) == FINGERPRINT_LENGTH else "in clear"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
