"""A citizen whom the registry knows, with an activated account and an empty profile, signed in."""

from dataclasses import dataclass
from typing import Any

import pytest

from idp import accounts, clock
from idp.identity import EmailAddress, Nik, PersonName, PhoneNumber
from tests.signing_in import password_hash, signed_in, signed_in_page

BIODATA = {
    "birthplace": "Bandung",
    "birthdate": "1992-06-15",
    "sex": "female",
    "marital_status": "single",
    "id_card_address": "Jl. Melati 5\nRT 01/02",
    "about": "",
    "location": "domestic",
    "province": "31",
    "city": "31.74",
    "district": "31.74.02",
    "village": "31.74.02.1001",
    "postal_code": "12910",
    "street": "Jl. Setiabudi Tengah 3",
}


@dataclass(frozen=True)
class Citizen:
    account_id: str
    registry: dict[str, Any]


@pytest.fixture
def citizen(app, sandbox):
    """Makes citizens: `citizen(birthplace="Surabaya")` says what the registry knows of them."""

    def make(**known: str) -> Citizen:
        person = sandbox.add_person(**known)
        with app.app_context():
            newcomer = accounts.Newcomer(
                nik=Nik.parse(person["nik"]),
                name=PersonName.parse(person["name"]),
                email=EmailAddress.parse(person["email"]),
                phone=PhoneNumber.parse(person["phone"]),
                password_hash=password_hash(),
                locale="id",
                terms_version="test",
                terms_accepted_at=clock.now(),
                registry_matched_at=clock.now(),
            )
            account = accounts.activate(accounts.open_pending(newcomer).id)
            return Citizen(account.id, person)

    return make


@pytest.fixture
def rina(citizen):
    return citizen()


@pytest.fixture
def browser(http, rina):
    """A browser without JavaScript in which Rina is signed in."""
    return signed_in(http, rina.account_id)


@pytest.fixture
def tab(page, app, rina):
    """A tab of Chromium in which Rina is signed in."""
    return signed_in_page(page, app, rina.account_id)


@pytest.fixture
def fill_biodata(browser):
    """Fill in and send Biodata."""

    def fill(go: str = "next", **changes: str) -> Any:
        browser.get("/profil/lengkapi/biodata")
        return browser.submit(go=go, **(BIODATA | changes))

    return fill
