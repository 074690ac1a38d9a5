"""Two-step sign-in in its owner's hands."""

from __future__ import annotations

import re

import pytest

from idp import factors
from tests.owning import PASSWORD, App, sign_in, with_app

STRONG = (("pwd", "otp", "mfa"), "urn:siapkerja:acr:mfa")
LIST = "/akun/dua-langkah"


def enrolled(app, whom) -> factors.Enrolled:
    with app.app_context():
        return factors.enrolled(whom.account_id)


def offered(browser) -> App:
    browser.get(f"{LIST}/aplikasi")
    return App(re.search(r"secret=([A-Z2-7]+)", browser.text).group(1))


@pytest.fixture
def owner(app, browser, rina, clock):
    """Rina's browser after everything was proven, and her app."""
    phone = with_app(app, rina)
    sign_in(browser, rina, *STRONG)
    browser.phone = phone
    return browser


def factor_path(app, rina) -> str:
    [row] = enrolled(app, rina).authenticators
    return f"{LIST}/authenticator/{row.id}"


def test_an_app_is_added_by_its_first_code_and_recovery_codes_are_shown_once(app, browser, rina, clock):
    phone = offered(browser)
    assert "<svg" in browser.text
    browser.submit(code=phone.code(), name="HP Samsung", follow=False)
    assert browser.answer.status_code == 200
    codes = re.findall(r"<code>([0-9A-Z-]{29})</code>", browser.text)
    assert len(codes) == 10
    assert enrolled(app, rina).recovery_codes == 10
    browser.get(LIST)
    assert "HP Samsung" in browser.text
    assert codes[0] not in browser.text
    clock.shift(30)
    browser.get(f"{LIST}/aplikasi")
    assert browser.path == f"{LIST}/aplikasi"  # the code that added it proved it for this session too


def test_the_same_secret_is_shown_when_the_page_is_opened_again(browser):
    first = offered(browser)
    assert offered(browser).code() == first.code()


def test_a_wrong_first_code_adds_nothing(app, browser, rina):
    offered(browser)
    assert browser.submit(code="000000", name="HP").status_code == 400
    assert not enrolled(app, rina)


def test_a_secret_offered_to_one_person_is_not_confirmed_by_another(app, browser, rina, budi):
    phone = offered(browser)
    other = browser.another()
    sign_in(other, budi)
    offered(other)
    other.submit(code=phone.code(), name="HP")
    assert not enrolled(app, budi)
    assert not enrolled(app, rina)


@pytest.mark.asvs("V7.4.3")
@pytest.mark.parametrize("end_others", [True, False])
def test_other_devices_are_signed_out_unless_the_owner_says_otherwise(browser, rina, end_others):
    elsewhere = browser.another()
    sign_in(elsewhere, rina)
    phone = offered(browser)
    browser.submit(code=phone.code(), name="HP", **({} if end_others else {"end_others": None}))
    assert (elsewhere.request("GET", "/akun").status_code == 303) == end_others


@pytest.mark.asvs("V6.3.7")
def test_the_owner_is_told_of_a_new_app(browser, rina, mails, texts):
    phone = offered(browser)
    browser.submit(code=phone.code(), name="HP")
    assert "Aplikasi autentikator ditambahkan" in mails(rina.email)
    assert "Aplikasi autentikator ditambahkan" in texts(rina.phone)  # the e-mail address was never proven


@pytest.mark.asvs("V6.5.6")
def test_showing_its_code_removes_an_app_at_once(app, owner, rina, mails, clock):
    owner.get(factor_path(app, rina))
    owner.submit(code=owner.phone.code())
    assert owner.path == LIST
    assert not enrolled(app, rina)
    assert enrolled(app, rina).recovery_codes == 0
    assert "Aplikasi autentikator dihapus" in mails(rina.email)


def test_the_code_of_another_app_does_not_remove_this_one(app, owner, rina):
    path = factor_path(app, rina)
    other = with_app(app, rina, "Tablet")
    owner.get(path)
    assert owner.submit(code=other.code()).status_code == 400
    assert len(enrolled(app, rina).authenticators) == 2


