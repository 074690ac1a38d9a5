"""`python -m tests.installing`: the programs of others that tests use, where they are, and how they come here where that may be.

Chromium and Apache come from Debian's packages, Node's libraries from the lock file in `tests/interop/`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

INTEROP = Path(__file__).parent / "interop"
LIBRARIES = INTEROP / "node_modules"
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def chromium() -> str | None:
    """The path of Chromium; rather the build without windows, which draws the same pages at two thirds of the work."""
    return next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


def node() -> str | None:
    """The path of Node, when the libraries of the lock file are there too."""
    installed = _versions(LIBRARIES / ".package-lock.json")
    return shutil.which("node") if installed and installed == _versions(INTEROP / "package-lock.json") else None


def _versions(lock: Path) -> dict[str, str]:
    """What a lock file names: library and version."""
    packages = json.loads(lock.read_text())["packages"] if lock.exists() else {}
    return {name: one["version"] for name, one in packages.items() if name}


def apache() -> str | None:
    """The path of Apache, when mod_auth_openidc is there too."""
    found = shutil.which("apache2") or shutil.which("apache2", path="/usr/sbin")
    return found if found and (APACHE_MODULES / "mod_auth_openidc.so").exists() else None


@dataclass(frozen=True)
class Program:
    """A program that some tests need: those with its mark are left out where it is not."""

    mark: str
    find: Callable[[], str | None]
    install: tuple[tuple[str, ...], ...]  # packages of Debian, or others where it has no such; empty: libraries of Node
    advice: str

    @property
    def left_out(self) -> str:
        """What a report says where the program is not."""
        return f"{self.advice}: its tests are left out"


PROGRAMS = (
    Program(
        "browser",
        chromium,
        (("chromium-headless-shell",), ("chromium",)),
        "no Chromium here (apt-get install chromium-headless-shell)",
    ),
    Program("node", node, (), "no Node 20 with its libraries here (npm ci --prefix tests/interop)"),
    Program(
        "apache",
        apache,
        (("apache2", "libapache2-mod-auth-openidc"),),
        "no mod_auth_openidc here (apt-get install apache2 libapache2-mod-auth-openidc)",
    ),
)


def missing() -> list[Program]:
    """The programs that are not here."""
    return [one for one in PROGRAMS if one.find() is None]


def install() -> None:
    """Bring here what this user may install."""
    ways = [(one, packages) for one in missing() for packages in one.install]
    if ways and os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly("apt-get", "update", "-q")
        for one, packages in ways:
            if one.find() is None:
                _install_packages(packages)
    if node() is None and shutil.which("node") and shutil.which("npm"):
        print("installing the libraries of tests/interop/package-lock.json …")
        _quietly("npm", "ci", "--prefix", str(INTEROP), "--no-audit", "--no-fund", "--ignore-scripts")


def _install_packages(packages: tuple[str, ...]) -> None:
    print(f"installing {', '.join(packages)} for the tests …")
    # Level 1: a web server that is installed does not start by itself.
    _quietly("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, RUNLEVEL="1", DEBIAN_FRONTEND="noninteractive")


def _quietly(*command: str, **env: str) -> None:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, check=False, env=os.environ | env, **quiet)  # type: ignore[call-overload]


if __name__ == "__main__":
    if missing():
        install()
    for one in missing():
        print(one.left_out, file=sys.stderr)
