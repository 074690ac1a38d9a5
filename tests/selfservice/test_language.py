"""`/akun/bahasa`: notices come in the language that their reader chose, whatever the pages are in."""

from __future__ import annotations

from tests.selfservice.test_contacts import ask_email


def test_notices_follow_the_persons_choice(app, browser, rina, mails):
    browser.get("/akun")
    assert "Email kamu belum dikonfirmasi" in browser.text
    browser.get("/akun/bahasa")
    browser.submit(language="en")
    assert "Mulai sekarang SMS dan email" in browser.text  # the page itself stays as it was
    browser.get("/akun/bahasa")
    assert browser.submit(language="fr").status_code == 400
    ask_email(browser, "bahasa.baru@example.id")
    text = mails("bahasa.baru@example.id")
    assert "Hello Rina Kartikasari" in text
    assert "Halo" not in text
