"""Photos that the detector doubts: their owner may ask for a review instead of being locked out, and an officer decides.

offered -> WAITING (the owner asked) -> approved (it is the photo of the profile) | REFUSED (its files are gone)"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from idp import accounts, audit, clock, notices
from idp.accounts import Account
from idp.extensions import db, unit_of_work
from idp.profile import files, flow, records
from idp.profile.answers import Photo, file_names
from idp.profile.models import PhotoReview, Review
from idp.profile.steps import STEPS


class NothingWaits(LookupError):
    """This account has no photo that could be asked for or decided on."""


def of(account_id: str) -> PhotoReview | None:
    """The doubted photo of an account."""
    return db.session.get(PhotoReview, account_id)


def offer(account_id: str, photo: Photo, doubt: str) -> None:
    """Keep a doubted photo for a day, in place of the one before, for its owner to ask for a review."""
    with unit_of_work() as session:
        row = _open(account_id)
        files.let_go(account_id, file_names(row.photo))
        row.state, row.doubt, row.changed_at, row.photo = Review.OFFERED, doubt, clock.now(), photo
        session.add(row)


def ask(account_id: str) -> None:
    """The owner wants somebody to look at it. Raises NothingWaits."""
    with unit_of_work():
        row = db.session.get(PhotoReview, account_id, with_for_update=True)
        if row is None or row.photo is None:
            raise NothingWaits
        try:
            files.attach(account_id, file_names(row.photo))
        except files.NotThere:  # offered more than a day ago
            raise NothingWaits from None
        row.state, row.changed_at = Review.WAITING, clock.now()
        audit.record(audit.Event.PHOTO_REVIEW_ASKED, account_id, doubt=row.doubt)


def drop(account_id: str) -> None:
    """A photo without a doubt was stored: nobody need look at the other one any more."""
    with unit_of_work() as session:
        row = session.get(PhotoReview, account_id, with_for_update=True)
        if row is not None:
            files.let_go(account_id, file_names(row.photo))
            session.delete(row)


@accounts.erasure.goes_too
def forget(account_id: str) -> None:
    """An account ends, and its photo is nobody's to judge any more; the worker deletes the files."""
    drop(account_id)


def waiting() -> Sequence[PhotoReview]:
    """What waits for an officer, the longest first."""
    return db.session.scalars(select(PhotoReview).where(PhotoReview.state == Review.WAITING).order_by(PhotoReview.changed_at)).all()


def approve(account_id: str, officer: str) -> None:
    """It is a photo of a face after all: it becomes the profile's. Raises NothingWaits."""
    with unit_of_work() as session:
        row, account = _waiting_row(account_id)
        photo = row.photo
        assert photo is not None
        step = records.row(account_id, STEPS[0])
        flow.save(account_id, STEPS[0], photo, step.version if step else 0)
        session.delete(row)
        audit.record(audit.Event.PHOTO_REVIEW_APPROVED, account_id, officer=officer)
        notices.mail(account.email, "photo_approved", account.locale, account_id=account_id, name=account.name.value)


def refuse(account_id: str, officer: str) -> None:
    """It is not: the files go, the owner is told what to do. Raises NothingWaits."""
    with unit_of_work():
        row, account = _waiting_row(account_id)
        files.let_go(account_id, file_names(row.photo))
        row.state, row.changed_at, row.photo = Review.REFUSED, clock.now(), None
        audit.record(audit.Event.PHOTO_REVIEW_REFUSED, account_id, officer=officer)
        notices.mail(account.email, "photo_refused", account.locale, account_id=account_id, name=account.name.value)


def _waiting_row(account_id: str) -> tuple[PhotoReview, Account]:
    row, account = db.session.get(PhotoReview, account_id, with_for_update=True), accounts.find(account_id)
    if row is None or row.state != Review.WAITING or row.photo is None or account is None:
        raise NothingWaits
    return row, account


def _open(account_id: str) -> PhotoReview:
    row = db.session.get(PhotoReview, account_id, with_for_update=True)
    return row or PhotoReview(id=account_id, state=Review.OFFERED, doubt="", changed_at=clock.now())
