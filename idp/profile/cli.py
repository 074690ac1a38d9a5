"""`idp account photo`: officers look at the photos that the detector doubts, approve them or refuse them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from idp.profile import files, reviews
from idp.profile.models import PhotoReview
from idp.profile.storage import Missing, NotStored

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ACCOUNT = click.argument("account_id", metavar="ACCOUNT")
OFFICER = click.option("--officer", required=True, envvar="IDP_OFFICER", help="Your own name at the office; also IDP_OFFICER.")
DOUBTS = {
    "no_face": "no face was found",
    "faces": "more than one face was found",
    "face_small": "the face is small",
    "blurred": "the face is blurred",
}


@click.group("photo")
def photo() -> None:
    """Look at the photos for which somebody asked a review."""


@photo.command("list")
@JSON
def list_photos(as_json: bool) -> None:
    """List the photos that wait, the longest first."""
    found = [_summary(row) for row in reviews.waiting()]
    lines = (f"{one['account']}  since {one['since']}  {DOUBTS.get(one['doubt'], one['doubt'])}" for one in found)
    _say(found, as_json, "\n".join(lines) or "No photo is waiting.")


@photo.command("show")
@ACCOUNT
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Write the photo to this file.")
@JSON
def show(account_id: str, out: Path, as_json: bool) -> None:
    """Write one waiting photo to a file, readable by you alone."""
    row = reviews.of(account_id)
    if row is None or row.photo is None:
        raise click.ClickException("this account has no photo waiting")
    try:
        content = files.content(account_id, row.photo.large.name)
    except (files.NotThere, Missing, NotStored):
        raise click.ClickException("the photo's file cannot be read") from None
    out.touch(mode=0o600, exist_ok=True)
    out.write_bytes(content)
    _say(_summary(row), as_json, f"Written to {out}: {DOUBTS.get(row.doubt, row.doubt)}.")


@photo.command("approve")
@ACCOUNT
@OFFICER
@JSON
def approve(account_id: str, officer: str, as_json: bool) -> None:
    """Make it the photo of the profile."""
    _decide(reviews.approve, account_id, officer)
    _say({"account": account_id, "state": "approved"}, as_json, "Approved; its owner is told by mail.")


@photo.command("refuse")
@ACCOUNT
@OFFICER
@JSON
def refuse(account_id: str, officer: str, as_json: bool) -> None:
    """Delete it; its owner is told to take another one."""
    _decide(reviews.refuse, account_id, officer)
    _say({"account": account_id, "state": "refused"}, as_json, "Refused and deleted; its owner is told by mail.")


def _decide(deed: Any, account_id: str, officer: str) -> None:
    try:
        deed(account_id, officer)
    except reviews.NothingWaits:
        raise click.ClickException("this account has no photo waiting") from None


def _summary(row: PhotoReview) -> dict[str, str]:
    return {"account": row.id, "state": row.state, "doubt": row.doubt, "since": row.changed_at.isoformat(timespec="seconds")}


def _say(document: Any, as_json: bool, text: str) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else text)
