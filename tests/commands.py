"""The `idp` command as an administrator runs it: a process of its own, on the stores of the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import SecretStr

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


class Idp:
    """Runs commands; `idp("client", "list")` answers the finished process, `idp.json(…)` what `--json` printed."""

    def __init__(self, chosen: Settings) -> None:
        self._env = environment(chosen)

    def __call__(self, *arguments: str, given: str = "", **extra: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "idp"), *arguments]
        return subprocess.run(command, env=self._env | extra, input=given, capture_output=True, text=True, check=False, timeout=180)

    def json(self, *arguments: str, given: str = "") -> Any:
        done = self(*arguments, "--json", given=given)
        assert done.returncode == 0, done.stderr or done.stdout
        return json.loads(done.stdout)
