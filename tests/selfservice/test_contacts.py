"""E-mail address and phone: the new one is proven before the old one goes, and the old one has a week to undo it."""

from __future__ import annotations

import itertools
import re

import pytest

from idp import accounts
from idp.accounts import reach
from idp.extensions import unit_of_work
from idp.selfservice import contacts
from tests.owning import PASSWORD, at_once, press, sign_in, with_app

NEW = "alamat.baru@example.id"
_phones = itertools.count(1)


@pytest.fixture
def new_phone() -> str:
    return f"+62857{next(_phones):08d}"


@pytest.fixture
def new_email() -> str:
    return f"baru.{next(_phones)}@example.id"


def account_of(app, whom) -> accounts.Account:
    with app.app_context():
        return accounts.find(whom.account_id)


def email_of(app, whom) -> str:
    with app.app_context():
        return accounts.find(whom.account_id).email.value


def phone_of(app, whom) -> str:
    with app.app_context():
        return accounts.find(whom.account_id).phone.e164


def proof_link(text: str) -> str:
    return re.findall(r"/akun/kontak/email/[\w-]{43}", text)[-1]


def undo_link(text: str) -> str:
    return re.findall(r"/akun/urungkan/[\w-]{22}", text)[-1]


def code_in(text: str) -> str:
    return re.findall(r"#(\d{6})", text)[-1]


def ask_email(browser, email):
    browser.get("/akun/kontak/email")
    return browser.submit(email=email)


def change_email(browser, mails, email):
    ask_email(browser, email)
    browser.get(proof_link(mails(email)))
    return press(browser, "/akun/kontak/email/")


def change_phone(browser, texts, phone):
    browser.get("/akun/kontak/hp")
    browser.submit(phone=phone)
    return browser.submit(code=code_in(texts(phone)))


