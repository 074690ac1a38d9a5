"""This browser: a signed cookie that holds a random id and the CSRF secret, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from flask import Flask, Request, Response, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from idp import settings

KEY = "browser"


class _ReadLate(SessionMixin, MutableMapping[str, Any]):
    """The cookie's content, read and verified when somebody asks for it: what programs and most redirects ask needs none."""

    def __init__(self, read: Callable[[], SecureCookieSession]) -> None:
        self._read = read
        self._content: SecureCookieSession | None = None

    @property
    def is_read(self) -> bool:
        """Whether anybody asked."""
        return self._content is not None

    @property
    def content(self) -> SecureCookieSession:
        """What the cookie holds."""
        if self._content is None:
            self._content = self._read()
        return self._content

    def __getitem__(self, name: str) -> Any:
        return self.content[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.content[name] = value

    def __delitem__(self, name: str) -> None:
        del self.content[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.content)

    def __len__(self) -> int:
        return len(self.content)


class _LazilySigned(SecureCookieSessionInterface):
    """Flask's cookie session, whose secret lies in the database and is fetched at the first request."""

    def __init__(self, secret: Callable[[], bytes]) -> None:
        self._secret = secret
        self._made: tuple[object, URLSafeTimedSerializer | None] = (None, None)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The serializer, made once for a secret: Flask makes one for every request."""
        if not app.secret_key:
            app.secret_key = self._secret()
        secret, serializer = self._made
        if secret != app.secret_key:
            serializer = super().get_signing_serializer(app)
            self._made = (app.secret_key, serializer)
        return serializer

    def open_session(self, app: Flask, request: Request) -> _ReadLate:  # type: ignore[override]
        """Flask's, put off."""
        self.get_signing_serializer(app)  # Flask-WTF looks for the secret before it asks for a session
        opened = super().open_session

        def read() -> SecureCookieSession:
            content = opened(app, request)
            assert content is not None  # there is always a secret
            return content

        return _ReadLate(read)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Flask's, where there is anything to save."""
        if isinstance(session, _ReadLate) and session.is_read:
            super().save_session(app, session.content, response)


def init_app(app: Flask, secret: Callable[[], bytes]) -> None:
    """Configure the cookie: `__Host-` where people come over TLS."""
    https = settings.current().https
    app.session_interface = _LazilySigned(secret)
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("browser"),
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # bound to the cookie; a form may lie open for hours
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, which our Referrer-Policy withholds
    )


def cookie_name(name: str) -> str:
    """The name under which a cookie is set: with `__Host-` over TLS (RFC 6265bis 4.1.3.2)."""
    return f"__Host-{name}" if settings.current().https else name


def browser_id() -> str:
    """A random id of this browser, made when first asked for. Not a credential: it only ties steps together."""
    if KEY not in session:
        session[KEY] = secrets.token_urlsafe(16)
    return str(session[KEY])


def forget() -> None:
    """Start this browser anew: another id, another CSRF secret."""
    session.clear()