def test_a_session_without_the_second_factor_removes_nothing_cve_2026_3429(app, browser, rina):
    phone = with_app(app, rina)
    path = factor_path(app, rina)
    browser.get("/akun")
    token = browser.forms()[-1]["fields"]["csrf_token"]
    for deed in ("hapus", "lepas", "nama"):
        answer = browser.post(f"{path}/{deed}", {"csrf_token": token, "code": phone.code(), "name": "x"})
        assert answer.location.startswith("/akun/konfirmasi"), deed
    [row] = enrolled(app, rina).authenticators
    assert row.removal_due_at is None


def test_a_lost_app_goes_after_three_days_and_the_owner_is_told(app, owner, rina, mails, texts, worker, clock):
    owner.get(factor_path(app, rina))
    owner.submit(form=[one["action"].endswith("/lepas") for one in owner.forms()].index(True))
    assert "Akan dihapus pada" in owner.text
    assert "Langkah kedua akan dihapus" in mails(rina.email)
    assert "akan dihapus 3 hari lagi" in texts(rina.phone)
    clock.shift(2 * 86_400)
    worker.drain()
    assert enrolled(app, rina)
    clock.shift(86_400 + 10)
    assert not enrolled(app, rina)
    worker.drain()
    assert "Aplikasi autentikator dihapus" in mails(rina.email)


def test_whoever_is_signed_in_stops_the_removal(app, owner, rina, worker, clock):
    owner.get(factor_path(app, rina))
    owner.submit(form=[one["action"].endswith("/lepas") for one in owner.forms()].index(True))
    owner.submit(form=[one["action"].endswith("/pertahankan") for one in owner.forms()].index(True))
    clock.shift(4 * 86_400)
    worker.drain()
    assert enrolled(app, rina)


def test_an_app_gets_another_name(app, owner, rina):
    owner.get(factor_path(app, rina))
    owner.submit(name="HP baru")
    assert "HP baru" in owner.text


@pytest.mark.asvs("V1.2.1")
def test_a_name_is_shown_as_text(app, owner, rina):
    owner.get(factor_path(app, rina))
    owner.submit(name="<script>alert(1)</script>")
    assert "<script>alert" not in owner.text


def test_new_recovery_codes_take_the_place_of_the_old_ones(app, owner, rina, mails):
    owner.get(LIST)
    owner.submit(form=[one["action"].endswith("/kode-pemulihan") for one in owner.forms()].index(True), follow=False)
    assert len(re.findall(r"<code>[0-9A-Z-]{29}</code>", owner.text)) == 10
    assert owner.answer.headers["Cache-Control"] == "no-store"
    assert "Kode pemulihan baru dibuat" in mails(rina.email)


@pytest.mark.asvs("V8.2.2")
def test_nobody_touches_the_factor_of_another(app, owner, rina, budi):
    with_app(app, budi)
    path = factor_path(app, budi)
    owner.get(path)
    assert owner.path == LIST
    assert "sudah tidak ada" in owner.text
    token = owner.forms()[-1]["fields"]["csrf_token"]
    for deed in ("hapus", "lepas", "nama", "pertahankan"):
        owner.post(f"{path}/{deed}", {"csrf_token": token, "code": owner.phone.code(), "name": "x"})
    [row] = enrolled(app, budi).authenticators
    with app.app_context():
        assert (factors.enrolled(budi.account_id).authenticators[0].name, row.removal_due_at) == ("HP", None)


@pytest.mark.asvs("V14.2.1")
def test_secrets_are_not_in_the_address(browser):
    phone = offered(browser)
    browser.submit(code=phone.code(), name="HP")
    assert PASSWORD not in browser.path
    assert "secret" not in browser.path


@pytest.mark.asvs("V6.6.1")
def test_the_page_says_that_app_and_passkey_are_safer_than_sms(browser):
    assert "aplikasi dan passkey lebih aman" in browser.get(LIST).text
