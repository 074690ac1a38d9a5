"""People who need to get back in: in the simulated registry, with an activated account, reachable by phone and mail."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from idp import accounts, audit, clock, outbox
from idp.accounts import reach
from idp.extensions import db, unit_of_work
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from tests.browsing import Browser
from tests.outside import Outside
from tests.owning import Holder
from tests.signing_in import password_hash
from tests.working import Worker

NEW_PASSWORD = "Gunung!Merapi-88"


class Person(Holder):
    """Somebody with an account, known to the registry."""

    def __init__(self, account_id: str, known: dict[str, Any]) -> None:
        super().__init__(account_id, known["email"], known["phone"], known["nik"], known["name"])
        object.__setattr__(self, "mother_name", known["mother_name"])

    mother_name: str


@pytest.fixture
def empty_inboxes(sandbox: Outside) -> None:
    """For tests that count what arrives."""
    sandbox.clear_inboxes()


@pytest.fixture
def person(app: Flask, sandbox: Outside) -> Callable[..., Person]:
    """Makes account holders: `person(proven_mail=False)`, `person(verified=True)`."""

    def make(*, proven_mail: bool = True, verified: bool = False, **known: str) -> Person:
        found = sandbox.add_person(**known)
        with app.app_context():
            newcomer = accounts.Newcomer(
                Nik.parse(found["nik"]), PersonName.parse(found["name"]), EmailAddress.parse(found["email"]),
                PhoneNumber.parse(found["phone"]), password_hash(), "id", accounts.TERMS_VERSION,
                clock.now(), clock.now(),
            )  # fmt: skip
            account = accounts.activate(accounts.open_pending(newcomer).id)
            if proven_mail:
                reach.email_came_back(account.id)
            if verified:
                change_account(app, account.id, identity_verified_at=clock.now())
            return Person(account.id, found)

    return make


@pytest.fixture
def rina(person: Callable[..., Person]) -> Person:
    return person()


def change_account(app: Flask, account_id: str, **values: Any) -> None:
    with app.app_context(), unit_of_work() as session:
        session.execute(update(accounts.Account).where(accounts.Account.id == account_id).values(**values))


def begin(browser: Browser, identifier: str, way: str = "sms") -> Browser:
    """Ask for a new password."""
    browser.get("/pemulihan")
    browser.submit(identifier=identifier, way=way)
    return browser


def code_in(message: dict[str, str]) -> str:
    found = re.search(r"\b(\d{6})\b", message.get("text", ""))
    assert found, message
    return found[1]


def sms_code(worker: Worker, sandbox: Outside, phone: str) -> str:
    """The code that a phone got last."""
    worker.drain()
    return code_in(sandbox.sms(phone)[-1])


def mailed_path(worker: Worker, sandbox: Outside, address: str, what: str = "tautan") -> str:
    """The path of the link that an address got last."""
    worker.drain()
    found = re.search(rf"https?://[^/\s]+(/pemulihan/{what}/[\w-]+)", sandbox.mail(address)[-1]["text"])
    assert found, sandbox.mail(address)[-1]["text"]
    return found[1]


def at_password(browser: Browser, whom: Holder, worker: Worker, sandbox: Outside) -> Browser:
    """Go as far as the page that asks for the new password."""
    begin(browser, whom.phone)
    browser.submit(code=sms_code(worker, sandbox, whom.phone))
    assert browser.path == "/pemulihan/password", browser.path
    return browser


def password_is(app: Flask, whom: Holder, password: str) -> bool:
    with app.app_context():
        account = accounts.find(whom.account_id)
        assert account is not None
        return accounts.passwords.verify(account.password_hash, password)


def words(browser: Browser) -> str:
    """What a page says, without its tags."""
    main = browser.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def sealed_for(app: Flask) -> Counter[tuple[str, str | None]]:
    """Whose keys have sealed what was told by SMS and mail: with the key goes what nobody has read yet."""
    with app.app_context():
        wanted = select(outbox.OutboxRow.kind, outbox.OutboxRow.holder).where(outbox.OutboxRow.kind.in_(("sms", "mail")))
        return Counter((kind, holder) for kind, holder in db.session.execute(wanted))


def events(app: Flask, event: audit.Event, subject: str | None = None) -> list[audit.AuditEvent]:
    """What the trail says."""
    with app.app_context():
        wanted = select(audit.AuditEvent).where(audit.AuditEvent.event == event)
        return list(db.session.scalars(wanted if subject is None else wanted.where(audit.AuditEvent.subject == subject)))
