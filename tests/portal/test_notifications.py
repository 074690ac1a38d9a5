"""The bell and /pemberitahuan: what a person should know of, told once it is certain, and read only once."""

import re

import pytest
from sqlalchemy import event as sqlalchemy_event

from idp import audit, oidc
from idp.extensions import db, unit_of_work
from idp.portal import notifications
from tests.owning import PASSWORD, holder, press, sign_in
from tests.profile.filling import fill
from tests.selfservice.test_records import karirhub, let_in  # noqa: F401 - a fixture


@pytest.fixture
def rina(app):
    return holder(app)


@pytest.fixture
def browser(http, rina):
    sign_in(http, rina)
    return http


def bell(browser, path="/"):
    """The number at the bell; 0 for a bell without one."""
    found = re.search(r'class="bell".*?aria-label="([^"]+)".*?</a>', browser.get(path).text, re.DOTALL)
    shown = re.search(r'class="count" aria-hidden="true">([^<]+)<', found[0])
    assert ("belum dibaca" in found[1]) is bool(shown)
    return shown[1] if shown else 0


def told(browser):
    """The lines of the page, in words."""
    page = browser.get("/pemberitahuan").text
    return [" ".join(one.split()) for one in re.findall(r'<li class="entry">\s*<a href="[^"]+">(.*?)</a>', page, re.DOTALL)]


def happen(app, whom, *events, **facts):
    with app.app_context():
        for one in events:
            with unit_of_work():
                audit.record(one, whom.account_id, **facts)


def test_a_new_sign_in_elsewhere_rings_and_names_the_device(app, browser, rina):
    assert bell(browser) == 0
    elsewhere = browser.another()
    elsewhere.get("/masuk")
    answer = elsewhere.submit(identifier=rina.email, password=PASSWORD)
    assert answer.status_code == 200
    assert bell(browser) == "1"
    page = browser.get("/pemberitahuan").text
    assert "Akunmu dipakai masuk dari perangkat baru: Browser lain di perangkat lain" in " ".join(page.split())
    assert 'class="fresh">Baru<' in page
    assert bell(browser) == 0
    assert 'class="fresh"' not in browser.get("/pemberitahuan").text


def test_a_check_that_waited_is_told_when_the_answer_is_there(app, browser, rina, sandbox, worker, clock):
    with app.app_context():
        fill(rina.account_id)
    sandbox.fault(dukcapil="http_500")
    browser.get("/profil")
    press(browser, "/profil/kirim")
    assert told(browser) == ["Profilmu menunggu verifikasi: Dukcapil sedang tidak dapat dihubungi"]
    sandbox.clear_faults()
    clock.shift(120)
    worker.drain()
    assert bell(browser) == "1"
    assert told(browser)[0] == "Profilmu belum terverifikasi: ada data yang belum cocok dengan Dukcapil"


def test_consents_and_changes_are_told_with_the_service_and_the_place_to_act(app, browser, rina, karirhub):  # noqa: F811
    let_in(app, karirhub, rina)
    with app.app_context():
        oidc.disconnect(karirhub, rina.account_id)
    happen(app, rina, audit.Event.CONSENT_GIVEN, client_id=karirhub)
    browser.get("/akun/password")
    browser.submit(present=PASSWORD, password="Kopi!Hangat7pagi")
    page = " ".join(browser.get("/pemberitahuan").text.split())
    assert '<a href="/akun/password">Password diganti</a>' in page
    assert '<a href="/akun/layanan">Izin sebuah layanan untuk membaca datamu dicabut: Karirhub</a>' in page
    assert '<a href="/akun/layanan">Kamu mengizinkan sebuah layanan membaca datamu: Karirhub</a>' in page
    assert "You allowed a service to read your data: Karirhub" in browser.get("/pemberitahuan?lang=en").text


@pytest.mark.asvs("V8.2.2")
def test_nobody_hears_of_another_and_a_stranger_of_nobody(app, browser, rina):
    happen(app, holder(app, "Budi Santoso"), audit.Event.PASSWORD_CHANGED)
    assert bell(browser) == 0
    assert told(browser) == []
    assert browser.another().request("GET", "/pemberitahuan").location == "/masuk?next=/pemberitahuan"
    assert 'class="bell"' not in browser.another().get("/bantuan").text


def test_many_are_counted_to_a_hundred_and_read_page_by_page(app, browser, rina):
    happen(app, rina, *[audit.Event.EMAIL_CONFIRMED] * 105)
    assert bell(browser) == "99+"
    assert browser.request("HEAD", "/pemberitahuan").status_code == 200
    assert bell(browser, "/akun") == "99+"
    for odd in ("x", "' OR 1=1", "f" * 33):
        assert browser.get("/pemberitahuan", query_string={"sebelum": odd}).status_code == 200
    assert len(told(browser)) == notifications.PAGE
    older = re.search(r'href="(/pemberitahuan\?sebelum=[0-9a-f]{32})"', browser.text)[1]
    assert 'class="fresh"' not in browser.get(older).text
    happen(app, rina, audit.Event.PHONE_CHANGED)
    browser.get(older)
    assert bell(browser) == "1"


@pytest.mark.any_database
def test_the_bell_costs_one_statement(app, rina):
    statements = []

    def note(*facts):
        statements.append(facts[2])

    happen(app, rina, audit.Event.PASSWORD_CHANGED)
    with app.app_context():
        sqlalchemy_event.listen(db.engine, "before_cursor_execute", note)
        assert notifications.unread(rina.account_id) == 1
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", note)
    assert [one[:6] for one in statements if one != "BEGIN"] == ["SELECT"]
