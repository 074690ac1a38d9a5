"""The history in words, and connected services."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import idp
from idp import clock, oidc
from idp.audit import Event, record
from idp.extensions import db, unit_of_work
from idp.oidc import clients, metadata
from idp.oidc.models import Consent, RefreshFamily
from idp.selfservice import history
from tests.owning import PASSWORD, press, sign_in, with_app


@pytest.mark.asvs("V16.3.1")
def test_sign_ins_and_changes_are_told_in_words(app, browser, rina):
    browser.get("/akun/password")
    browser.submit(present=PASSWORD, password="Kopi!Hangat7pagi")
    with_app(app, rina)
    browser.get("/akun/riwayat")
    for words in ("Masuk", "Chrome di HP Android", "Password diganti", "Aplikasi autentikator ditambahkan"):
        assert words in browser.text
    assert "session_begun" not in browser.text


def test_the_latest_stands_above(app, browser, rina):
    with app.app_context(), unit_of_work():
        record(Event.EMAIL_CONFIRMED, rina.account_id)
    browser.get("/akun/riwayat")
    assert browser.text.index("Email dikonfirmasi") < browser.text.index("<strong>Masuk")


@pytest.mark.asvs("V8.2.2")
def test_nobody_reads_the_history_of_another(app, browser, rina, budi):
    with app.app_context(), unit_of_work():
        record(Event.PHONE_CHANGED, budi.account_id)
    browser.get("/akun/riwayat")
    assert "Nomor HP diganti" not in browser.text


def test_a_long_history_has_pages(app, browser, rina):
    with app.app_context():
        for _ in range(45):
            with unit_of_work():
                record(Event.SIGN_IN_FAILED, rina.account_id)
    browser.get("/akun/riwayat")
    assert browser.text.count("Percobaan masuk gagal") == 30
    browser.get(re.search(r'href="(/akun/riwayat\?sebelum=[0-9a-f]{32})"', browser.text).group(1))
    assert browser.text.count("Percobaan masuk gagal") == 15


@pytest.mark.parametrize("odd", ["x", "' OR 1=1", "%00", "f" * 33])
def test_nonsense_as_a_page_is_the_first_page(browser, odd):
    assert browser.get(f"/akun/riwayat?sebelum={odd}").status_code == 200


@pytest.mark.asvs("V16.3.3")
def test_every_event_of_a_persons_account_has_words_or_is_left_out_on_purpose():
    unspoken = {
        Event.CLIENT_CHANGED, Event.CLIENT_REGISTERED, Event.CLIENT_REMOVED, Event.CLIENT_RESTORED, Event.CLIENT_SECRET_ROTATED,
        Event.CLIENT_SUSPENDED, Event.CODE_REPLAYED, Event.CODE_SENT, Event.DEVICE_REMEMBERED, Event.KEYS_ROTATED, Event.KEY_RETIRED,
        Event.REFRESH_TOKEN_REPLAYED, Event.REGISTRATION_CHECKED, Event.REGISTRATION_OPENED, Event.SESSION_RENEWED,
        Event.SIGN_IN_HELD, Event.SMS_PREFIX_STOPPED, Event.TOKENS_REVOKED,
    }  # fmt: skip
    assert unspoken <= history.QUIET


@pytest.mark.any_database
def test_every_cause_of_a_sign_ins_end_has_words():
    source = "".join(path.read_text() for path in Path(idp.__file__).parent.rglob("*.py"))
    causes = set(re.findall(r'\bend(?:_everywhere)?\(.*?"([a-z_]+)"', source))
    assert len(causes) >= 10
    assert causes - {"signed_out", "erased"} == set(history.CAUSES), "one's own wish needs none, and nobody reads of the last"


@pytest.fixture
def karirhub(app) -> str:
    with app.app_context():
        document = {
            "client_name": "Karirhub", "redirect_uris": ["https://karirhub.example/cb"], "colour": "#0b57a4",
            "backchannel_logout_uri": "https://karirhub.example/bye", "scope": "openid email",
        }  # fmt: skip
        return clients.add(metadata.ClientMetadata.model_validate(document)).client.client_id


def let_in(app, client_id, whom) -> None:
    with app.app_context(), unit_of_work() as session:
        now = clock.now()
        for item, granted in (("email", True), ("phone_number", False)):
            session.add(
                Consent(
                    client_id=client_id,
                    subject=whom.account_id,
                    item=item,
                    granted=granted,
                    decided_at=now,
                    expires_at=now + oidc.consents.LIFE,
                )
            )
        session.add(
            RefreshFamily(
                id="f" * 32,
                grant_id="g" * 32,
                client_id=client_id,
                subject=whom.account_id,
                authorization={},
                token_hash="x" * 43,
                issued_at=now,
                idle_until=now + oidc.consents.LIFE,
                expires_at=now + oidc.consents.LIFE,
            )
        )


def test_a_service_is_shown_with_what_it_may_read(app, browser, rina, karirhub):
    let_in(app, karirhub, rina)
    browser.get("/akun/layanan")
    assert "Karirhub" in browser.text
    reads, _, withheld = browser.text.partition("Tidak kamu izinkan")
    assert "mail" in reads.partition("Boleh membaca")[2]
    assert withheld


@pytest.mark.asvs("V10.4.9", "V10.7.3", "V8.3.2")
def test_withdrawing_ends_the_services_tokens_at_once(app, browser, rina, karirhub):
    let_in(app, karirhub, rina)
    browser.get("/akun/layanan")
    press(browser, "/cabut")
    assert "sudah dicabut" in browser.text
    with app.app_context():
        assert oidc.connections(rina.account_id) == []
        assert db.session.query(RefreshFamily).one().revoked_at is not None
    browser.get("/akun/riwayat")
    assert "Izin membaca data dicabut: Karirhub" in browser.text


@pytest.mark.asvs("V8.2.2")
def test_nobody_withdraws_for_another(app, browser, rina, budi, karirhub):
    let_in(app, karirhub, budi)
    browser.get("/akun")
    token = browser.forms()[-1]["fields"]["csrf_token"]
    browser.post(f"/akun/layanan/{karirhub}/cabut", {"csrf_token": token})
    with app.app_context():
        assert len(oidc.connections(budi.account_id)) == 1


def test_without_connected_services_the_page_says_so(http, rina):
    sign_in(http, rina)
    http.get("/akun/layanan")
    assert "Belum ada layanan" in http.text
