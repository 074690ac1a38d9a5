"""The same citizens as in the tests of the profile."""

from tests.profile.conftest import citizen, rina

__all__ = ["citizen", "rina"]
