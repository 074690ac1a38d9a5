"""A thousand canary people through every flow at DEBUG: found in no log, address, file or metric, not in Redis, in no plain column."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.browsing import Browser
from tests.outside import Outside
from tests.registration.test_canaries import log_elsewhere_afterwards, look_for_canaries  # noqa: F401 - a fixture
from tests.working import Worker


@pytest.mark.any_database
def test_a_thousand_canaries_are_found_nowhere(
    http: Browser, sandbox: Outside, worker: Worker, app: Flask, configured: Any, capsys: Any
) -> None:
    configured(log_level="DEBUG", limits="off", metrics_addr="127.0.0.1:9")
    look_for_canaries(1000, http, sandbox, worker, app, capsys)
