"""What long trials share: an installation of real processes on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import bench
from tests.faults.installation import Installation
from tests.postgres import Postgres


@pytest.fixture(scope="module")
def installation(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("installation"), postgres.new_database())
    yield made
    made.stop()


@pytest.fixture
def cookie(installation: Installation) -> str:
    """Siti, signed in."""
    return bench.signed_in_cookie(installation.url)
