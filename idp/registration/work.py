"""What the worker does for registration: ask a registry that was down, and tell owners that somebody tried."""

from __future__ import annotations

import random
from typing import Any, cast

from flask import current_app
from sqlalchemy import delete, select

from idp import accounts, clock, notices, outbox, retention, sms_budget, throttle
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, Nik, PhoneNumber
from idp.registration import flow
from idp.registration.models import KEPT, Application
from idp.registration.registry import Registry

# Spread, so that what has queued up in an hour does not come all at once; well within five minutes of the return.
SHORTEST_DELAY_SECONDS = 20
LONGEST_DELAY_SECONDS = 50


def registry() -> Registry:
    """The registry of this application."""
    return cast(Registry, current_app.extensions["registry"])


@outbox.handler("registry_check")
def ask_again(payload: dict[str, Any]) -> None:
    """Ask for an application that is waiting; later again while the registry is down."""
    if flow.answer_late(payload["application"], payload["revision"], registry=registry()):
        raise outbox.Retry(random.uniform(SHORTEST_DELAY_SECONDS, LONGEST_DELAY_SECONDS))


@outbox.handler("registration_attempt")
def tell_owner_of_nik(payload: dict[str, Any]) -> None:
    """Tell the owner of a NIK, by phone and mail, that somebody registers with it.

    Every recognised applicant leads here; only here it shows whether there is an owner."""
    owner = accounts.find_active_by_nik(Nik(payload["nik"]))
    if owner is None or not _may_be_told(owner, payload["at"]):
        return
    with unit_of_work():
        if _may_have_sms(owner):
            notices.sms(owner.phone, "registration_attempt", owner.locale, account_id=owner.id)
        notices.mail(owner.email, "registration_attempt", owner.locale, account_id=owner.id, name=owner.name.value)


@outbox.handler("contact_attempt")
def tell_owner_of_contact(payload: dict[str, Any]) -> None:
    """Tell the owner of an e-mail address or a phone that somebody registers with it."""
    contact = payload["contact"]
    by_mail = payload["what"] == "email"
    owner = accounts.owner_of_email(EmailAddress(contact)) if by_mail else accounts.owner_of_phone(PhoneNumber(contact))
    if owner is None or not _may_be_told(owner, payload["at"]):
        return
    with unit_of_work():
        notices.mail(owner.email, "contact_attempt", owner.locale, account_id=owner.id, name=owner.name.value)


@retention.job("registrations", "7 days after the last step; the pending account another 7")
def clean_up() -> int:
    """Remove what has expired: registrations nobody came back to, and the pending accounts they opened."""
    with unit_of_work() as session:
        session.execute(delete(Application).where(Application.expires_at <= clock.now()))
    old = select(accounts.Account.id).where(
        accounts.Account.state == accounts.State.PENDING, accounts.Account.updated_at <= clock.now() - 2 * KEPT
    )
    forgotten = list(db.session.scalars(old))
    for account_id in forgotten:
        accounts.discard_pending(account_id)
    return len(forgotten)


def _may_be_told(owner: accounts.Account, attempted_at: float) -> bool:
    if not accounts.may_act(owner) or owner.activated_at is None or owner.activated_at.timestamp() >= attempted_at:
        return False  # it was the owner's own registration
    try:
        throttle.hit("owner_told_of_attempt", owner.id)
    except throttle.Throttled:
        return False
    return True


def _may_have_sms(owner: accounts.Account) -> bool:
    try:
        sms_budget.allow(owner.phone, address=f"owner {owner.id}", registration=None, proofed=True)
    except (throttle.Throttled, sms_budget.NotReachable):
        return False
    return True
