"""Mail: one message in two forms, to one recipient, whatever is in the subject."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from idp.gateways import mail
from idp.gateways.mail import MailFailed
from idp.identity import EmailAddress
from idp.settings import Settings

SITI = EmailAddress("siti.aminah@example.id")


class Inbox:
    def __init__(self, answer="250 OK"):
        self.answer = answer
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return self.answer

    @property
    def messages(self):
        return [message_from_bytes(envelope.content, policy=policy.default) for envelope in self.envelopes]


@pytest.fixture
def serve():
    running = []

    def start(inbox, **options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return f"127.0.0.1:{port}"

    yield start
    for controller in running:
        controller.stop()


def send(url, subject="Selamat datang", html="<p>Halo</p>"):
    settings = Settings(mail_url=url, mail_from="SIAPkerja <akun@example.id>")
    mail.from_settings(settings).send(SITI, subject, "Halo, Siti — selamat", html)


def test_a_message_has_text_and_html_and_says_that_a_program_wrote_it(serve):
    inbox = Inbox()
    send(f"smtp://{serve(inbox)}")
    [message], [envelope] = inbox.messages, inbox.envelopes
    assert envelope.rcpt_tos == ["siti.aminah@example.id"]
    assert envelope.mail_from == "akun@example.id"
    assert (message["From"], message["To"]) == ("SIAPkerja <akun@example.id>", "siti.aminah@example.id")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@example.id>")
    assert message["Date"]
    parts = {part.get_content_type(): part.get_content().strip() for part in message.iter_parts()}
    assert parts == {"text/plain": "Halo, Siti — selamat", "text/html": "<p>Halo</p>"}


def test_a_message_may_be_text_alone(serve):
    inbox = Inbox()
    send(f"smtp://{serve(inbox)}", html=None)
    assert inbox.messages[0].get_content_type() == "text/plain"


@pytest.mark.asvs("V1.3.11")
def test_a_line_break_in_a_subject_starts_no_header(serve):
    inbox = Inbox()
    send(f"smtp://{serve(inbox)}", subject="Halo\r\nBcc: lain@example.id\n\nIsi — lain")
    [message], [envelope] = inbox.messages, inbox.envelopes
    assert message["Subject"] == "Halo Bcc: lain@example.id Isi — lain"
    assert message["Bcc"] is None
    assert envelope.rcpt_tos == ["siti.aminah@example.id"]


def test_name_and_password_are_shown_to_the_server(serve):
    seen = []

    def authenticate(server, session, envelope, mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=True)

    inbox = Inbox()
    address = serve(inbox, authenticator=authenticate, auth_required=True, auth_require_tls=False)
    send(f"smtp://kantor:r%40hasia@{address}")
    assert set(seen) == {(b"kantor", b"r@hasia")}
    assert len(inbox.messages) == 1


def test_a_refusal_is_told_without_the_address(serve):
    with pytest.raises(MailFailed) as failure:
        send(f"smtp://{serve(Inbox('550 siti.aminah@example.id unknown'))}")
    assert str(failure.value) == "SMTPDataError"


@pytest.mark.asvs("V12.3.1")
def test_a_server_without_encryption_is_no_server_where_it_is_asked_for(serve):
    inbox = Inbox()
    with pytest.raises(MailFailed):
        send(f"smtp+starttls://{serve(inbox)}")
    assert inbox.messages == []


def test_nobody_at_the_address_is_a_failure():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(MailFailed, match="ConnectionRefusedError"):
        send(f"smtp://{address}")


@pytest.mark.parametrize("url", ["http://localhost", "smtp://", "localhost:25"])
def test_another_url_is_refused_at_start(url):
    with pytest.raises(ValueError, match="mail URL"):
        send(url)
