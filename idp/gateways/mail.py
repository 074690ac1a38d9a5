"""The mail server: one message, text and HTML, to one address."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from idp import clock
from idp.identity import EmailAddress
from idp.settings import Settings

TIMEOUT_SECONDS: Final = 10.0
_DEFAULT_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailFailed(Exception):
    """The server did not take the message. Holds neither address nor text."""


class Mail(Protocol):
    """Whoever can send an e-mail."""

    def send(self, to: EmailAddress, subject: str, text: str, html: str | None = None) -> None:
        """Hand the message to the server. Raises `MailFailed`."""


class SmtpMail:
    """A server by URL: `smtp://`, `smtp+starttls://` or `smtps://`, with `user:password@` where it wants them."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise ValueError("a mail URL is smtp://, smtp+starttls:// or smtps:// with a host")
        self._scheme = parts.scheme
        self._host = parts.hostname
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        name, address = parseaddr(sender)
        local, _, self._domain = address.partition("@")
        self._sender = Address(name, local, self._domain)

    def send(self, to: EmailAddress, subject: str, text: str, html: str | None = None) -> None:
        """Send one message; a server that does not answer within the time-out has failed."""
        message = self._message(to, subject, text, html)
        try:
            with self._connection() as server:
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            # The library's texts repeat the recipient and what the server said about them.
            raise MailFailed(type(error).__name__) from None

    def _message(self, to: EmailAddress, subject: str, text: str, html: str | None) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        local, _, domain = to.value.rpartition("@")
        message["From"] = self._sender
        message["To"] = Address("", local, domain)
        # A line break in a subject would start a header of the writer's choice.
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = make_msgid(domain=self._domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: no holiday replies to us
        message.set_content(text)
        if html is not None:
            message.add_alternative(html, subtype="html")
        return message

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        with self._connect() as server:
            if self._scheme == "smtp+starttls":
                server.starttls(context=ssl.create_default_context())
            if self._login:
                server.login(*self._login)
            yield server

    def _connect(self) -> smtplib.SMTP:
        # Its own name, given, spares a look-up of this machine's name that may hang.
        name = self._domain or "localhost"
        if self._scheme == "smtps":
            trust = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, name, timeout=TIMEOUT_SECONDS, context=trust)
        return smtplib.SMTP(self._host, self._port, name, timeout=TIMEOUT_SECONDS)


def from_settings(settings: Settings) -> Mail:
    """The server of `IDP_MAIL_URL`. Raises ValueError for a URL that cannot be understood."""
    return SmtpMail(settings.mail_url, settings.mail_from)
