"""No module of the suite is without its counterpart."""

from __future__ import annotations

import importlib

import pytest

from tests.oidc.conformance.modules import BY_FILE, name_of_test

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("file", BY_FILE)
def test_every_module_has_a_test_of_its_name(file: str) -> None:
    there = dir(importlib.import_module(f"tests.oidc.conformance.test_{file}"))
    assert [module for module in BY_FILE[file] if name_of_test(module) not in there] == []
