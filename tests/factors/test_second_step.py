"""Signing in where there is a second factor: it is asked for on every way in, and nothing leads around it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from idp import accounts, factors, outbox, sessions, web
from idp.extensions import db
from idp.login import flow, second_factor
from tests.browsing import Browser
from tests.owning import PASSWORD, Holder, holder, recovery_codes, sign_in, with_app


@pytest.fixture
def rina(app) -> Holder:
    return holder(app)


def enter_password(browser: Browser, whom: Holder, next_path: str = "/akun", **fields: str) -> Browser:
    browser.get(f"/masuk?next={next_path}")
    browser.submit(identifier=whom.email, password=PASSWORD, **fields)
    assert browser.answer.status_code == 200
    return browser


def is_in(browser: Browser) -> bool:
    return browser.cookie("sso") is not None


def the_session(app, whom: Holder) -> sessions.StoredSession:
    with app.app_context():
        return db.session.scalars(select(sessions.StoredSession).order_by(sessions.StoredSession.created_at.desc())).first()


@pytest.mark.asvs("V6.3.4")
def test_after_the_password_the_code_is_asked_for(app, http, rina):
    phone = with_app(app, rina)
    enter_password(http, rina, "/profil")
    assert http.path.startswith("/masuk/langkah-kedua")
    assert "Sekarang tulis kode dari aplikasi autentikator." in http.text
    assert not is_in(http)
    answer = http.submit(code=phone.code(), follow=False)
    assert answer.status_code == 303
    assert answer.location == "/profil"
    assert is_in(http)
    session = the_session(app, rina)
    assert (session.acr, session.amr) == ("urn:siapkerja:acr:mfa", "pwd otp mfa")


def test_a_recovery_code_stands_in_for_the_app_and_the_owner_is_told(app, http, worker, sandbox):
    rina = holder(app, locale="en")
    with_app(app, rina)
    code = recovery_codes(app, rina)[0]
    enter_password(http, rina)
    http.submit(code=code.lower(), follow=False)
    assert is_in(http)
    worker.drain()
    [mail] = [one for one in sandbox.mail(rina.email) if "recovery code" in one["subject"]]
    assert rina.name in mail["text"]
    assert "Codes that you have left: 9." in mail["text"]
    with app.app_context():
        assert set(db.session.scalars(select(outbox.OutboxRow.holder))) == {rina.account_id}


def test_a_wrong_code_lets_nobody_in_and_is_said_in_words(app, http, rina):
    with_app(app, rina)
    enter_password(http, rina)
    assert http.submit(code="000000").status_code == 400
    assert "Ini belum benar" in http.text
    assert not is_in(http)


@pytest.mark.asvs("V6.5.1")
def test_a_code_signs_in_once(app, http, rina):
    phone = with_app(app, rina)
    code = phone.code()
    enter_password(http, rina)
    http.submit(code=code, follow=False)
    other = enter_password(http.another(), rina)
    assert other.submit(code=code).status_code == 400
    assert not is_in(other)


@pytest.mark.parametrize(
    ("path", "answered"), [("/masuk/langkah-kedua", (303, None)), ("/masuk/langkah-kedua/opsi", (409, {"error": "not_now"}))]
)
def test_without_the_password_there_is_no_second_step(app, http, rina, path, answered):
    phone = with_app(app, rina)
    http.get("/masuk")
    token = http.forms()[0]["fields"]["csrf_token"]
    answer = http.post(path, {"csrf_token": token, "code": phone.code()})
    assert (answer.status_code, answer.get_json(silent=True)) == answered
    assert not is_in(http)


def test_an_empty_post_skips_no_step_cve_2026_49443(app, http, rina):
    with_app(app, rina)
    enter_password(http, rina)
    assert http.submit(code="").status_code == 400
    assert "Tulis kodenya." in http.text
    assert http.submit(code=None, credential=None).status_code == 400
    assert not is_in(http)


def test_the_second_step_belongs_to_the_browser_of_the_first_cve_2026_7507(app, http, rina):
    phone = with_app(app, rina)
    enter_password(http, rina)
    stranger = http.another()
    stranger.get("/masuk")
    token = stranger.forms()[0]["fields"]["csrf_token"]
    stranger.post("/masuk/langkah-kedua", {"csrf_token": token, "code": phone.code()})
    assert not is_in(stranger)


def test_the_code_of_one_person_does_not_finish_the_sign_in_of_another(app, http, rina):
    budi = holder(app, "Budi Santoso")
    with_app(app, rina)
    budis = with_app(app, budi)
    enter_password(http, rina)
    assert http.submit(code=budis.code()).status_code == 400
    assert not is_in(http)


@pytest.mark.asvs("V6.3.4", "V6.3.3")
def test_the_page_of_the_sms_code_is_no_way_around_the_second_factor(app, http, rina, worker, sandbox):
    with_app(app, rina)
    enter_password(http, rina)
    http.get("/masuk/kode")
    token = http.forms()[0]["fields"]["csrf_token"]
    http.post("/masuk/kirim-ulang", {"csrf_token": token})
    worker.drain()
    code = sandbox.sms(rina.phone)[-1]["text"].partition("#")[2]
    http.get("/masuk/kode")
    http.submit(code=code)
    assert http.path.startswith("/masuk/langkah-kedua")
    assert not is_in(http)


def test_the_right_password_is_forgotten_after_ten_minutes(app, http, rina, clock):
    phone = with_app(app, rina)
    enter_password(http, rina)
    clock.shift(601)
    http.submit(code=phone.code())
    assert not is_in(http)


def test_a_suspended_account_does_not_finish_its_sign_in_cve_2025_53942(app, http, rina):
    phone = with_app(app, rina)
    enter_password(http, rina)
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    http.submit(code=phone.code())
    assert not is_in(http)


@pytest.mark.any_database
@pytest.mark.asvs("V6.3.4")
def test_a_suspension_while_the_code_is_being_checked_is_in_time(app, rina):
    code = with_app(app, rina).code()
    at = second_factor.Turn(rina.account_id, ("pwd",))
    with app.test_request_context():
        accounts.suspend(rina.account_id, "test")
        with pytest.raises(factors.Refused):
            second_factor.by_code(at, code, flow.Attempt("127.0.0.1", "x", "id", None, frozenset(), False))
        assert sessions.current() is None


@pytest.mark.any_database
@pytest.mark.asvs("V6.6.3")
def test_wrong_codes_are_limited_across_browsers_cve_2026_9798(app, http, rina):
    phone = with_app(app, rina)
    for _ in range(5):
        browser = enter_password(http.another(), rina)
        browser.submit(code="000000")
    last = enter_password(http.another(), rina)
    answer = last.submit(code=phone.code())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Terlalu banyak percobaan" in last.text
    assert not is_in(last)


@pytest.mark.any_database
@pytest.mark.asvs("V6.6.3")
def test_after_a_hundred_wrong_codes_in_a_row_only_recovery_helps(app, http, rina):
    phone = with_app(app, rina)
    with app.app_context():
        db.session.execute(db.update(accounts.Account).values(wrong_codes=100))
        db.session.commit()
    enter_password(http, rina)
    assert http.submit(code=phone.code()).status_code == 400
    assert "Terlalu banyak kode salah untuk akun ini. Pulihkan akunmu" in http.text
    assert not is_in(http)


def test_the_session_gets_a_new_secret_and_the_held_sign_in_is_gone(app, http, rina):
    phone = with_app(app, rina)
    enter_password(http, rina)
    http.submit(code=phone.code(), follow=False)
    http.client.delete_cookie("sso", domain="localhost")
    http.get("/masuk/langkah-kedua")
    assert http.path.split("?")[0] == "/masuk"


def test_both_steps_together_break_the_row_of_failures_of_a_known_device(app, http, rina, clock):
    phone = with_app(app, rina)
    enter_password(http, rina)
    http.submit(code=phone.code(), follow=False)
    for _ in range(2):
        clock.shift(30)
        http.client.delete_cookie("sso", domain="localhost")
        for _ in range(5):
            http.get("/masuk")
            http.submit(identifier=rina.email, password="Salah#Sekali1")
        enter_password(http, rina)
        http.submit(code=phone.code(), follow=False)
        assert is_in(http)


def test_a_suspended_account_is_not_even_asked_for_its_second_step(app, http, rina):
    with_app(app, rina)
    enter_password(http, rina)
    with app.app_context():
        accounts.suspend(rina.account_id, "test")
    http.get("/masuk/langkah-kedua")
    assert http.path == "/masuk"


@pytest.mark.any_database
def test_many_sign_ins_from_unknown_devices_are_no_failures(app, http, rina, clock):
    phone = with_app(app, rina)
    for _ in range(7):
        browser = enter_password(http.another(), rina, shared_device="y")
        browser.submit(code=phone.code(), follow=False)
        assert is_in(browser)
        assert browser.cookie("device") is None, "a shared device stays one through both steps"
        clock.shift(30)


class TestStepUp:
    """A service asks for more than the sign-in proved."""

    @staticmethod
    def ask(app, browser: Browser, acr: str = "urn:siapkerja:acr:mfa", **more) -> None:
        with app.app_context():
            web.remember_destination("/oauth/authorize/x", web.Destination("Karirhub", "k", acr_values=(acr,), **more))
        browser.get("/masuk?next=/oauth/authorize/x")

    def test_only_the_missing_factor_is_asked_for(self, app, http, rina):
        sid = sign_in(http, rina)
        phone = with_app(app, rina)
        before = http.cookie("sso")
        self.ask(app, http)
        assert http.path.startswith("/masuk/langkah-kedua")
        assert "Layanan yang kamu tuju meminta bukti tambahan" in http.text
        answer = http.submit(code=phone.code(), follow=False)
        assert answer.location == "/oauth/authorize/x"
        session = the_session(app, rina)
        assert (session.id, session.acr, session.amr) == (sid, "urn:siapkerja:acr:mfa", "pwd otp mfa")
        assert http.cookie("sso") != before

    def test_nothing_is_asked_of_somebody_who_proved_it_already(self, app, http, rina):
        with_app(app, rina)
        sign_in(http, rina, ("pwd", "otp", "mfa"), "urn:siapkerja:acr:mfa")
        self.ask(app, http)
        assert "langkah-kedua" not in http.path

    def test_a_fresh_sign_in_begins_with_the_password(self, app, http, rina):
        with_app(app, rina)
        sign_in(http, rina)
        self.ask(app, http, fresh=True)
        assert "langkah-kedua" not in http.path

    def test_whoever_is_signed_in_has_no_second_step_by_chance(self, app, http, rina):
        with_app(app, rina)
        sign_in(http, rina)
        assert http.request("GET", "/masuk/langkah-kedua").location == "/masuk"

    def test_somebody_without_a_second_factor_sees_the_sign_in_page(self, app, http, rina):
        sign_in(http, rina)
        self.ask(app, http)
        assert "langkah-kedua" not in http.path
