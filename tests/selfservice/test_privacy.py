"""My data: downloaded as one document; and the end of an account, after thirty days and for good."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text, update

from idp import accounts, factors, oidc, sealed
from idp.accounts import Account
from idp.extensions import db, unit_of_work
from idp.selfservice import erasure
from tests.owning import PASSWORD, at_once, press, sign_in, with_app

DAY = 86_400


class TestDownload:
    @pytest.fixture
    def document(self, app, browser, rina) -> dict:
        with app.app_context():
            offer = factors.authenticators.offer(rina.account_id, "x")
        browser.secret = offer.text.replace(" ", "")
        browser.get("/akun/data")
        press(browser, "/unduh", follow=False)
        assert browser.answer.headers["Content-Disposition"].startswith("attachment")
        assert browser.answer.headers["Cache-Control"] == "no-store"
        return json.loads(browser.text)

    def test_everything_is_in_it_under_an_index_in_words(self, document, rina):
        assert {one["section"] for one in document["index"]} == set(document) - {"index", "made_at"}
        assert all(one["about"] for one in document["index"])
        assert document["account"]["nik"] == rina.nik
        assert document["account"]["email"] == rina.email
        assert document["sign_ins"][0]["device"] == "Chrome, HP Android"
        assert any(one["event"] == "session_begun" for one in document["history"])

    @pytest.mark.asvs("V15.3.1")
    def test_no_secret_is_in_it(self, app, browser, document):
        with app.app_context():
            hashes = db.session.scalars(text("SELECT password_hash FROM accounts")).all()
        assert browser.secret not in browser.text
        assert not any(one in browser.text for one in hashes)

    @pytest.mark.asvs("V8.2.2")
    def test_nothing_of_others_is_in_it(self, budi, document):
        assert budi.email not in json.dumps(document)

    @pytest.mark.asvs("V7.5.3")
    def test_it_asks_for_a_fresh_proof(self, stale):
        stale.get("/akun/data")
        press(stale, "/unduh")
        assert stale.path.startswith("/akun/konfirmasi")
        stale.submit(password=PASSWORD)
        assert stale.path == "/akun/data"

    def test_five_downloads_a_day_are_enough(self, browser):
        for _ in range(5):
            browser.get("/akun/data")
            press(browser, "/unduh", follow=False)
        browser.get("/akun/data")
        assert press(browser, "/unduh", follow=False).status_code == 429


class TestTerms:
    def test_the_page_says_which_version_was_agreed_to(self, browser):
        browser.get("/akun/data")
        assert f"versi {accounts.TERMS_VERSION}" in browser.text

    def test_a_new_version_is_agreed_to_again(self, app, browser, rina):
        with app.app_context(), unit_of_work() as session:
            session.execute(update(Account).values(terms_version="2020-01"))
        browser.get("/akun")
        assert "Baca dan setujui" in browser.text
        browser.get("/akun/data")
        press(browser, "/setuju")
        with app.app_context():
            assert accounts.find(rina.account_id).terms_version == accounts.TERMS_VERSION


class TestErasure:
    @pytest.fixture
    def asked(self, browser):
        browser.get("/akun/hapus")
        press(browser, "/akun/hapus")
        assert "Akunmu akan dihapus" in browser.text
        return browser

    @pytest.mark.asvs("V7.5.3")
    def test_it_asks_for_a_fresh_proof(self, stale):
        stale.get("/akun/hapus")
        assert stale.path.startswith("/akun/konfirmasi")

    def test_with_a_second_factor_a_weak_session_ends_no_account_cve_2026_3429(self, app, browser, rina):
        with_app(app, rina)
        browser.get("/akun")
        token = browser.forms()[-1]["fields"]["csrf_token"]
        assert browser.post("/akun/hapus", {"csrf_token": token}).location.startswith("/akun/konfirmasi")
        with app.app_context():
            assert erasure.asked(rina.account_id) is None

    def test_the_owner_is_told_and_may_take_it_back(self, app, asked, rina, mails, texts, worker, clock):
        assert "Akunmu akan dihapus" in mails(rina.email)
        assert "30 hari lagi" in texts(rina.phone)
        asked.get("/akun")
        press(asked, "/akun/hapus/batal")
        assert "Akunmu tetap ada" in asked.text
        clock.shift(31 * DAY)
        worker.drain()
        with app.app_context():
            assert accounts.may_act(accounts.find(rina.account_id))

    def test_services_that_were_let_in_are_remembered_until_the_end_and_then_told(self, app, idp, browser, rina, worker, clock):
        made = idp.json("client", "add", "--name", "Mitra", "--redirect-uri", "https://mitra.example/kembali", "--scope", "openid")
        with app.app_context():
            oidc.consents.decide(made["client_id"], rina.account_id, {"openid": True})
        browser.get("/akun/hapus")
        press(browser, "/akun/hapus")
        with app.app_context():
            assert [one.client_id for one in oidc.connections(rina.account_id)] == [made["client_id"]]
        clock.shift(31 * DAY)
        worker.drain()
        with app.app_context():
            assert oidc.connections(rina.account_id) == []

    def test_other_sign_ins_end_at_once(self, browser, rina):
        elsewhere = browser.another()
        sign_in(elsewhere, rina)
        browser.get("/akun/hapus")
        press(browser, "/akun/hapus")
        assert elsewhere.request("GET", "/akun").status_code == 303

    def test_nothing_is_erased_before_its_day(self, app, asked, rina, worker, clock):
        clock.shift(30 * DAY - 60)
        worker.drain()
        with app.app_context():
            assert accounts.find(rina.account_id).email.value == rina.email

    @pytest.fixture
    def erased(self, app, asked, rina, worker, clock):
        clock.shift(30 * DAY + 10)
        worker.drain()
        worker.drain()
        return asked

    @pytest.mark.asvs("V14.2.7", "V7.4.2")
    def test_after_it_nothing_can_be_read_and_nobody_signs_in(self, app, erased, rina):
        with app.app_context():
            account = accounts.find(rina.account_id)
            assert account.state == accounts.State.ERASED
            assert (account.email_text, account.phone_text, account.name_text) == (None, None, None)
            assert db.session.get(sealed.DataKey, rina.account_id) is None
        assert erased.request("GET", "/akun").status_code == 303
        stranger = erased.another()
        stranger.get("/masuk")
        assert stranger.submit(identifier=rina.email, password=PASSWORD).status_code == 400

    def test_what_was_sealed_stays_unreadable(self, app, asked, rina, worker, clock):
        with_app(app, rina)
        with app.app_context():
            before = db.session.execute(text("SELECT email_sealed FROM accounts")).scalar_one()
        clock.shift(30 * DAY + 10)
        worker.drain()
        with app.app_context():
            with unit_of_work() as session:
                session.execute(update(Account).values(email_sealed=before))
            account = accounts.find(rina.account_id)
            with pytest.raises(sealed.Unreadable):
                assert account.email_text
            assert not factors.enrolled(rina.account_id)

    def test_the_last_word_reaches_the_owner(self, erased, rina, mails):
        assert "Akunmu sudah dihapus" in mails(rina.email)

    def test_services_lose_access_when_it_is_asked_for(self, app, asked, rina):
        with app.app_context():
            assert oidc.connections(rina.account_id) == []

    def test_the_nik_is_kept_from_strangers_for_a_while(self, app, erased, rina, worker, clock, configured):
        with app.app_context():
            assert accounts.find(rina.account_id).bound_nik is not None
        clock.shift(91 * DAY)
        worker.drain()
        with app.app_context():
            assert accounts.find(rina.account_id).bound_nik is None

    def test_asking_again_does_not_move_the_day(self, app, asked, rina, clock):
        with app.app_context():
            first = erasure.asked(rina.account_id)
        clock.shift(100)
        asked.get("/akun/hapus")
        assert "selamanya pada" in asked.text
        with app.app_context():
            assert erasure.asked(rina.account_id) == first

    def test_fifty_at_once_erase_once(self, app, asked, rina, clock):
        clock.shift(30 * DAY + 10)
        answers = at_once(app, lambda _: accounts.erasure.erase(rina.account_id))
        assert answers.count(True) == 1, answers
        assert answers.count(False) == 49, answers
