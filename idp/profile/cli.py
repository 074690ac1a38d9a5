"""`idp account photo`: officers look at the photos that the detector doubts, approve them or refuse them."""

from __future__ import annotations

from pathlib import Path

import click

from idp.profile import files, reviews
from idp.profile.models import PhotoReview
from idp.profile.storage import Missing, NotStored
from idp.terminal import JSON, NAMED_OFFICER, refusing, say

ACCOUNT = click.argument("account_id", metavar="ACCOUNT")
NOTHING_WAITS = refusing({reviews.NothingWaits: "this account has no photo waiting"})
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
    say(found, as_json, "\n".join(lines) or "No photo is waiting.")


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
    say(_summary(row), as_json, f"Written to {out}: {DOUBTS.get(row.doubt, row.doubt)}.")


@photo.command("approve")
@ACCOUNT
@NAMED_OFFICER
@JSON
@NOTHING_WAITS
def approve(account_id: str, officer: str, as_json: bool) -> None:
    """Make it the photo of the profile."""
    reviews.approve(account_id, officer)
    say({"account": account_id, "state": "approved"}, as_json, "Approved; its owner is told by mail.")


@photo.command("refuse")
@ACCOUNT
@NAMED_OFFICER
@JSON
@NOTHING_WAITS
def refuse(account_id: str, officer: str, as_json: bool) -> None:
    """Delete it; its owner is told to take another one."""
    reviews.refuse(account_id, officer)
    say({"account": account_id, "state": "refused"}, as_json, "Refused and deleted; its owner is told by mail.")


def _summary(row: PhotoReview) -> dict[str, str]:
    return {"account": row.id, "state": row.state, "doubt": row.doubt, "since": row.changed_at.isoformat(timespec="seconds")}