class TestEmail:
    def test_the_new_address_counts_once_its_link_was_used(self, app, browser, rina, mails, new_email):
        ask_email(browser, new_email)
        assert email_of(app, rina) == rina.email
        browser.get(proof_link(mails(new_email)))
        assert email_of(app, rina) == rina.email  # opening is not confirming
        press(browser, "/akun/kontak/email/")
        assert email_of(app, rina) == new_email
        assert account_of(app, rina).email_verified_at is not None

    def test_the_present_address_is_proven_by_a_link_too(self, app, browser, rina, mails):
        browser.get("/akun/kontak")
        press(browser, "/konfirmasi")
        browser.get(proof_link(mails(rina.email)))
        press(browser, "/akun/kontak/email/")
        assert account_of(app, rina).email_verified_at is not None
        assert "Email akunmu sudah diganti" not in mails(rina.email)

    @pytest.mark.asvs("V7.5.1")
    def test_asking_needs_a_fresh_proof(self, stale, rina):
        stale.get("/akun/kontak/email")
        assert stale.path.startswith("/akun/konfirmasi")
        token = stale.forms()[-1]["fields"]["csrf_token"]
        answer = stale.post("/akun/kontak/email", {"csrf_token": token, "email": NEW})
        assert answer.location.startswith("/akun/konfirmasi")

    def test_with_a_second_factor_a_weak_session_asks_in_vain_cve_2026_3429(self, app, browser, rina):
        with_app(app, rina)
        browser.get("/akun/kontak/email")
        assert browser.path.startswith("/akun/konfirmasi")

    def test_a_link_proves_nothing_for_another_account_cve_2026_9087(self, app, browser, rina, budi, mails, new_email):
        ask_email(browser, new_email)
        link = proof_link(mails(new_email))
        other = browser.another()
        sign_in(other, budi)
        assert other.get(link).status_code == 404
        token = other.forms()[-1]["fields"]["csrf_token"]
        assert other.post(link, {"csrf_token": token}).status_code == 404
        assert email_of(app, budi) == budi.email
        assert email_of(app, rina) == rina.email

    def test_a_link_opened_by_a_stranger_leads_to_the_sign_in_page(self, browser, mails, new_email):
        ask_email(browser, new_email)
        answer = browser.another().request("GET", proof_link(mails(new_email)))
        assert answer.location.startswith("/masuk")

    def test_a_link_proves_only_the_address_that_it_was_sent_to_cve_2026_9087(self, app, browser, rina, mails, new_email):
        ask_email(browser, new_email)
        first = proof_link(mails(new_email))
        ask_email(browser, "lain." + new_email)
        assert browser.get(first).status_code == 404
        browser.get(proof_link(mails("lain." + new_email)))
        press(browser, "/akun/kontak/email/")
        assert email_of(app, rina) == "lain." + new_email

    def test_a_link_is_void_once_the_account_has_another_address(self, app, browser, rina, mails, new_email):
        ask_email(browser, new_email)
        link = proof_link(mails(new_email))
        with app.app_context():
            accounts.own_contacts.replace_email(rina.account_id, accounts.find(rina.account_id).email.parse("ketiga." + new_email))
        browser.get(link)
        press(browser, "/akun/kontak/email/")
        assert email_of(app, rina) == "ketiga." + new_email

    @pytest.mark.asvs("V6.5.5")
    def test_a_link_ends_after_a_day(self, app, browser, rina, mails, new_email, clock):
        ask_email(browser, new_email)
        link = proof_link(mails(new_email))
        clock.shift(86_401)
        sign_in(browser, rina)
        assert browser.get(link).status_code == 404

    @pytest.mark.asvs("V2.3.4")
    def test_a_link_works_once_of_fifty_at_once(self, app, browser, rina, mails, new_email):
        ask_email(browser, new_email)
        token = proof_link(mails(new_email)).rpartition("/")[2]
        answers = at_once(app, lambda _: contacts.prove_email(token, rina.account_id))
        assert sum(isinstance(one, accounts.Account) for one in answers) == 1
        assert sum(isinstance(one, contacts.NotALink) for one in answers) == 49, answers

    def test_an_address_that_somebody_else_has_is_said_only_to_who_reads_there(self, app, browser, rina, budi, mails):
        ask_email(browser, budi.email)
        assert "Tautan konfirmasi sudah dikirim" in browser.text
        browser.get(proof_link(mails(budi.email)))
        assert press(browser, "/akun/kontak/email/").status_code == 409
        assert email_of(app, rina) == rina.email
        assert email_of(app, budi) == budi.email

    @pytest.mark.asvs("V6.3.7")
    def test_the_old_address_and_the_phone_are_told(self, browser, rina, mails, texts, new_email):
        change_email(browser, mails, new_email)
        assert "Email akunmu sudah diganti" in mails(rina.email)
        assert "Email akunmu diganti" in texts(rina.phone)
        assert new_email not in mails(rina.email)

    def test_links_are_limited(self, browser, new_email):
        for number in range(3):
            ask_email(browser, f"{number}.{new_email}")
        assert ask_email(browser, new_email).status_code == 429

    @pytest.mark.asvs("V4.1.3")
    def test_the_host_of_the_request_is_not_in_the_mail(self, browser, mails, new_email):
        browser.get("/akun/kontak/email")
        token = browser.forms()[-1]["fields"]["csrf_token"]
        browser.post("/akun/kontak/email", {"csrf_token": token, "email": new_email}, headers={"X-Forwarded-Host": "jahat.example"})
        assert "jahat" not in mails(new_email)


