"""A mail server that keeps what it gets, and an inbox page per address."""

import asyncio
import email
import email.policy
import re
import threading
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Blueprint, Response, abort, jsonify, render_template

from sandbox import world

_ADDRESS = re.compile(r"[^\s@/<>\"]{1,64}@[^\s@/<>\"]{1,190}")
_LARGEST = 5 * 1024 * 1024
_PATIENCE = 60.0  # seconds that a silent client is kept
_FENCE = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:"

blueprint = Blueprint("mail", __name__, url_prefix="/mail")


@blueprint.get("/<raw_address>")
def inbox(raw_address: str) -> str:
    """The inbox page of an address."""
    address = as_address(raw_address) or abort(404)
    messages = world.current().mail.of(address)
    return render_template("inbox.html", kind="mail", owner=address, messages=messages[::-1], count=len(messages))


@blueprint.get("/<raw_address>.json")
def inbox_json(raw_address: str) -> Response:
    """The same as [{to, subject, text, html, at}], newest last."""
    address = as_address(raw_address) or abort(404)
    return jsonify(world.current().mail.of(address))


@blueprint.get("/<raw_address>/<int:number>.html")
def body(raw_address: str, number: int) -> Response:
    """The HTML of message `number` (0: the oldest kept), fenced off; links open in a new window."""
    messages = world.current().mail.of(as_address(raw_address) or abort(404))
    if number >= len(messages):
        abort(404)
    page = Response('<base target="_blank">' + messages[number]["html"], mimetype="text/html")
    page.headers["Content-Security-Policy"] = _FENCE
    return page


def as_address(raw: str) -> str | None:
    """An address in the spelling that inboxes go by; None when it is none."""
    return raw.lower() if _ADDRESS.fullmatch(raw) and raw.isprintable() else None


class Postbox:
    """What the SMTP server does with a message: refuses it, or puts it into the inbox of each recipient."""

    def __init__(self, of: world.World) -> None:
        self._world = of

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or fail as the switch says."""
        position = self._world.switches.use("mail")
        if position == "slow":
            await asyncio.sleep(self._world.switches.number("slow_seconds"))
        if position == "down" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        if position == "busy":
            return "451 4.7.1 Try again later"
        if position == "refuse" or as_address(address) is None:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message."""
        parts = read(envelope.content if isinstance(envelope.content, bytes) else b"")
        for recipient in envelope.rcpt_tos:
            self._world.mail.deliver(recipient.lower(), **parts)
        return "250 OK"


def read(raw: bytes) -> dict[str, str]:
    """Subject, text and html of a message as it came over the wire; what is not there, or cannot be read, is empty."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return {"subject": _clean(str(message.get("Subject", ""))), "text": _part(message, "plain"), "html": _part(message, "html")}


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return _clean(payload.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n"))
    except LookupError:
        return _clean(payload.decode("latin-1"))


def _clean(text: str) -> str:
    """The text without half characters, which no page could be encoded with."""
    return text.encode("utf-8", "replace").decode("utf-8")


class MailServer:
    """The SMTP server, in a thread of its own."""

    def __init__(self, of: world.World, host: str, port: int) -> None:
        """Listen on `port` (0: any free one). Raises: OSError when the port is in use."""
        self._loop = asyncio.new_event_loop()
        postbox = Postbox(of)
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(
                    postbox, hostname="sandbox", enable_SMTPUTF8=True, data_size_limit=_LARGEST, timeout=_PATIENCE,
                    loop=self._loop,
                ),
                host,
                port,
            )
        )  # fmt: skip
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
