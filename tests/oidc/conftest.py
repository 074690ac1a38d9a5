"""The provider in a house of its own: a second, small implementation of Host, so that the protocol is tried by itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from flask import Flask

import idp
from idp import clock, oidc, sealed, settings, web
from idp.extensions import csrf, db
from tests.emptying import Emptying
from tests.oidc.house import House
from tests.oidc.party import Party
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def house() -> House:
    """The people and pages around the provider."""
    return House()


@pytest.fixture(scope="session")
def built_provider(
    database: str, valkey: str, house: House, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Flask:
    """An application with the provider and the small house, on a database of its own."""
    folder = tmp_path_factory.mktemp("oidc")
    own = f"sqlite:///{folder / 'idp.db'}"
    if not database.startswith("sqlite"):
        postgres: Postgres = request.getfixturevalue("postgres")
        own = postgres.new_database()
    chosen = settings.Settings(
        _env_file=None, issuer="https://akun.example", var_dir=folder, keys_dir=folder / "keys", database_url=own,
        redis_url=valkey, allow_loopback_calls=True, threads=60,
    )  # type: ignore[call-arg]  # fmt: skip
    settings.use(chosen)
    app = flask.Flask("idp", static_folder=None, root_path=str(Path(idp.__file__).parent))
    idp._configure(app, chosen)
    idp._connect_stores(app, chosen)
    csrf.init_app(app)
    web.init_app(app, cookie_secret=lambda: sealed.system_key("cookies"))
    oidc.init_app(app, house.host())
    app.register_blueprint(house.blueprint())
    app.extensions["test_settings"] = chosen
    with app.app_context():
        db.create_all()
    app.extensions["emptying"] = Emptying(app, folder / "keys")
    return app


@pytest.fixture
def provider(built_provider: Flask, house: House) -> Iterator[Flask]:
    """The provider with empty stores."""
    chosen = built_provider.extensions["test_settings"]
    settings.use(chosen)
    house.reset()
    built_provider.extensions["emptying"]()
    yield built_provider
    clock.reset()
    settings.use(chosen)
    shutil.rmtree(Path(chosen.var_dir) / "files", ignore_errors=True)


@pytest.fixture
def party(provider: Flask) -> Party:
    """A confidential relying party, registered for the usual scopes."""
    return Party.register(provider)


@pytest.fixture
def register(provider: Flask) -> Any:
    """Register another relying party: `register(first_party=True, …)`."""
    return lambda **metadata: Party.register(provider, **metadata)
