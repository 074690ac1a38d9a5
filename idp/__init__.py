"""SIAPkerja's account: a citizen becomes an account, an account a sign-in, a sign-in tokens, a profile claims.

`create_app` is the only place that knows every slice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import flask
from dramatiq.brokers.redis import RedisBroker

from idp import (
    audit,
    developers,
    host,
    login,
    oidc,
    outbox,
    portal,
    profile,
    recovery,
    registration,
    resume,
    sealed,
    selfservice,
    sessions,
    settings,
    web,
)
from idp.database import prepare
from idp.extensions import csrf, db, login_manager, redis, redis_client
from idp.gateways import mail, sms
from idp.gateways.dukcapil import HttpDukcapil
from idp.settings import Settings

REQUEST_BYTES = 6 * 1024 * 1024
FORM_BYTES = 256 * 1024
FORM_PARTS = 200


class Application(flask.Flask):
    """Flask, which asks of a dozen functions in every request whether they are coroutines: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(chosen: Settings | None = None) -> flask.Flask:
    """The whole provider as a WSGI application. Raises what Settings raises on bad ones."""
    settings.use(chosen or Settings())
    app = Application(__name__, static_folder=None)
    _configure(app, settings.current())
    _connect_stores(app, settings.current())
    csrf.init_app(app)
    # All that init_app would add is a remember-me cookie, which is none of ours and opens the session of every request.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    web.init_app(app, cookie_secret=lambda: sealed.system_key("cookies"))
    sessions.init_app(app)
    _meet_outsiders(app, settings.current())
    _add_slices(app)
    return app


def _configure(app: flask.Flask, chosen: Settings) -> None:
    host = chosen.issuer.partition("://")[2]
    app.config.update(
        TRUSTED_HOSTS=[host.partition(":")[0], *(["localhost", "127.0.0.1"] if chosen.mode == "sandbox" else [])],
        MAX_CONTENT_LENGTH=REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        PREFERRED_URL_SCHEME=chosen.issuer.partition("://")[0],
        SQLALCHEMY_DATABASE_URI=database_address(chosen),
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(chosen),
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]


def database_address(chosen: Settings) -> str:
    """The database's URL as SQLAlchemy wants it: an absolute file, or the psycopg driver."""
    scheme, _, rest = chosen.database_url.partition("://")
    if scheme in ("postgresql", "postgres"):
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and not rest.startswith("//"):
        return f"sqlite:///{Path(rest[1:]).absolute()}"
    return chosen.database_url


def _engine_options(chosen: Settings) -> dict[str, object]:
    # hide_parameters: the values of a failed statement are people's data and do not belong in a traceback.
    options: dict[str, object] = {"hide_parameters": True, "pool_size": chosen.threads + 2, "max_overflow": 10}
    if not chosen.database_url.startswith("sqlite"):
        options |= {"pool_pre_ping": True, "pool_timeout": 5, "connect_args": {"connect_timeout": 3}}
    return options


def _connect_stores(app: flask.Flask, chosen: Settings) -> None:
    address = database_address(chosen)
    if address.startswith("sqlite:///"):
        Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    client = redis_client(chosen.redis_address)
    redis.connect(client)  # type: ignore[attr-defined]
    # In braces: of a cluster one node holds all of a queue, as its scripts want it.
    outbox.connect(RedisBroker(client=client, namespace="{idp:queue}"))  # type: ignore[no-untyped-call]


def _meet_outsiders(app: flask.Flask, chosen: Settings) -> None:
    app.extensions["sms"] = sms.from_settings(chosen)
    app.extensions["mail"] = mail.from_settings(chosen)
    app.extensions["dukcapil"] = HttpDukcapil(chosen)


def _add_slices(app: flask.Flask) -> None:
    for slice_ in (registration, login, recovery, profile, portal, selfservice, developers, resume):
        app.register_blueprint(slice_.blueprint)
    oidc.init_app(app, host.build())
    sessions.on_end(oidc.end_of_session)
    audit.watch(host.tell_services)
