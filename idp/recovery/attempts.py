"""Attempts: the server's memory of how far one browser has got. Nothing that a form carries can move it.

opened (voids the browser's earlier one) -> moved on, one step at a time, each by one winner -> done or void"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from idp import accounts, clock, retention, sealed
from idp.extensions import db, unit_of_work
from idp.recovery.models import ATTEMPT_LIFE, Attempt, Case, Step

PROVEN_STEPS = (Step.FACTOR, Step.PASSWORD)


class NotAtThisStep(Exception):
    """The browser has no attempt, or it is at another step."""


@dataclass(frozen=True, slots=True)
class Asking:
    """From where somebody asks: the hash of the browser's cookie, what limits count it by, and the language.

    `next_browser` is the hash of the secret that this answer hands out: whoever planted or read the old one stays behind."""

    browser: str | None
    next_browser: str
    address: str
    locale: str


def open_attempt(asking: Asking, step: Step, **asked: Any) -> Attempt:
    """Begin anew in this browser, inside a unit of work: whatever it was at before is void."""
    now = clock.now()
    _void(Attempt.browser == asking.browser)
    attempt = Attempt(
        browser=asking.next_browser, step=step, locale=asking.locale, asked={"address": asking.address, **asked},
        next_send_at=now, created_at=now, expires_at=now + ATTEMPT_LIFE,
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    return attempt


def here(asking: Asking) -> Attempt | None:
    """What this browser is at, in whatever state that is."""
    return db.session.scalar(select(Attempt).where(Attempt.browser == asking.browser))


def at(asking: Asking, *steps: Step) -> Attempt:
    """The attempt of this browser if it stands at one of these steps and may still go on. Raises NotAtThisStep."""
    return _checked(here(asking), steps)


def locked(session: Session, attempt_id: str, *steps: Step) -> Attempt:
    """The attempt for writing, inside a unit of work, if it still is at one of these steps. Raises NotAtThisStep."""
    return _checked(session.get(Attempt, attempt_id, with_for_update=True, populate_existing=True), steps)


def goes_on(attempt: Attempt) -> bool:
    """Whether there is a next step at all. Before anything is proven the account is not looked at: that would take
    longer where there is one."""
    return attempt.is_alive and (attempt.step not in PROVEN_STEPS or holds(attempt))


def holds(attempt: Attempt) -> bool:
    """Whether the account may still act and has the password that it had when the attempt was answered, and the case,
    if it is about one, can still be finished."""
    case = db.session.get(Case, attempt.case_id) if attempt.case_id else None
    if case is not None and not case.can_be_finished:
        return False
    account = accounts.find(attempt.account_id) if attempt.account_id else None
    return account is not None and accounts.may_act(account) and attempt.password_mark == mark(account)


def mark(account: accounts.Account) -> str:
    """A stand-in for a password: another one as soon as the password is another one."""
    return sealed.fingerprint("password mark", account.password_hash)


def void_all(account_id: str, *, but: str) -> None:
    """Whatever else is under way for an account is void, in whatever browser; inside a unit of work."""
    _void(Attempt.account_id == account_id, Attempt.id != but)


def void_case(case_id: str) -> None:
    """Whatever is under way to finish a case is void, inside a unit of work."""
    _void(Attempt.case_id == case_id)


def take_link(link_hash: str, *conditions: Any) -> Attempt | None:
    """Spend a mailed link, inside a unit of work: of many at once one gets the attempt."""
    fresh = (Attempt.link_hash == link_hash, Attempt.step.in_((Step.LINK, Step.CODE)), Attempt.expires_at > clock.now())
    wanted = select(Attempt).where(*fresh, *conditions).with_for_update()
    attempt = db.session.scalar(wanted)
    if attempt is not None:
        attempt.link_hash = attempt.code_hash = None
    return attempt


@retention.job("recovery_attempts", "a day after they had expired")
def clean_up() -> int:
    """Remove attempts that ended a day ago; answers how many."""
    with unit_of_work() as session:
        found = list(session.scalars(select(Attempt).where(Attempt.expires_at < clock.now() - 48 * ATTEMPT_LIFE)))
        for attempt in found:
            session.delete(attempt)
    return len(found)


def _void(*conditions: Any) -> None:
    values: dict[str, Any] = {"step": Step.VOID, "asked_sealed": None, "link_hash": None, "code_hash": None}
    unfinished = Attempt.step.not_in((Step.DONE, Step.VOID))
    db.session.execute(update(Attempt).where(unfinished, *conditions).values(**values).execution_options(synchronize_session=False))


def _checked(attempt: Attempt | None, steps: tuple[Step, ...]) -> Attempt:
    if attempt is None or attempt.step not in steps or not goes_on(attempt):
        raise NotAtThisStep
    return attempt
