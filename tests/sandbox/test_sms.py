"""The SMS gateway: what it takes, what it refuses, how it fails, and the inbox of a phone."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.outside import Outside

PHONE = "+6281200000042"


def send(client: httpx.Client, path: str = "/sms/api/sendsms/", /, **changed: str | None) -> httpx.Response:
    form: dict[str, str | None] = {"userkey": "sandbox", "passkey": "sandbox", "to": PHONE, "message": "Kode 123456", **changed}
    return client.post(path, data={name: value for name, value in form.items() if value is not None})


def test_a_message_reaches_the_phone_that_it_is_for(outside: Outside, client: httpx.Client) -> None:
    answer = send(client, message="Kode kamu: 123456\n@localhost #123456")
    assert answer.status_code == 200
    assert list(answer.json()) == ["messageId", "to", "status", "text"]
    assert answer.json() | {"messageId": 0} == {"messageId": 0, "to": PHONE, "status": "1", "text": "Success"}
    (message,) = outside.sms(PHONE)
    assert set(message) == {"to", "text", "at"}
    assert (message["to"], message["text"]) == (PHONE, "Kode kamu: 123456\n@localhost #123456")
    assert outside.sms("+6281200000043") == []


def test_the_newest_message_is_last(outside: Outside, client: httpx.Client) -> None:
    for text in ("satu", "dua", "tiga"):
        send(client, message=text)
    messages = outside.sms(PHONE)
    assert [message["text"] for message in messages] == ["satu", "dua", "tiga"]
    assert outside.wait_for_sms(PHONE, after=2)["text"] == "tiga"
    assert sorted(message["at"] for message in messages) == [message["at"] for message in messages]


@pytest.mark.parametrize("written", ["081200000042", "6281200000042", "+62 812-0000-0042"])
def test_a_number_may_be_written_in_any_way(outside: Outside, client: httpx.Client, written: str) -> None:
    assert send(client, to=written).json()["status"] == "1"
    assert len(outside.sms(PHONE)) == 1
    assert client.get(f"/sms/{written}.json").json() == outside.sms(PHONE)


@pytest.mark.parametrize(
    "changed",
    [
        {"passkey": "guess"},
        {"userkey": None},
        {"to": "+14155550100"},
        {"to": "+62215551234"},
        {"to": ""},
        {"to": "x" * 100_000},
        {"message": ""},
        {"message": None},
        {"message": "A" * 2000},
    ],
)
def test_a_refusal_is_status_0_and_delivers_nothing(outside: Outside, client: httpx.Client, changed: dict[str, str | None]) -> None:
    answer = send(client, **changed)
    assert (answer.status_code, answer.json()["status"]) == (200, "0")
    assert answer.json()["text"] != "Success"
    assert outside.sms(PHONE) == []


def test_the_gateway_fails_as_the_switch_says(outside: Outside, client: httpx.Client) -> None:
    outside.fault(sms="refuse")
    assert send(client).json()["status"] == "0"
    outside.fault(sms="down")
    assert send(client).status_code == 503
    outside.fault(sms="dropped")
    with pytest.raises(httpx.RemoteProtocolError):
        send(client)
    assert outside.sms(PHONE) == []


def test_a_slow_gateway_delivers_late(outside: Outside, client: httpx.Client) -> None:
    outside.fault(sms="slow", slow_seconds=0.5)
    began = time.monotonic()
    assert send(client).json()["status"] == "1"
    assert time.monotonic() - began > 0.5
    assert len(outside.sms(PHONE)) == 1


def test_an_answer_can_be_lost_after_the_message_went_out(outside: Outside, client: httpx.Client) -> None:
    outside.fault(sms="answer_lost")
    with pytest.raises(httpx.RemoteProtocolError):
        send(client)
    assert len(outside.sms(PHONE)) == 1


def test_the_second_gateway_works_while_the_first_is_down(outside: Outside, client: httpx.Client) -> None:
    outside.fault(sms="down")
    assert send(client, "/sms/backup/api/sendsms/").json()["status"] == "1"
    outside.fault(sms="ok", sms_backup="refuse")
    assert send(client, "/sms/backup/api/sendsms/").json()["status"] == "0"
    assert send(client).json()["status"] == "1"
    assert len(outside.sms(PHONE)) == 2


def test_an_inbox_keeps_the_last_messages_only(outside: Outside, client: httpx.Client) -> None:
    for number in range(205):
        send(client, message=f"nomor {number}")
    messages = outside.sms(PHONE)
    assert (len(messages), messages[0]["text"], messages[-1]["text"]) == (200, "nomor 5", "nomor 204")


def test_the_page_shows_the_message_as_text(outside: Outside, client: httpx.Client) -> None:
    send(client, message="<script>alert(1)</script> buka https://localhost/a?b=1")
    page = client.get(f"/sms/{PHONE}")
    assert "&lt;script&gt;" in page.text
    assert 'href="https://localhost/a?b=1"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_many_at_once_all_arrive(outside: Outside, client: httpx.Client) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda number: send(client, message=str(number)), range(150)))
    assert {answer.json()["status"] for answer in answers} == {"1"}
    assert len({answer.json()["messageId"] for answer in answers}) == 150
    assert {int(message["text"]) for message in outside.sms(PHONE)} == set(range(150))


def test_clearing_empties_every_inbox(outside: Outside, client: httpx.Client) -> None:
    send(client)
    assert client.post("/inboxes/clear").status_code == 303
    assert outside.sms(PHONE) == []


def test_a_phone_that_cannot_be_has_no_inbox(outside: Outside, client: httpx.Client) -> None:
    for path in ("/sms/nobody", "/sms/nobody.json", "/sms/+1415.json", "/sms/%00", "/sms/%ff.json"):
        assert client.get(path).status_code == 404
    with pytest.raises(TimeoutError):
        outside.wait_for_sms(PHONE, timeout=0.1)
