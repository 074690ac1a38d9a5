"""The libraries' objects: created here, configured in `create_app`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import redis as redis_library
from flask_babel import Babel
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from redis.cluster import ClusterNode, RedisCluster
from redis.sentinel import Sentinel
from sqlalchemy.orm import Session

from idp.database import Model, after_commit_on, unit_of_work_on

CONNECT_TIMEOUT_SECONDS = 1.0
ANSWER_TIMEOUT_SECONDS = 2.0

db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})
csrf = CSRFProtect()
babel = Babel()
login_manager = LoginManager()


class RedisProxy:
    """The process's client for Redis or Valkey, known by one name before its address is known.

    Bytes in, bytes out. Time-outs are short and nothing is repeated by itself: a command that is not idempotent
    and timed out may have been carried out."""

    _client: redis_library.Redis | None = None

    def connect(self, client: redis_library.Redis) -> None:
        """Use this client from now on."""
        self._client = client

    def __getattr__(self, name: str) -> Any:
        if self._client is None:
            raise RuntimeError("redis is used before create_app configured it")
        return getattr(self._client, name)


redis = cast(redis_library.Redis, RedisProxy())


def redis_client(url: str) -> redis_library.Redis:
    """A client for `redis://`, `unix://`, `redis+sentinel://[USER:PASSWORD@]h1,h2,h3/name`, `redis+cluster://…`; `rediss…` is TLS."""
    patience: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "socket_timeout": ANSWER_TIMEOUT_SECONDS,
        "retry": None,
        "health_check_interval": 30,
    }
    scheme, _, kind = url.partition("://")[0].partition("+")
    if not kind:
        return redis_library.Redis.from_url(url, **patience)
    hosts, name, known = _several(url)
    patience |= known | ({"ssl": True} if scheme == "rediss" else {})
    if kind == "sentinel":
        watched: Any = Sentinel([_host_and_port(one, 26379) for one in hosts], sentinel_kwargs=patience)  # type: ignore[no-untyped-call]
        return cast(redis_library.Redis, watched.master_for(name, **patience))
    nodes: list[Any] = [ClusterNode(*_host_and_port(one, 6379)) for one in hosts]  # type: ignore[no-untyped-call]
    return cast(redis_library.Redis, RedisCluster(startup_nodes=nodes, **patience))


def _several(url: str) -> tuple[list[str], str, dict[str, str]]:
    """Hosts, name, and what an address of several hosts says of user and password: Valkeys and Sentinels share them."""
    parts = urlsplit(url)
    account, _, hosts = parts.netloc.rpartition("@")
    user, _, password = (unquote(one) for one in account.partition(":"))
    return hosts.split(","), parts.path.strip("/"), {name: said for name, said in (("username", user), ("password", password)) if said}


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "")
    return host, int(port or default)


def unit_of_work() -> AbstractContextManager[Session]:
    """Write in one transaction: committed at the end, rolled back on any exception; nested ones join the outer.

    What the session had read before is read anew inside. Nothing outside the database is called within."""
    return unit_of_work_on(db.session())


def after_commit(deed: Callable[[], None]) -> None:
    """Do this once the unit of work under way has been committed; at once when there is none."""
    after_commit_on(db.session(), deed)
