"""Notices: every text fits its medium and says what it must; what is told follows the change, not the attempt."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import idp
from idp import clock as the_clock
from idp import notices, sealed
from idp.extensions import unit_of_work
from idp.identity import EmailAddress, PhoneNumber
from idp.outbox import OutboxRow
from tests.owning import holder
from tests.timing import MovedClock

pytestmark = pytest.mark.any_database

FOLDER = Path(idp.__file__).parent / "templates" / "notices"
SMS_TEXTS = sorted(path.name.removesuffix(".txt") for path in (FOLDER / "sms").glob("*.txt"))
MAIL_TEXTS = sorted(path.name.removesuffix(".txt") for path in (FOLDER / "mail").glob("*.txt"))


def sent(app: Flask, tell: Any) -> dict[str, Any]:
    with app.app_context():
        with unit_of_work():
            tell()
        row = app.extensions["sqlalchemy"].session.query(OutboxRow).order_by(OutboxRow.created_at.desc()).first()
        payload: dict[str, Any] = row.payload
        return payload


@pytest.mark.parametrize("text", SMS_TEXTS + MAIL_TEXTS)
def test_every_text_exists_in_both_languages(text: str) -> None:
    name, language = text.rsplit(".", 1)
    other = {"id": "en", "en": "id"}[language]
    assert f"{name}.{other}" in SMS_TEXTS + MAIL_TEXTS


@pytest.mark.parametrize("text", [text for text in SMS_TEXTS if "{{ code }}" in (FOLDER / "sms" / f"{text}.txt").read_text()])
def test_an_sms_with_a_code_warns_and_ends_with_the_line_that_phones_read(app: Flask, configured: Any, text: str) -> None:
    configured(issuer="https://account.kemnaker.go.id")
    template, language = text.rsplit(".", 1)
    facts = {"code": "123456"}
    body = sent(app, lambda: notices.sms(PhoneNumber("+6281277700077"), template, language, **facts))["text"]
    assert len(body) <= 160
    assert set(body) <= notices.GSM7
    assert body.splitlines()[-1] == "@account.kemnaker.go.id #123456"
    assert ("Jangan beri tahu" if language == "id" else "Do not share") in body


@pytest.mark.parametrize("text", [text for text in SMS_TEXTS if "{{ code }}" not in (FOLDER / "sms" / f"{text}.txt").read_text()])
def test_every_other_sms_fits_into_one_part(app: Flask, configured: Any, text: str) -> None:
    configured(issuer="https://account.kemnaker.go.id")
    template, language = text.rsplit(".", 1)
    body = sent(app, lambda: notices.sms(PhoneNumber("+6281277700077"), template, language))["text"]
    assert len(body) <= 160
    assert set(body) <= notices.GSM7


def test_a_mail_has_a_subject_and_says_the_same_as_text_and_html(app: Flask) -> None:
    mail = sent(app, lambda: notices.mail(EmailAddress("a@example.id"), "welcome", "id", name="Nur'aini <b>"))
    assert mail["subject"] == "Akun SIAPkerja kamu sudah aktif"
    assert "Halo Nur'aini <b>," in mail["text"]
    assert "Halo Nur&#39;aini &lt;b&gt;," in mail["html"]
    assert "/profil" in mail["text"]
    assert '/profil" style' in mail["html"]


def test_an_unknown_language_gets_indonesian(app: Flask) -> None:
    mail = sent(app, lambda: notices.mail(EmailAddress("a@example.id"), "welcome", "jv", name="Siti"))
    assert mail["subject"] == "Akun SIAPkerja kamu sudah aktif"


def test_a_text_that_does_not_fit_is_refused(app: Flask) -> None:
    with pytest.raises(notices.TextTooLong):
        sent(app, lambda: notices.sms(PhoneNumber("+6281277700077"), "activation_code", "id", code="1" * 90))


def test_letters_that_an_sms_lacks_become_their_nearest() -> None:
    assert notices._checked("naïve café ‘Ō’ 😀") == "naive café ?O? ?"


@pytest.mark.asvs("V2.3.3")
def test_what_was_rolled_back_is_not_told(app: Flask, sandbox: Any, worker: Any) -> None:
    class Broken(Exception):
        pass

    person = sandbox.add_person()
    with app.app_context(), pytest.raises(Broken), unit_of_work():
        notices.sms(PhoneNumber(person["phone"]), "new_device", "id")
        raise Broken
    worker.drain()
    assert sandbox.sms(person["phone"]) == []


def test_an_expired_code_is_never_sent(app: Flask, sandbox: Any, worker: Any, clock: MovedClock) -> None:
    person = sandbox.add_person()
    sandbox.fault(sms="down")
    with app.app_context(), unit_of_work():
        until = the_clock.now() + timedelta(minutes=5)
        notices.sms(PhoneNumber(person["phone"]), "activation_code", "id", expires_at=until, code="123456")
    worker.drain()
    clock.shift(301)
    sandbox.clear_faults()
    worker.drain()
    assert sandbox.sms(person["phone"]) == []


@pytest.mark.asvs("V16.5.2")
def test_while_the_gateway_is_down_nothing_is_lost_or_sent_twice(app: Flask, sandbox: Any, worker: Any, clock: MovedClock) -> None:
    person = sandbox.add_person()
    sandbox.fault(sms="down")
    with app.app_context(), unit_of_work():
        notices.sms(PhoneNumber(person["phone"]), "new_device", "id")
    worker.drain()
    assert sandbox.sms(person["phone"]) == []
    sandbox.clear_faults()
    clock.shift(61)
    worker.drain()
    worker.drain()
    assert len(sandbox.sms(person["phone"])) == 1


def test_a_notice_is_sealed_under_its_owners_key_and_lost_with_it(app: Flask, sandbox: Any, worker: Any) -> None:
    whom = holder(app)
    with app.app_context():
        with unit_of_work():
            notices.sms(PhoneNumber(whom.phone), "new_device", "id", account_id=whom.account_id)
        with unit_of_work():
            sealed.destroy_data_key(whom.account_id)
    worker.drain()
    assert sandbox.sms(whom.phone) == []
