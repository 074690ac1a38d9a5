"""A petition is asked, waits, and is answered once; its clock runs from the moment that it was asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from idp import accounts, audit, clock, notices, outbox, retention, throttle
from idp.database import new_id
from idp.extensions import db, unit_of_work
from idp.petitions.models import Kind, Petition, State

CLOCK = timedelta(hours=3 * 24)  # UU 27/2022, articles 30 to 33
KEPT = timedelta(days=365)
ASKED = {Kind.CORRECTION: audit.Event.CORRECTION_ASKED, Kind.APPEAL: audit.Event.APPEAL_MADE}
ANSWERED = {Kind.CORRECTION: audit.Event.CORRECTION_ANSWERED, Kind.APPEAL: audit.Event.APPEAL_ANSWERED}


class AlreadyOpen(Exception):
    """The same was asked before and waits for its answer."""


class NoSuchPetition(Exception):
    """There is none, or it was answered."""


def ask(account: accounts.Account, kind: Kind, words: str, about: str = "") -> Petition:
    """Put something to the officers; the person is told until when it is answered. Raises AlreadyOpen, throttle.Throttled."""
    throttle.hit("petitions_per_account", account.id)
    now = clock.now()
    petition = Petition(
        id=new_id(), account_id=account.id, kind=kind, about=about, state=State.OPEN, open_key=f"{account.id}:{kind}:{about}",
        words=words, asked_at=now, due_at=now + CLOCK,
    )  # fmt: skip
    try:
        with unit_of_work() as session:
            session.add(petition)
            session.flush()
            audit.record(ASKED[kind], account.id, petition=petition.id, about=about)
            outbox.put("petition_due", {"petition": petition.id}, delay=CLOCK.total_seconds(), expires_at=now + 2 * CLOCK)
            _tell(account, f"{kind}_asked", due_at=petition.due_at)
    except IntegrityError:
        raise AlreadyOpen from None
    return petition


def answer(petition_id: str, officer: str, words: str, *, granted: bool) -> Petition:
    """An officer's answer, once. Raises NoSuchPetition."""
    with unit_of_work() as session:
        petition = session.get(Petition, petition_id, with_for_update=True, populate_existing=True)
        if petition is None or not petition.is_open:
            raise NoSuchPetition
        late = petition.is_overdue
        petition.state, petition.open_key = (State.GRANTED if granted else State.REFUSED), None
        petition.answer, petition.officer, petition.answered_at = words, officer[:64], clock.now()
        kind = Kind(petition.kind)
        audit.record(ANSWERED[kind], petition.account_id, petition=petition.id, granted=granted, late=late)
        if (account := accounts.find(petition.account_id)) is not None:
            _tell(account, f"{kind}_{petition.state}", answer=words)
        return petition


def find(petition_id: str) -> Petition | None:
    """The petition with this id."""
    return db.session.get(Petition, petition_id)


def of(account_id: str, kind: Kind) -> list[Petition]:
    """What a person asked, the latest first."""
    mine = (Petition.account_id == account_id, Petition.kind == kind)
    return list(db.session.scalars(select(Petition).where(*mine).order_by(Petition.asked_at.desc())))


def appeal_of(account: accounts.Account) -> Petition | None:
    """The latest appeal of a person since the account was suspended."""
    latest = next(iter(of(account.id, Kind.APPEAL)), None)
    return latest if latest is not None and latest.asked_at >= account.updated_at else None


def waiting(kind: Kind, *, everything: bool = False) -> list[Petition]:
    """What waits for officers, the most urgent first; with `everything` what was answered too."""
    wanted = select(Petition).where(Petition.kind == kind).order_by(Petition.due_at)
    return list(db.session.scalars(wanted if everything else wanted.where(Petition.state == State.OPEN)))


@outbox.handler("petition_due")
def note_overdue(payload: dict[str, Any]) -> None:
    """The clock ran out: that is on record, for whoever supervises the officers."""
    with unit_of_work() as session:
        petition = session.get(Petition, payload["petition"], with_for_update=True)
        if petition is not None and petition.is_overdue:
            audit.record(audit.Event.PETITION_OVERDUE, petition.account_id, petition=petition.id, kind=petition.kind)


@accounts.erasure.goes_too
def forget(account_id: str) -> None:
    """An account ends: nobody can be answered any more, and nothing of the words could be read."""
    db.session.execute(delete(Petition).where(Petition.account_id == account_id))


@retention.job("petitions", "a year after their answer")
def clean_up() -> int:
    """Remove what was answered long ago; answers how many."""
    return retention.remove(Petition, Petition.answered_at < clock.now() - KEPT)


def _tell(account: accounts.Account, template: str, **facts: Any) -> None:
    notices.mail(account.email, template, account.locale, account_id=account.id, name=account.name.value, **facts)
    if account.email_verified_at is None and "_asked" not in template:
        notices.sms(account.phone, template, account.locale, account_id=account.id)
