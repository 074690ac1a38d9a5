"""The mail server over SMTP, and the inbox of an address."""

import smtplib
import time
from email.message import EmailMessage

import httpx
import pytest

from tests.outside import Outside

ADDRESS = "rina@example.id"


def letter(subject: str = "Selamat datang", to: str = ADDRESS, text: str = "Halo Rina", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "SIAPkerja <akun@example.id>", to, subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def post(outside: Outside, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", outside.mail_port, timeout=5) as smtp:
        smtp.send_message(message)


def test_a_letter_arrives_with_both_its_bodies(outside: Outside) -> None:
    post(outside, letter("Kode kamu – “123456”", text="Kode: 123456\n", html="<p>Kode: <b>123456</b> é</p>\n"))
    (found,) = outside.mail(ADDRESS)
    assert set(found) == {"to", "subject", "text", "html", "at"}
    assert (found["to"], found["subject"]) == (ADDRESS, "Kode kamu – “123456”")
    assert (found["text"], found["html"]) == ("Kode: 123456\n", "<p>Kode: <b>123456</b> é</p>\n")


def test_each_recipient_has_it_and_nobody_else(outside: Outside) -> None:
    message = letter(to=f"{ADDRESS}, Budi@Example.id")
    post(outside, message)
    assert outside.mail("budi@example.id")[0]["to"] == "budi@example.id"
    assert outside.mail("BUDI@example.ID") == outside.mail("budi@example.id")
    assert outside.wait_for_mail(ADDRESS)["subject"] == "Selamat datang"
    assert outside.mail("siti@example.id") == []


def test_the_newest_letter_is_last(outside: Outside) -> None:
    for subject in ("satu", "dua"):
        post(outside, letter(subject))
    assert [found["subject"] for found in outside.mail(ADDRESS)] == ["satu", "dua"]
    assert outside.wait_for_mail(ADDRESS, after=1)["subject"] == "dua"


def test_mail_in_a_strange_dress_is_kept(outside: Outside) -> None:
    raw = b"Subject: =?utf-8?q?broken=ff?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\nhalo \xff\xfe\r\n"
    for strange in (raw, b"", b"\x00\x00", b"Content-Type: multipart/mixed\r\n\r\nno boundary", "Subject: é\r\n\r\nü".encode()):
        with smtplib.SMTP("127.0.0.1", outside.mail_port, timeout=5) as smtp:
            smtp.sendmail("a@example.id", [ADDRESS], strange)
    assert len(outside.mail(ADDRESS)) == 5
    assert "halo" in outside.mail(ADDRESS)[0]["text"]
    assert httpx.get(f"{outside.url}/mail/{ADDRESS}").status_code == 200


@pytest.mark.parametrize(("position", "code"), [("refuse", 550), ("busy", 451)])
def test_a_refusing_server_says_so_to_the_sender(outside: Outside, position: str, code: int) -> None:
    outside.fault(mail=position)
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post(outside, letter())
    assert refused.value.recipients[ADDRESS][0] == code
    assert outside.mail(ADDRESS) == []
    outside.fault(mail="ok")
    post(outside, letter())
    assert len(outside.mail(ADDRESS)) == 1


def test_a_server_that_goes_down_drops_the_sender(outside: Outside) -> None:
    outside.fault(mail="down:1")
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        post(outside, letter())
    post(outside, letter())
    assert len(outside.mail(ADDRESS)) == 1


def test_a_slow_server_takes_its_time(outside: Outside) -> None:
    outside.fault(mail="slow", slow_seconds=0.5)
    began = time.monotonic()
    post(outside, letter())
    assert time.monotonic() - began > 0.5


def test_the_page_fences_off_what_the_letter_brings(outside: Outside, client: httpx.Client) -> None:
    post(outside, letter(text="https://localhost/pulih?t=1", html="<script>top.location='/'</script><p>Halo</p>"))
    page = client.get(f"/mail/{ADDRESS}").text
    assert "<script>top" not in page
    assert 'href="https://localhost/pulih?t=1"' in page
    body = client.get(f"/mail/{ADDRESS}/0.html")
    assert body.headers["content-security-policy"].startswith("sandbox allow-popups ")
    assert client.get(f"/mail/{ADDRESS}/1.html").status_code == 404


def test_what_is_no_address_has_no_inbox(client: httpx.Client) -> None:
    for path in ("/mail/nobody", "/mail/nobody.json", "/mail/a%00@b.json", "/mail/a@b@c.json"):
        assert client.get(path).status_code == 404
