"""Changing e-mail address and phone: the new contact is proven before the old one goes; the old one is told and can undo it.

ask (fresh proof) -> link or code to the new contact -> done; a week in which the link at the old contact undoes it
A link proves an address for the account that asked and for the browser's sign-in of that account, for nobody else."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from idp import accounts, audit, clock, notices, otp, retention, sealed, sessions, throttle
from idp.accounts import reach
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.selfservice import telling
from idp.selfservice.models import UNDO_LIFE, ContactChange, State

LINK_LIFE = timedelta(hours=24)
CODE_LIFE = timedelta(hours=1)
KEPT = timedelta(days=30)
EVENTS = {"email": audit.Event.EMAIL_CHANGED, "phone": audit.Event.PHONE_CHANGED}


class NotALink(Exception):
    """The link is none, was used, is too old, or is another person's."""


class NothingAsked(Exception):
    """No change waits for its code (any more)."""


def open_change(account_id: str, kind: str) -> ContactChange | None:
    """The change that waits for its proof."""
    mine = (ContactChange.account_id == account_id, ContactChange.kind == kind, ContactChange.state == State.ASKED)
    row = db.session.scalar(select(ContactChange).where(*mine).order_by(ContactChange.asked_at.desc()).limit(1))
    return row if row is not None and row.is_open else None


def ask_email(account: accounts.Account, email: EmailAddress) -> None:
    """Send a link to an address: the one that is to be, or the present one to prove it. Raises throttle.Throttled."""
    throttle.hit("email_links_per_account", account.id)
    token = secrets.token_urlsafe(32)
    with unit_of_work():
        row = _ask(account, "email", email.value, account.email.value, LINK_LIFE)
        row.proof_hash = _hash("contact proof", token)
        facts = {"name": account.name.value, "token": token}
        notices.mail(email, "email_proof", account.locale, account_id=account.id, expires_at=row.expires_at, **facts)


def behind_link(token: str, account_id: str) -> ContactChange:
    """What a link would change for the person who is signed in. Raises NotALink."""
    row = db.session.scalar(select(ContactChange).where(ContactChange.proof_hash == _hash("contact proof", token)))
    if row is None or row.account_id != account_id or not row.is_open:
        raise NotALink
    return row


def prove_email(token: str, account_id: str) -> accounts.Account:
    """Spend a link: of many at once one wins. Raises NotALink, accounts.AlreadyTaken, accounts.NotThere."""
    with unit_of_work():
        row = behind_link(token, account_id)
        account = accounts.find(account_id)
        # Asked for while the account had another address: what was decided then does not hold now.
        if account is None or account.email.value != row.old_text or not _spend(row, State.ASKED, State.DONE):
            raise NotALink
        if row.new_text == row.old_text:
            accounts.own_contacts.email_proven(account_id)
            audit.record(audit.Event.EMAIL_CONFIRMED, account_id)
            return account
        return _carry_out(row)


def ask_phone(account: accounts.Account, phone: PhoneNumber, *, browser: str, address: str) -> None:
    """Send a code to the phone that is to be, or to the present one to prove it again.

    Raises otp.TooSoon, throttle.Throttled, sms_budget.NotReachable."""
    errand = _errand(account.id, phone, browser)
    issued = otp.issue(errand, address=address, proofed=True)
    with unit_of_work():
        before = open_change(account.id, "phone")
        if before is None or before.new_text != phone.e164:
            _ask(account, "phone", phone.e164, account.phone.e164, CODE_LIFE)
        expiry = issued.expires_at
        notices.sms(phone, "phone_change_code", account.locale, account_id=account.id, expires_at=expiry, code=issued.code)
        audit.record(audit.Event.CODE_SENT, account.id, purpose=errand.purpose.value)


def asked_phone(account_id: str, browser: str) -> tuple[ContactChange, otp.Pending]:
    """The phone that waits for its code, and how the code stands. Raises NothingAsked."""
    row = open_change(account_id, "phone")
    if row is None:
        raise NothingAsked
    return row, otp.pending(_errand(account_id, cast(PhoneNumber, row.new), browser))


