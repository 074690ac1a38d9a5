"""SMS gateways: the form post, apprise, and the next sender when one fails."""

import logging
import socket
import time

import pytest

from idp.gateways import sms
from idp.gateways.sms import SmsFailed
from idp.identity import PhoneNumber
from idp.settings import Settings

PHONE = PhoneNumber("+6281200000001")
TEXT = "Kode kamu 123456. Jangan berikan kepada siapa pun.\n@localhost #123456"


def template(party, extra=""):
    return f"sms+{party.url}/sms/api/sendsms/?userkey=kunci&passkey=rahasia%26x{extra}"


def send(*urls, report=None):
    sms.from_settings(Settings(sms_urls=urls), report).send(PHONE, TEXT)


def refusal(*urls):
    with pytest.raises(SmsFailed) as failure:
        send(*urls)
    return str(failure.value)


def test_the_template_sender_posts_a_form(party):
    party.answers_with({"status": "1"})
    send(template(party))
    [asked] = party.received
    assert asked.path == "/sms/api/sendsms/"
    assert asked.form == {"userkey": "kunci", "passkey": "rahasia&x", "to": "+6281200000001", "message": TEXT}


def test_the_fields_for_number_and_text_can_have_other_names(party):
    party.answers_with(b"OK", status=202)
    send(template(party, "&to_field=nohp&text_field=pesan"))
    assert party.received[0].form == {
        "userkey": "kunci",
        "passkey": "rahasia&x",
        "nohp": "+6281200000001",
        "pesan": TEXT,
    }


@pytest.mark.parametrize("body", [b"OK", b"", b"[]", {"status": 1}, {"status": "1"}, {"status": True}, {"text": "x"}])
def test_what_counts_as_taken(party, body):
    party.answers_with(body)
    send(template(party))
    assert len(party.received) == 1


@pytest.mark.parametrize("body", [{"status": "0", "text": "+6281200000001"}, {"status": 0}, {"status": False}, {"status": None}])
def test_what_counts_as_refused(party, body):
    party.answers_with(body)
    assert refusal(template(party)) == "refused"


@pytest.mark.asvs("V15.3.2")
@pytest.mark.parametrize("status", [302, 400, 401, 500])
def test_another_http_status_is_a_failure_and_no_redirect_is_followed(party, status):
    party.answers_with({"status": "1"}, status=status, Location=party.url)
    assert refusal(template(party)) == f"HTTP {status}"
    assert len(party.received) == 1


@pytest.mark.asvs("V16.5.2")
def test_the_next_sender_takes_over(start_party):
    first, second = start_party(), start_party()
    first.answers_with({"status": "0"})
    second.answers_with({"status": "1"})
    heard = []
    send(template(first), template(second), report=lambda *failure: heard.append(failure))
    assert (len(first.received), len(second.received), heard) == (1, 1, [(0, "refused")])


def test_a_sender_that_took_the_message_is_the_last_one_asked(start_party):
    first, second = start_party(), start_party()
    first.answers_with({"status": "1"})
    send(template(first), template(second))
    assert second.received == []


@pytest.mark.asvs("V13.1.3", "V13.2.6")
def test_a_gateway_that_hangs_is_given_up(party, monkeypatch):
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.3)
    party.answers = [lambda handler: time.sleep(1)]
    assert refusal(template(party)) == "ReadTimeout"
    assert len(party.received) == 1


def test_every_sender_failing_is_told_without_number_or_text():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"sms+http://127.0.0.1:{free.getsockname()[1]}/"
    assert refusal(url, url) == "ConnectError, ConnectError"


def test_other_urls_go_to_apprise_with_the_number_in_its_place(party):
    party.answers_with(b"", status=200)
    send(party.url.replace("http://", "json://") + "/{to}/")
    [asked] = party.received
    assert asked.path.strip("/") == "6281200000001"
    assert asked.json["message"].split() == TEXT.split()


def test_a_url_that_nobody_understands_is_refused_at_start():
    with pytest.raises(ValueError, match="apprise"):
        sms.from_settings(Settings(sms_urls=("nosuch://x",)))


@pytest.mark.asvs("V16.2.5")
def test_neither_number_nor_text_nor_key_reaches_a_log(party, caplog):
    caplog.set_level(logging.DEBUG)
    party.answers_with({"status": "1"})
    send(template(party))
    send(party.url.replace("http://", "json://") + "/kunci/")
    assert not any(word in caplog.text for word in ("81200000001", "123456", "rahasia", "passkey"))
