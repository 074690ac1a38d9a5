"""Step 1: recognised by the civil registry, kept until it answers, or refused. Steps 2 and 3 are in `activation`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from idp import accounts, audit, clock, outbox, throttle
from idp.extensions import db, unit_of_work
from idp.gateways.dukcapil import Outcome, Verdict
from idp.identity import Nik, PersonName
from idp.registration.models import KEPT, REFUSED_KEPT, Application, Step
from idp.registration.registry import Registry

FIRST_DELAY_SECONDS = 10
OUTCOME_STEPS = {Outcome.MATCH: Step.MATCHED, Outcome.NO_MATCH: Step.REFUSED, Outcome.UNAVAILABLE: Step.WAITING}


class NotRecognised(Exception):
    """The registry does not know this person so. It is never said which part was wrong."""


class NoSuchStep(Exception):
    """The registration is not at this step (any more), or there is none in this browser."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who somebody says to be."""

    nik: Nik
    name: PersonName
    mother_name: PersonName

    def answers(self) -> dict[str, str]:
        """As it is kept until the account is active."""
        return {"nik": self.nik.value, "name": self.name.value, "mother_name": self.mother_name.value}


@dataclass(frozen=True, slots=True)
class Asking:
    """From where somebody registers: this browser (hash of its cookie), what limits count it by, language, way back."""

    device_hash: str
    address: str
    locale: str
    next_path: str = "/"


def find(device_hash: str | None) -> Application | None:
    """The unfinished registration of a browser, if it has not expired."""
    if device_hash is None:
        return None
    found = db.session.scalar(select(Application).where(Application.device_hash == device_hash))
    return found if found is not None and found.expires_at > clock.now() else None


def apply(applicant: Applicant, asking: Asking, *, registry: Registry) -> Application:
    """Step 1: put a person's data to the registry, unless this browser did so within a day.

    Whether the NIK has an account already makes no difference here, not even in time: it is looked up by the worker
    alone, which tells the owner. Raises NotRecognised, throttle.Throttled."""
    kept = find(asking.device_hash)
    same = kept is not None and {name: kept.answers.get(name) for name in applicant.answers()} == applicant.answers()
    if kept is not None and same and (kept.step == Step.WAITING or (kept.is_matched and kept.step != Step.TAKEN)):
        return kept
    with unit_of_work() as session:
        application = _begin(session, asking)
        application.remember(**applicant.answers(), next=asking.next_path)
        if not same:
            _start_over(application)
    return _check(application, asking, registry)


def check_again(asking: Asking, *, registry: Registry) -> Application:
    """Put what was typed to the registry once more: it was silent, or its answer is older than a day.

    Raises NoSuchStep, NotRecognised, throttle.Throttled."""
    application = find(asking.device_hash)
    if application is None or application.step not in (Step.WAITING, Step.MATCHED):
        raise NoSuchStep
    return application if application.is_matched else _check(application, asking, registry)


def _check(application: Application, asking: Asking, registry: Registry) -> Application:
    limits = _limits(application.nik, asking)
    for name, key in limits:
        throttle.check(name, key)
    for name, key in limits:
        throttle.hit(name, key)
    verdict = registry.ask_for_page(application.elements())
    if verdict.outcome is Outcome.UNAVAILABLE:
        for name, key in limits:
            throttle.give_back(name, key)
    application = _settle(application.id, application.revision, verdict) or application
    if application.step == Step.REFUSED:
        raise NotRecognised
    return application


def _limits(nik: Nik, asking: Asking) -> tuple[tuple[str, str], ...]:
    return (
        ("dukcapil_per_device", asking.device_hash),
        ("dukcapil_per_address", asking.address),
        ("dukcapil_per_nik", nik.value),
    )


def answer_late(application_id: str, revision: int, *, registry: Registry) -> bool:
    """For the worker: ask for a registration that is waiting; answers whether it still is."""
    application = db.session.get(Application, application_id)
    if application is None or application.step != Step.WAITING or application.revision != revision:
        return False
    if application.expires_at <= clock.now():
        return False
    verdict = registry.ask_for_worker(application.elements())
    if verdict.outcome is Outcome.UNAVAILABLE:
        return True
    with suppress(throttle.Throttled):  # it was accepted when it was asked for: it counts, but it is not refused now
        throttle.hit("dukcapil_per_nik", application.nik.value)
    _settle(application_id, revision, verdict)
    return False