def prove_phone(account_id: str, raw_code: str, *, browser: str) -> accounts.Account:
    """Enter the code of the new phone. Raises NothingAsked, otp.Refused, accounts.AlreadyTaken, accounts.NotThere."""
    row, _ = asked_phone(account_id, browser)
    otp.verify(_errand(account_id, cast(PhoneNumber, row.new), browser), raw_code)
    with unit_of_work():
        if not _spend(row, State.ASKED, State.DONE):
            raise NothingAsked
        account = accounts.find(account_id)
        if account is not None and row.new_text == account.phone.e164:
            reach.phone_came_back(account_id)
            audit.record(audit.Event.PHONE_CONFIRMED, account_id)
            return account
        return _carry_out(row)


def behind_undo_link(token: str) -> ContactChange:
    """What an undo link would undo. Raises NotALink."""
    row = db.session.scalar(select(ContactChange).where(ContactChange.undo_hash == _hash("contact undo", token)))
    if row is None or not row.can_be_undone:
        raise NotALink
    return row


def undo(token: str) -> accounts.Account:
    """Give the account its old contact back, and end every sign-in: of many at once one wins.

    Later changes of the same kind are over too: they were the same thief's. Raises NotALink, accounts.AlreadyTaken."""
    with unit_of_work() as session:
        row = behind_undo_link(token)
        if not _spend(row, State.DONE, State.UNDONE):
            raise NotALink
        same = (ContactChange.account_id == row.account_id, ContactChange.kind == row.kind, ContactChange.asked_at >= row.asked_at)
        session.execute(_quietly(update(ContactChange).where(*same).values(state=State.UNDONE, proof_hash=None, undo_hash=None)))
        account = _bind(row.account_id, row.old)
        sessions.end_everywhere(account.id, "contact_change_undone")
        audit.record(audit.Event.CONTACT_CHANGE_UNDONE, account.id, kind=row.kind)
        telling.tell(account, "contact_change_undone")
        return account


@retention.job("contact_changes", "30 days after they could be undone no more")
def clean_up() -> int:
    """Remove old contacts that nothing leads back to; answers how many."""
    return retention.remove(ContactChange, ContactChange.expires_at < clock.now() - UNDO_LIFE - KEPT)


def _ask(account: accounts.Account, kind: str, new: str, old: str, life: timedelta) -> ContactChange:
    mine = (ContactChange.account_id == account.id, ContactChange.kind == kind, ContactChange.state == State.ASKED)
    db.session.execute(_quietly(update(ContactChange).where(*mine).values(state=State.VOID, proof_hash=None)))
    now = clock.now()
    row = ContactChange(
        account_id=account.id, kind=kind, state=State.ASKED, new_text=new, old_text=old, asked_at=now, expires_at=now + life
    )
    db.session.add(row)
    return row


def _spend(row: ContactChange, before: State, after: State) -> bool:
    done_at = clock.now() if after is State.DONE else row.done_at
    values = {"state": after, "proof_hash": None, "done_at": done_at}
    statement = update(ContactChange).where(ContactChange.id == row.id, ContactChange.state == before).values(values)
    return cast(CursorResult[Any], db.session.execute(_quietly(statement))).rowcount == 1


def _carry_out(row: ContactChange) -> accounts.Account:
    """Inside the unit of work that spent the proof: bind the new contact, tell the old ones how to undo it."""
    before = accounts.find(row.account_id)
    if before is None:
        raise accounts.NotThere
    old_email, old_phone = before.email, before.phone
    account = _bind(row.account_id, row.new)
    token = secrets.token_urlsafe(16)
    statement = update(ContactChange).where(ContactChange.id == row.id).values(undo_hash=_hash("contact undo", token))
    db.session.execute(_quietly(statement))
    audit.record(EVENTS[row.kind], account.id)
    until = clock.now() + UNDO_LIFE
    telling.tell_at(account, f"{row.kind}_changed", email=old_email, phone=old_phone, token=token, until=until)
    return account


def _bind(account_id: str, contact: EmailAddress | PhoneNumber) -> accounts.Account:
    if isinstance(contact, EmailAddress):
        return accounts.own_contacts.replace_email(account_id, contact)
    return accounts.own_contacts.replace_phone(account_id, contact)


def _errand(account_id: str, phone: PhoneNumber, browser: str) -> otp.Errand:
    return otp.Errand(otp.Purpose.CHANGE_PHONE, account_id, phone, browser)


def _hash(purpose: str, token: str) -> str:
    return sealed.fingerprint(purpose, token[:64])


def _quietly(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)
