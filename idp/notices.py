"""Notices: what people are told by SMS and mail.

Written in the same commit as the change they tell of, in the words that hold at that moment; sent by the worker. The texts
lie in `templates/notices/`, one file a text and language; a mail's first line is its subject."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from babel.dates import format_datetime, get_timezone
from flask import current_app

from idp import clock, outbox, settings, sms_budget
from idp.identity import EmailAddress, PhoneNumber

SMS_LENGTH = 160
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_DOUBLE = frozenset("^{}\\[~]|€")
LANGUAGES = ("id", "en")


class TextTooLong(ValueError):
    """A text that does not fit into one SMS, or holds characters that an SMS of 160 cannot carry."""


def sms(
    to: PhoneNumber, template: str, locale: str, *, account_id: str | None = None, expires_at: datetime | None = None, **facts: Any
) -> None:
    """Tell somebody by SMS, inside a unit of work. With a `code` the last line lets the phone fill it in (WebOTP).

    `account_id` is whose data key seals the text until it is sent; what has expired is never sent.
    Raises TextTooLong."""
    body = _render(f"sms/{template}", locale, facts)
    if code := facts.get("code"):
        body = f"{body}\n@{urlsplit(settings.current().issuer).hostname} #{code}"
    payload = {"to": to.e164, "text": _checked(body), "is_code": bool(code)}
    outbox.put("sms", payload, holder=account_id, expires_at=expires_at)


def mail(
    to: EmailAddress, template: str, locale: str, *, account_id: str | None = None, expires_at: datetime | None = None, **facts: Any
) -> None:
    """Tell somebody by mail, inside a unit of work; plain text, and the same words as HTML."""
    subject, _, body = _render(f"mail/{template}", locale, facts).partition("\n")
    body = body.strip()
    page = current_app.jinja_env.get_template("notices/mail/layout.html")
    issuer = settings.current().issuer
    paragraphs = [_with_links(part.strip(), issuer) for part in body.split("\n\n")]
    html = page.render(subject=subject, paragraphs=paragraphs, locale=_known(locale), issuer=issuer)
    payload = {"to": to.value, "subject": subject.strip(), "text": body, "html": html}
    outbox.put("mail", payload, holder=account_id, expires_at=expires_at)


@outbox.handler("sms")
def send_sms(payload: dict[str, Any]) -> None:
    """Hand one SMS to the gateway; what the gateway raises is tried again until the text expires."""
    to = PhoneNumber(payload["to"])
    current_app.extensions["sms"].send(to, payload["text"])
    if payload["is_code"]:
        sms_budget.code_sent(sms_budget.prefix(to))


@outbox.handler("mail")
def send_mail(payload: dict[str, Any]) -> None:
    """Hand one mail to the mail server."""
    current_app.extensions["mail"].send(EmailAddress(payload["to"]), payload["subject"], payload["text"], payload["html"])


def _render(name: str, locale: str, facts: dict[str, Any]) -> str:
    template = current_app.jinja_env.get_template(f"notices/{name}.{_known(locale)}.txt")
    told = {key: _moment(value, locale) if isinstance(value, datetime) else value for key, value in facts.items()}
    issuer = settings.current().issuer
    return template.render(issuer=issuer, issuer_host=urlsplit(issuer).netloc, now=_moment(clock.now(), locale), **told).strip()


def _with_links(paragraph: str, issuer: str) -> list[tuple[str, bool]]:
    """The pieces of a paragraph, and whether each is one of our own addresses; others never become links."""
    pieces = re.split(rf"({re.escape(issuer)}(?:[\w/#-]*[\w/])?)", paragraph)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]


def _known(locale: str) -> str:
    return locale if locale in LANGUAGES else LANGUAGES[0]


def _moment(moment: datetime, locale: str) -> str:
    words = format_datetime(moment, "d MMMM y HH.mm", tzinfo=get_timezone("Asia/Jakarta"), locale=_known(locale))
    return f"{words} WIB"


def _checked(text: str) -> str:
    plain = "".join(one if one in GSM7 or one in GSM7_DOUBLE else _nearest(one) for one in text)
    if sum(2 if one in GSM7_DOUBLE else 1 for one in plain) > SMS_LENGTH:
        raise TextTooLong
    return plain


def _nearest(character: str) -> str:
    kept = "".join(one for one in unicodedata.normalize("NFKD", character) if one in GSM7)
    return kept or "?"
