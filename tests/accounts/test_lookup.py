"""Finding accounts by what people type."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event

from idp import accounts
from idp.extensions import db
from idp.identity import EmailAddress, Nik, PhoneNumber
from tests.accounts.test_lifecycle import EMAIL, NIK, newcomer, other


@pytest.mark.parametrize(
    "typed", [EMAIL, "Siti.Kenari@Example.ID", f" {EMAIL} ", "081277700077", "0812 7770 0077", "62812-7770-0077", "+62 812 7770 0077"]
)
def test_a_person_is_found_by_email_and_phone_as_people_write_them(context: Flask, typed: str) -> None:
    account = accounts.activate(accounts.open_pending(newcomer()).id)
    assert accounts.find_by_identifier(typed).id == account.id  # type: ignore[union-attr]
    assert accounts.credentials(typed).account_id == account.id  # type: ignore[union-attr]


@pytest.mark.parametrize("typed", ["", "@", "bukan siapa-siapa", "0812", "\x00", "🦊@example.id", "a" * 5000, NIK])
def test_nobody_is_found_by_nonsense(context: Flask, typed: str) -> None:
    accounts.activate(accounts.open_pending(newcomer()).id)
    assert accounts.find_by_identifier(typed) is None
    assert accounts.credentials(typed) is None


def test_the_active_account_counts_before_pending_ones_that_claim_the_same(context: Flask) -> None:
    active = accounts.activate(accounts.open_pending(newcomer()).id)
    accounts.open_pending(newcomer())
    assert accounts.credentials(EMAIL).account_id == active.id  # type: ignore[union-attr]


def test_of_several_pending_accounts_the_newest_counts(context: Flask) -> None:
    accounts.open_pending(newcomer())
    newest = accounts.open_pending(newcomer(**(other(2) | {"email": EmailAddress.parse(EMAIL)})))
    assert accounts.credentials(EMAIL).account_id == newest.id  # type: ignore[union-attr]


def test_owners_are_found_by_what_is_bound_and_not_by_what_is_claimed(context: Flask) -> None:
    account = accounts.open_pending(newcomer())
    assert accounts.find_active_by_nik(Nik.parse(NIK)) is None
    accounts.activate(account.id)
    assert accounts.find_active_by_nik(Nik.parse(NIK)).id == account.id  # type: ignore[union-attr]
    assert accounts.owner_of_email(EmailAddress.parse(EMAIL)).id == account.id  # type: ignore[union-attr]
    assert accounts.owner_of_phone(PhoneNumber.parse("081277700077")).id == account.id  # type: ignore[union-attr]


@pytest.mark.asvs("V6.3.8")
def test_looking_up_costs_the_same_statements_for_known_and_unknown(context: Flask) -> None:
    accounts.activate(accounts.open_pending(newcomer()).id)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    counts = []
    for typed in (EMAIL, "tidak.ada@example.id", "bukan apa-apa"):
        statements.clear()
        accounts.credentials(typed)
        counts.append(len([one for one in statements if "FROM accounts" in one]))
    assert counts == [1, 1, 1]