def _settle(application_id: str, revision: int, verdict: Verdict) -> Application | None:
    """Write a verdict down once: whoever comes second, page or worker, finds another revision and leaves it."""
    with unit_of_work() as session:
        application = session.get(Application, application_id, with_for_update=True)
        if application is None or application.revision != revision:
            return application
        still_waiting = application.step == Step.WAITING and verdict.outcome is Outcome.UNAVAILABLE
        application.step = OUTCOME_STEPS[verdict.outcome]
        application.reason = verdict.reason
        application.matched_at = clock.now() if verdict.outcome is Outcome.MATCH else None
        if verdict.outcome is not Outcome.UNAVAILABLE:
            application.revision += 1
            facts = {"outcome": verdict.outcome.value, "reason": verdict.reason, "scores": dict(verdict.scores)}
            audit.record(audit.Event.REGISTRATION_CHECKED, application_id, review=verdict.for_review, **facts)
        elif not still_waiting:
            waiting_for = {"application": application_id, "revision": revision}
            outbox.put("registry_check", waiting_for, expires_at=application.expires_at, delay=FIRST_DELAY_SECONDS)
        if verdict.outcome is Outcome.NO_MATCH:
            application.expires_at = clock.now() + REFUSED_KEPT  # long enough to mend a slip of the finger
        if verdict.outcome is Outcome.MATCH:
            outbox.put("registration_attempt", {"nik": application.nik.value, "at": clock.seconds()})
        return application


def adopt(account_id: str, asking: Asking, *, shared_device: bool) -> Application:
    """Go on with a pending account in a browser in which its password was proven just now. Raises NoSuchStep."""
    with unit_of_work() as session:
        account = session.get(accounts.Account, account_id)
        if account is None or account.state != accounts.State.PENDING:
            raise NoSuchStep
        application = session.scalar(select(Application).where(Application.account_id == account_id).with_for_update())
        if application is None:
            application = _begin(session, asking)
            application.account_id, application.matched_at = account_id, account.registry_matched_at
            application.terms_version, application.terms_accepted_at = account.terms_version, account.terms_accepted_at
        application.device_hash, application.step = asking.device_hash, Step.CODE
        known = {"nik": account.nik.value, "name": account.name.value, "email": account.email.value, "phone": account.phone.e164}
        application.remember(**known, next=asking.next_path, shared="yes" if shared_device else "")
        return application


def abandon(asking: Asking) -> None:
    """Forget the unfinished registration of this browser, and the account that it opened."""
    with unit_of_work() as session:
        if application := find(asking.device_hash):
            if application.account_id:
                accounts.discard_pending(application.account_id)
            session.delete(application)


def _begin(session: Session, asking: Asking) -> Application:
    application = session.scalar(select(Application).where(Application.device_hash == asking.device_hash).with_for_update())
    if application is not None and application.expires_at > clock.now():
        return application
    if application is not None:
        session.delete(application)
        session.flush()
    now = clock.now()
    application = Application(
        device_hash=asking.device_hash, step=Step.DRAFT, revision=0, locale=asking.locale, terms_version=accounts.TERMS_VERSION,
        terms_accepted_at=now, created_at=now, updated_at=now, expires_at=now + KEPT, answers={},
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(application)
    except IntegrityError:  # the same browser sent its form twice at once
        return session.scalars(select(Application).where(Application.device_hash == asking.device_hash).with_for_update()).one()
    return application


def _start_over(application: Application) -> None:
    """Other data than before: what was found out about the earlier ones no longer counts."""
    application.step, application.reason, application.collision, application.matched_at = Step.DRAFT, None, None, None
    application.revision += 1
    application.terms_version, application.terms_accepted_at = accounts.TERMS_VERSION, clock.now()
    if application.account_id:
        accounts.discard_pending(application.account_id)
        application.account_id = None
