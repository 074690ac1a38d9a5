"""One phone in a family: with the setting on several accounts have the same number, and each of them is told."""

from __future__ import annotations

import re

import pytest

from idp import accounts
from idp.identity import PhoneNumber
from tests.owning import PASSWORD, at_once, holder, sign_in
from tests.recovery.conftest import code_in
from tests.registration import walking
from tests.registration.walking import register


@pytest.fixture
def family(configured):
    """Three people may share a phone."""
    configured(people_per_phone=3)


@pytest.fixture
def mother(app, family):
    return holder(app, "Ibu Sari")


def test_a_member_of_the_family_registers_with_the_same_phone_and_everybody_is_told(app, http, mother, sandbox, worker):
    child = sandbox.add_person(phone=mother.phone)
    register(http, sandbox, worker, child)
    assert http.path == "/"
    worker.drain()
    assert "dipakai bersama" in sandbox.mail(mother.email)[-1]["subject"]
    assert "pakai alamat email ini" in sandbox.mail(child["email"])[-1]["text"]
    assert "Satu akun lagi memakai nomor HP ini" in sandbox.sms(mother.phone)[-1]["text"]
    http.get("/akun/kontak")
    assert "juga dipakai 1 akun lain" in http.text
    assert "pakai email" in http.text


def test_the_number_signs_in_who_had_it_first_and_the_others_sign_in_by_mail(app, http, mother, sandbox, worker):
    child = sandbox.add_person(phone=mother.phone)
    register(http, sandbox, worker, child)

    def signed_in(identifier, password):
        browser = http.another()
        browser.get("/masuk")
        browser.submit(identifier=identifier, password=password)
        return browser.path == "/"

    assert signed_in(mother.phone, PASSWORD)
    assert not signed_in(mother.phone, walking.PASSWORD)
    assert signed_in(child["email"], walking.PASSWORD)


def test_a_forgotten_password_goes_to_the_account_that_was_named(http, mother, sandbox, worker, clock):
    child = sandbox.add_person(phone=mother.phone)
    register(http, sandbox, worker, child)
    worker.drain()
    clock.shift(31)  # a phone gets one SMS in thirty seconds
    other = http.another()
    other.get("/pemulihan")
    other.submit(identifier=child["nik"], way="sms")
    worker.drain()
    other.submit(code=code_in(sandbox.sms(mother.phone)[-1]))
    assert other.path == "/pemulihan/password"
    assert accounts.lookup.EmailAddress(child["email"]).masked in other.text


def test_no_more_than_the_setting_allows_not_even_at_once(app, family):
    phone = PhoneNumber("+6281377700011")
    people = [holder(app) for _ in range(20)]
    answers = at_once(app, lambda number: accounts.own_contacts.replace_phone(people[number].account_id, phone), 20)
    won = [one for one in answers if isinstance(one, accounts.Account)]
    assert 1 <= len(won) <= 3
    assert {type(one) for one in answers} <= {accounts.Account, accounts.AlreadyTaken}
    with app.app_context():
        for one in people:
            try:
                accounts.own_contacts.replace_phone(one.account_id, phone)
            except accounts.AlreadyTaken:
                continue
        assert len(accounts.phones.sharers(accounts.owner_of_phone(phone))) == 2


def test_without_the_setting_a_phone_has_one_owner(app, http, sandbox, worker):
    owner = holder(app)
    register(http, sandbox, worker, sandbox.add_person(phone=owner.phone))
    assert http.path.startswith("/daftar/kontak")
    assert "sudah dipakai akun lain" in http.text


def test_who_leaves_the_phone_frees_its_place(app, http, mother, sandbox, worker):
    child = sandbox.add_person(phone=mother.phone)
    register(http, sandbox, worker, child)
    other = http.another()
    sign_in(other, mother)
    other.get("/akun/kontak/hp")
    other.submit(phone="+6285799988801")
    other.submit(code=walking.code_of(sandbox, worker, "+6285799988801"))
    with app.app_context():
        assert accounts.find_by_identifier(mother.phone).email.value == child["email"]
    worker.drain()
    link = re.findall(r"/akun/urungkan/[\w-]{22}", "".join(one["text"] for one in sandbox.sms(mother.phone)))[-1]
    other.get(link)
    other.submit()
    with app.app_context():
        assert accounts.find(mother.account_id).phone.e164 == mother.phone
