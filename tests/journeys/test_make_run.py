"""`make run`: everything comes up, says where to click, stops on Ctrl-C, and finds everything again the next time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]


def free_base() -> int:
    """A port base whose five ports nobody has."""
    for base in range(21000, 60000, 97):
        try:
            for port in (base, base + 1, base + 2, base + 10, base + 25):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return base
    raise AssertionError("no free ports")


def start(folder: Path, base: int) -> subprocess.Popen[str]:
    env = os.environ | {"PORT_BASE": str(base), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.stack"], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def output_until(process: subprocess.Popen[str], words: str, seconds: float = 120) -> str:
    deadline, seen = time.monotonic() + seconds, ""
    assert process.stdout
    while words not in seen:
        line = process.stdout.readline()
        assert line, seen
        assert time.monotonic() < deadline, seen
        seen += line
    return seen


def stop(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=90)
    return process.returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wsgi.py").write_text((ROOT / "wsgi.py").read_text())
    return tmp_path


def test_everything_comes_up_and_a_second_start_finds_it_as_it_was(folder):
    base = free_base()
    first = start(folder, base)
    greeting = output_until(first, f"http://localhost:{base + 10}/sms/")
    assert "Siap#Kerja2026" in greeting
    for port, word in ((base, "SIAPkerja"), (base + 1, "Karirhub"), (base + 2, "Skillhub"), (base + 10, "Siti Aminah")):
        answer = httpx.get(f"http://localhost:{port}/", follow_redirects=True, timeout=30)
        assert answer.status_code == 200
        assert word in answer.text
    registered = json.loads((folder / "var" / "clients" / "karirhub.json").read_text())["client_id"]

    second = start(folder, base)
    told = second.communicate(timeout=90)[0]
    assert second.returncode == 1
    assert "Port in use" in told
    assert "PORT_BASE=" in told

    assert stop(first) == 0
    again = start(folder, base)
    output_until(again, "SIAPkerja runs")
    assert json.loads((folder / "var" / "clients" / "karirhub.json").read_text())["client_id"] == registered
    discovery = httpx.get(f"http://localhost:{base}/.well-known/openid-configuration", timeout=30).json()
    assert discovery["issuer"] == f"http://localhost:{base}"
    assert stop(again) == 0
