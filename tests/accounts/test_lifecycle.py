"""What becomes of accounts: many may claim, one owns."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from idp import accounts, clock, sealed
from idp.extensions import db
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from tests.owning import at_once

NIK, EMAIL, PHONE = "9901014904900777", "siti.kenari@example.id", "081277700077"


def newcomer(**instead: Any) -> accounts.Newcomer:
    values: dict[str, Any] = {
        "nik": Nik.parse(NIK),
        "name": PersonName.parse("Siti Kenari"),
        "email": EmailAddress.parse(EMAIL),
        "phone": PhoneNumber.parse(PHONE),
        "password_hash": "-",
        "locale": "id",
        "terms_version": "2026-01",
        "terms_accepted_at": clock.now(),
        "registry_matched_at": clock.now(),
    }
    return accounts.Newcomer(**(values | instead))


def other(number: int) -> dict[str, Any]:
    """Contacts and a NIK that differ for each number."""
    return {
        "nik": Nik.parse(f"990101490490{number:04d}"),
        "email": EmailAddress.parse(f"orang.{number}@example.id"),
        "phone": PhoneNumber.parse(f"0812{number:08d}"),
    }


def test_many_pending_accounts_may_claim_the_same_nik_and_contacts(context: Flask) -> None:
    opened = [accounts.open_pending(newcomer()) for _ in range(3)]
    assert {account.state for account in opened} == {accounts.State.PENDING}


@pytest.mark.parametrize("what", ["nik", "email", "phone"])
def test_activation_names_what_is_taken(context: Flask, what: str) -> None:
    accounts.activate(accounts.open_pending(newcomer()).id)
    mine = other(1)
    mine.pop(what)
    late = accounts.open_pending(newcomer(**mine))
    with pytest.raises(accounts.AlreadyTaken) as taken:
        accounts.activate(late.id)
    assert taken.value.what == (what,)
    assert accounts.find(late.id).state == accounts.State.PENDING  # type: ignore[union-attr]


def test_an_email_address_that_differs_in_case_is_the_same(context: Flask) -> None:
    accounts.activate(accounts.open_pending(newcomer()).id)
    mine = other(1) | {"email": EmailAddress.parse("Siti.Kenari@EXAMPLE.id")}
    with pytest.raises(accounts.AlreadyTaken):
        accounts.activate(accounts.open_pending(newcomer(**mine)).id)


@pytest.mark.asvs("V2.3.4", "V15.4.2")
@pytest.mark.parametrize("what", ["nik", "email", "phone"])
def test_of_fifty_who_activate_at_once_one_wins(app: Flask, what: str) -> None:
    with app.app_context():
        shared = getattr(newcomer(), what)
        ids = [accounts.open_pending(newcomer(**(other(number) | {what: shared}))).id for number in range(1, 51)]
    results = at_once(app, lambda number: accounts.activate(ids[number]).id)
    winners = [one for one in results if isinstance(one, str)]
    losers = [one for one in results if isinstance(one, accounts.AlreadyTaken)]
    assert (len(winners), len(losers)) == (1, 49)
    assert {loser.what for loser in losers} == {(what,)}


def test_an_account_is_activated_once_only(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    accounts.activate(account.id)
    with pytest.raises(accounts.NotPending):
        accounts.activate(account.id)


def test_contacts_can_be_corrected_until_the_account_is_active(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    changed = accounts.change_pending_contacts(account.id, phone=PhoneNumber.parse("081277700078"))
    assert changed.phone.e164 == "+6281277700078"
    assert changed.email.value == EMAIL
    accounts.activate(account.id)
    with pytest.raises(accounts.NotPending):
        accounts.change_pending_contacts(account.id, phone=PhoneNumber.parse(PHONE))


def test_the_terms_and_the_time_of_consent_are_kept(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    assert account.terms_version == "2026-01"
    assert abs((clock.now() - account.terms_accepted_at).total_seconds()) < 5


@pytest.mark.asvs("V8.3.1")
def test_only_an_active_account_may_act(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    assert not accounts.may_act(account)
    assert accounts.may_act(accounts.activate(account.id))
    assert not accounts.may_act(accounts.suspend(account.id, "laporan penyalahgunaan"))
    assert accounts.may_act(accounts.restore(account.id, "tidak terbukti"))
    assert not accounts.may_act(None)


def test_an_account_is_suspended_and_restored_once_only(context: Flask) -> None:
    account = accounts.activate(accounts.open_pending(newcomer()).id)
    with pytest.raises(accounts.NotThere):
        accounts.restore(account.id, "-")
    accounts.suspend(account.id, "-")
    with pytest.raises(accounts.NotThere):
        accounts.suspend(account.id, "-")


def test_discarding_a_pending_account_destroys_its_data_key(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    accounts.discard_pending(account.id)
    assert accounts.find(account.id) is None
    assert db.session.get(sealed.DataKey, account.id) is None


def test_an_active_account_cannot_be_discarded(context: Flask) -> None:
    account = accounts.activate(accounts.open_pending(newcomer()).id)
    accounts.discard_pending(account.id)
    assert accounts.may_act(accounts.find(account.id))


@pytest.mark.asvs("V14.2.4", "V14.1.2")
def test_nothing_personal_lies_in_the_table_in_clear(context: Flask) -> None:
    accounts.activate(accounts.open_pending(newcomer()).id)
    row = repr(db.session.execute(text("SELECT * FROM accounts")).mappings().one())
    for secret in (NIK, "Kenari", "siti.kenari", "81277700077"):
        assert secret not in row