class TestPhone:
    def test_the_new_number_counts_once_its_code_was_entered(self, app, browser, rina, texts, new_phone):
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone)
        assert phone_of(app, rina) == rina.phone
        browser.submit(code=code_in(texts(new_phone)))
        assert phone_of(app, rina) == new_phone

    def test_a_phone_unused_for_a_year_is_proven_again_and_may_then_receive_reset_codes(self, app, http, rina, texts, clock):
        clock.shift(366 * 86_400)
        sign_in(http, rina)
        http.get("/akun")
        assert "perlu dikonfirmasi lagi" in http.text
        http.get("/akun/kontak")
        press(http, "/akun/kontak/hp/konfirmasi")
        http.submit(code=code_in(texts(rina.phone)))
        assert "Perlu dikonfirmasi lagi" not in http.text
        with app.app_context():
            assert reach.phone_may_receive_resets(accounts.find(rina.account_id))
        assert phone_of(app, rina) == rina.phone
        assert "/akun/urungkan/" not in texts(rina.phone)  # nothing was replaced, so there is nothing to undo

    def test_a_wrong_code_changes_nothing(self, app, browser, rina, texts, new_phone):
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone)
        code = code_in(texts(new_phone))
        browser.submit(code="111111" if code != "111111" else "222222")
        assert "belum benar" in browser.text
        assert phone_of(app, rina) == rina.phone

    @pytest.mark.asvs("V6.6.2")
    def test_the_code_belongs_to_the_browser_that_asked(self, app, browser, rina, texts, new_phone):
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone)
        other = browser.another()
        sign_in(other, rina)
        other.get("/akun/kontak/hp/kode")
        other.submit(code=code_in(texts(new_phone)))
        assert phone_of(app, rina) == rina.phone

    @pytest.mark.asvs("V15.3.3")
    def test_the_recipient_is_not_taken_from_the_request_ghsa_qgqp(self, app, browser, rina, texts, new_phone):
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone)
        code = code_in(texts(new_phone))
        browser.submit(code=code, phone="+6285799999999")
        assert phone_of(app, rina) == new_phone

    def test_a_code_for_one_number_does_not_prove_the_next(self, app, browser, rina, texts, new_phone):
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone)
        code = code_in(texts(new_phone))
        browser.get("/akun/kontak/hp")
        browser.submit(phone=new_phone[:-1] + "9")
        browser.submit(code=code)
        assert phone_of(app, rina) == rina.phone

    def test_asking_needs_a_fresh_proof(self, stale):
        stale.get("/akun/kontak/hp")
        assert stale.path.startswith("/akun/konfirmasi")
        stale.submit(password=PASSWORD)
        assert stale.path == "/akun/kontak/hp"

    def test_a_number_that_somebody_else_has_stays_theirs(self, app, browser, rina, budi, texts):
        change_phone(browser, texts, budi.phone)
        assert "sudah dipakai akun lain" in browser.text
        assert phone_of(app, rina) == rina.phone

    @pytest.mark.asvs("V6.3.7")
    def test_the_old_phone_and_the_mail_are_told(self, browser, rina, mails, texts, new_phone):
        change_phone(browser, texts, new_phone)
        assert "Nomor HP akunmu diganti" in texts(rina.phone)
        assert "Nomor HP akunmu sudah diganti" in mails(rina.email)


class TestUndo:
    def test_the_old_phone_takes_the_change_back_without_signing_in(self, app, browser, rina, texts, new_phone):
        change_phone(browser, texts, new_phone)
        owner = browser.another()
        owner.get(undo_link(texts(rina.phone)))
        assert phone_of(app, rina) == new_phone
        owner.submit()
        assert phone_of(app, rina) == rina.phone
        assert "/pemulihan" in owner.text

    def test_every_sign_in_ends(self, browser, rina, mails, new_email):
        change_email(browser, mails, new_email)
        owner = browser.another()
        owner.get(undo_link(mails(rina.email)))
        owner.submit()
        assert browser.request("GET", "/akun").status_code == 303

    def test_changes_made_after_it_are_over_too(self, app, browser, rina, mails, new_email):
        change_email(browser, mails, new_email)
        change_email(browser, mails, "kedua." + new_email)
        assert email_of(app, rina) == "kedua." + new_email
        later = undo_link(mails(new_email))
        owner = browser.another()
        owner.get(undo_link(mails(rina.email)))
        owner.submit()
        assert email_of(app, rina) == rina.email
        assert owner.get(later).status_code == 404

    def test_the_link_ends_after_a_week(self, app, browser, rina, texts, new_phone, clock):
        change_phone(browser, texts, new_phone)
        link = undo_link(texts(rina.phone))
        clock.shift(7 * 86_400 - 60)
        assert browser.another().get(link).status_code == 200
        clock.shift(61)
        assert browser.another().get(link).status_code == 404

    def test_the_link_works_once_of_fifty_at_once(self, app, browser, rina, texts, new_phone):
        change_phone(browser, texts, new_phone)
        token = undo_link(texts(rina.phone)).rpartition("/")[2]
        answers = at_once(app, lambda _: contacts.undo(token))
        assert sum(isinstance(one, accounts.Account) for one in answers) == 1
        assert sum(isinstance(one, contacts.NotALink) for one in answers) == 49, answers
        assert phone_of(app, rina) == rina.phone


def test_contacts_changed_on_an_erased_or_suspended_account_stay(app, browser, rina, mails, new_email):
    ask_email(browser, new_email)
    token = proof_link(mails(new_email)).rpartition("/")[2]
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
        with pytest.raises(accounts.NotThere), unit_of_work():
            contacts.prove_email(token, rina.account_id)
    assert email_of(app, rina) == rina.email
