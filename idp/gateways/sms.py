"""SMS gateways: several senders in order; the next takes over when one fails.

A sender is a URL: `sms+http://` and `sms+https://` are templates for gateways that take a form post (Zenziva's kind);
everything else is for `apprise` (Twilio, Vonage, Infobip, SMPP, WhatsApp Cloud …).
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import apprise
import httpx

from idp.identity import PhoneNumber
from idp.settings import Settings

TIMEOUT_SECONDS: Final = 10.0
MAX_ANSWER_BYTES: Final = 65_536

# Their lines name the numbers that are written to, and URLs with keys in them.
for _talkative in ("apprise", "urllib3.connectionpool"):
    logging.getLogger(_talkative).setLevel(logging.CRITICAL + 1)


class SmsFailed(Exception):
    """No sender took the message. Holds neither number nor text."""


class Sms(Protocol):
    """Whoever can send a short message."""

    def send(self, to: PhoneNumber, text: str) -> None:
        """Hand the message to a gateway. Raises `SmsFailed`."""


class FormPostSms:
    """A gateway that takes a form: the URL's query parameters become fields beside the number and the text.

    `to_field=` and `text_field=` in the query rename these two. Taken is what is answered with HTTP 2xx and, where the
    answer is JSON with a `status`, with 1 or true in it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._to_field = fields.pop("to_field", "to")
        self._text_field = fields.pop("text_field", "message")
        self._fields = fields
        # The fields hold the gateway's key: they go into the body, so that no log of URLs has them.
        self._url = urlunsplit((parts.scheme.removeprefix("sms+"), parts.netloc, parts.path or "/", "", ""))
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)

    def send(self, to: PhoneNumber, text: str) -> None:
        """Post one message. Not repeated on a time-out: it may have been sent."""
        form = {**self._fields, self._to_field: to.e164, self._text_field: text}
        try:
            answer = self._client.post(self._url, data=form)
        except httpx.HTTPError as error:
            raise SmsFailed(type(error).__name__) from None
        if not answer.is_success:
            raise SmsFailed(f"HTTP {answer.status_code}")
        if not _taken(answer):
            raise SmsFailed("refused")


class AppriseSms:
    """Any gateway that `apprise` knows. The number takes the place of `{to}`, or the end of the URL's path."""

    def __init__(self, url: str) -> None:
        self._url = url
        if apprise.Apprise.instantiate(self._for("6281200000001")) is None:
            raise ValueError("an SMS URL that apprise does not understand")

    def send(self, to: PhoneNumber, text: str) -> None:
        """Send one message through apprise."""
        sender = apprise.Apprise.instantiate(self._for(to.e164.removeprefix("+")))
        if sender is None or not sender.notify(body=text):
            raise SmsFailed("apprise")

    def _for(self, number: str) -> str:
        if "{to}" in self._url:
            return self._url.replace("{to}", number)
        address, mark, query = self._url.partition("?")
        return f"{address.rstrip('/')}/{number}/{mark}{query}"


class SendersInOrder:
    """The first sender that takes a message has it."""

    def __init__(self, senders: Sequence[Sms], report: Callable[[int, str], None] | None = None) -> None:
        self._senders = senders
        self._report = report or _ignore

    def send(self, to: PhoneNumber, text: str) -> None:
        """Try each sender once. Raises `SmsFailed` with every sender's reason."""
        reasons = []
        for position, sender in enumerate(self._senders):
            try:
                return sender.send(to, text)
            except SmsFailed as failure:
                self._report(position, str(failure))
                reasons.append(str(failure))
        raise SmsFailed(", ".join(reasons) or "no sender")


def from_settings(settings: Settings, report: Callable[[int, str], None] | None = None) -> Sms:
    """The senders of `IDP_SMS_URLS`. `report(position, reason)` hears of each one that failed.

    Raises ValueError for a URL that cannot be understood.
    """
    return SendersInOrder([_sender(url) for url in settings.sms_urls], report)


def _sender(url: str) -> Sms:
    return FormPostSms(url) if url.startswith(("sms+http://", "sms+https://")) else AppriseSms(url)


def _taken(answer: httpx.Response) -> bool:
    if len(answer.content) > MAX_ANSWER_BYTES:
        return True
    try:
        body: Any = answer.json()
    except ValueError:
        return True
    if not isinstance(body, dict) or "status" not in body:
        return True
    return str(body["status"]).strip().lower() in ("1", "true")


def _ignore(position: int, reason: str) -> None:
    pass
