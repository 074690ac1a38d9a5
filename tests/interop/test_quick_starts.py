"""The quick starts of the integrators' guide, copied from its page and run as they stand."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.installing import APACHE_MODULES, apache, node
from tests.interop.conftest import Provider
from tests.interop.visitor import Visitor

pytestmark = pytest.mark.any_database
SECRETS = {"SECRET_KEY": "k" * 40}


def registered(provider: Provider, callback: str, *more: str) -> dict[str, str]:
    found = provider.client("--name", "Contoh", "--redirect-uri", callback, "--scope", "openid profile email", *more)
    return {"CLIENT_ID": found["client_id"], "CLIENT_SECRET": found["client_secret"]}


def test_flask_signs_a_person_in(provider: Provider, visitor: Visitor, run: Callable[..., str], tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "app.py").write_text(provider.quick_start("Python: Flask and Authlib"))
    env = registered(provider, f"http://localhost:{port}/callback")
    command = [sys.executable, "-m", "flask", "--app", str(tmp_path / "app.py"), "run", "--port", str(port)]
    service = run(port, *command, **env, **SECRETS)
    assert visitor.go(f"{service}/login").text == "Halo, Siti Aminah"


@pytest.mark.node
def test_node_signs_a_person_in(provider: Provider, visitor: Visitor, run: Callable[..., str], node_folder: Path) -> None:
    port = free_port()
    program = node_folder / "app.mjs"
    program.write_text(provider.quick_start("Node: openid-client"))
    env = registered(provider, f"http://localhost:{port}/callback")
    service = run(port, node() or "", str(program), **env, **SECRETS, BASE_URL=f"http://localhost:{port}")
    assert visitor.go(f"{service}/login").text == "Halo, Siti Aminah"


APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DocumentRoot {folder}/site
User {user}
{modules}
Include {folder}/openid.conf
# What the module tells the service, shown to the test.
Header set X-Remote-User "expr=%{{REMOTE_USER}}"
Header set X-Claims "expr=%{{req:OIDC_CLAIM_name}}|%{{req:OIDC_CLAIM_email}}"
"""
MODULES = "mpm_event authn_core authz_core authz_user dir headers auth_openidc"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the web server's own user may read; pytest's are closed to others."""
    with tempfile.TemporaryDirectory(prefix="apache-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.apache
def test_apache_signs_a_person_in_and_out(provider: Provider, visitor: Visitor, run: Callable[..., str], open_folder: Path) -> None:
    port = free_port()
    base = f"http://localhost:{port}"
    env = registered(provider, f"{base}/masuk/kembali", "--post-logout-redirect-uri", f"{base}/keluar.html")
    config = provider.quick_start("Apache: mod_auth_openidc").replace("https://layanan.example.id", base)
    for name, value in {**env, "PASSPHRASE": "p" * 64}.items():
        config = config.replace(f" {name}\n", f" {value}\n")
    site = open_folder / "site"
    site.mkdir()
    (site / "index.html").write_text("di dalam")
    (site / "keluar.html").write_text("di luar")
    (open_folder / "openid.conf").write_text(
        config + '\n<Location "/keluar.html">\n    AuthType None\n    Require all granted\n</Location>\n'
    )
    modules = "\n".join(f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so" for name in MODULES.split())
    (open_folder / "apache.conf").write_text(APACHE.format(folder=open_folder, port=port, modules=modules, user="www-data"))
    service = run(port, apache() or "", "-f", str(open_folder / "apache.conf"), "-DFOREGROUND")
    page = visitor.go(f"{service}/")
    assert page.text == "di dalam", (page.url, page.status_code, (open_folder / "error.log").read_text()[-2000:])
    assert page.headers["X-Claims"] == "Siti Aminah|siti.aminah@example.id"
    assert page.headers["X-Remote-User"]
    visitor.go(f"{service}/masuk/kembali?logout={base}/keluar.html")
    assert visitor.answer.text == "di luar", (visitor.passed, visitor.answer.text[:500])
    assert any("/oauth/logout" in address for address in visitor.passed)


def test_the_library_versions_are_pinned_and_name_no_registry() -> None:
    lock = json.loads((Path(__file__).parent / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all(one["integrity"] and "resolved" not in one for one in packages.values())
