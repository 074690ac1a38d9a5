"""Where one is signed in: in words, and ended with a button."""

from __future__ import annotations

import pytest

from idp import sessions
from tests.owning import PASSWORD, sign_in


@pytest.fixture
def elsewhere(browser, rina):
    other = browser.another()
    other.sid = sign_in(other, rina)
    return other


def is_in(browser) -> bool:
    return browser.request("GET", "/akun").status_code == 200


@pytest.mark.asvs("V7.5.2")
def test_sign_ins_are_listed_in_words(browser, elsewhere):
    browser.get("/akun/perangkat")
    assert browser.text.count("Chrome di HP Android") >= 2
    assert browser.text.count("Perangkat ini") == 1


@pytest.mark.asvs("V7.5.2", "V7.4.1")
def test_one_device_is_ended_and_the_others_stay(browser, elsewhere, rina):
    third = browser.another()
    sign_in(third, rina)
    browser.get("/akun/perangkat")
    browser.submit(form=[elsewhere.sid in one["action"] for one in browser.forms()].index(True))
    assert "sudah dikeluarkan" in browser.text
    assert not is_in(elsewhere)
    assert is_in(third)
    assert is_in(browser)


def test_all_others_are_ended_at_once(browser, elsewhere):
    browser.get("/akun/perangkat")
    browser.submit(form=[one["action"].endswith("keluarkan-lainnya") for one in browser.forms()].index(True))
    assert not is_in(elsewhere)
    assert is_in(browser)


@pytest.mark.asvs("V7.5.2")
def test_ending_asks_for_a_fresh_proof(stale, rina):
    other = stale.another()
    sid = sign_in(other, rina)
    stale.get("/akun/perangkat")
    stale.submit(form=[sid in one["action"] for one in stale.forms()].index(True))
    assert stale.path.startswith("/akun/konfirmasi")
    assert is_in(other)
    stale.submit(password=PASSWORD)
    assert stale.path == "/akun/perangkat"


@pytest.mark.asvs("V8.2.2")
def test_nobody_ends_the_sign_in_of_another(browser, budi):
    other = browser.another()
    sid = sign_in(other, budi)
    browser.get("/akun")
    token = browser.forms()[-1]["fields"]["csrf_token"]
    browser.post(f"/akun/perangkat/{sid}/keluar", {"csrf_token": token})
    assert is_in(other)


class TestNotMe:
    """The link in the notice of a sign-in on a new device."""

    @pytest.fixture
    def link(self, http, rina, mails) -> str:
        thief = http.another()
        thief.get("/masuk")
        thief.submit(identifier=rina.email, password=PASSWORD, follow=False)
        http.thief = thief
        text = mails(rina.email)
        return "/akun/bukan-saya/" + text.split("/akun/bukan-saya/")[-1].split()[0]

    def test_opening_the_link_ends_nothing(self, http, link):
        http.get(link)
        assert http.answer.status_code == 200
        assert is_in(http.thief)

    def test_the_button_ends_that_sign_in_and_leads_into_recovery(self, http, link):
        http.get(link)
        http.submit()
        assert "/pemulihan" in http.text
        assert not is_in(http.thief)

    def test_the_device_is_a_stranger_again(self, app, http, link, rina, mails):
        before = mails(rina.email).count("Akunmu masuk di perangkat baru")
        http.get(link)
        http.submit()
        http.thief.get("/masuk")
        http.thief.submit(identifier=rina.email, password=PASSWORD, follow=False)
        assert mails(rina.email).count("Akunmu masuk di perangkat baru") == before + 1

    def test_other_sign_ins_go_on(self, http, link, rina):
        mine = http.another()
        sign_in(mine, rina)
        http.get(link)
        http.submit()
        assert is_in(mine)

    @pytest.mark.parametrize(
        "spoilt", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: "Q" + t[1:], lambda t: t + "AAAA", lambda t: "x"]
    )
    def test_a_link_that_was_changed_is_none(self, http, link, spoilt):
        head, _, token = link.rpartition("/")
        http.get(f"{head}/{spoilt(token)}")
        assert http.answer.status_code == 404
        assert is_in(http.thief)

    def test_the_link_ends_after_a_fortnight(self, http, link, clock):
        clock.shift(15 * 86_400)
        assert http.get(link).status_code == 404

    def test_the_link_fits_into_an_sms_of_the_real_host(self, configured, context):
        configured(issuer="https://akun.siapkerja.kemnaker.go.id")
        token = sessions.disowning.link_token("0" * 32)
        for locale in ("id", "en"):
            page = context.jinja_env.get_template(f"notices/sms/new_device.{locale}.txt")
            assert len(page.render(issuer_host="akun.siapkerja.kemnaker.go.id", token=token).strip()) <= 160
