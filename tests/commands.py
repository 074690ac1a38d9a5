"""The `idp` command on the stores of the test: as an administrator runs it, or within the test, which is quicker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner, Result
from flask import Flask
from pydantic import SecretStr

from idp.cli import main
from idp.settings import Settings


def environment(chosen: Settings) -> dict[str, str]:
    """The settings of the test, as environment variables."""
    found = {}
    for name in Settings.model_fields:
        value = getattr(chosen, name)
        if value is None or value == "":
            continue
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        found[f"IDP_{name.upper()}"] = " ".join(value) if isinstance(value, tuple) else str(value)
    return os.environ | found


class Process:
    """Runs commands, each a process of its own; `process("client", "list")` answers the finished one, `process.json(…)` what it printed."""

    def __init__(self, chosen: Settings) -> None:
        self._env = environment(chosen)

    def __call__(self, *arguments: str, given: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "idp"), *arguments]
        return subprocess.run(command, env=self._env | extra, input=given, capture_output=True, text=True, check=False, timeout=180)

    def json(self, *arguments: str, given: str = "") -> Any:
        done = self(*arguments, "--json", given=given)
        assert done.returncode == 0, done.stderr or done.stdout
        return json.loads(done.stdout)


class Idp:
    """Runs commands within the application of the test: what the process around them adds is tried in tests/test_cli.py."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._group = click.Group("idp", commands=main.commands)

    def __call__(self, *arguments: str, given: str = "") -> Result:
        with self._app.app_context():
            return CliRunner().invoke(self._group, arguments, input=given)

    def json(self, *arguments: str, given: str = "") -> Any:
        done = self(*arguments, "--json", given=given)
        assert done.exit_code == 0, done.stderr or done.exception
        return json.loads(done.stdout)
