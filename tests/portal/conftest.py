"""A citizen with an account, signed in."""

import pytest

from tests import signing_in


@pytest.fixture
def siti(app):
    """The id of an activated account whose profile is empty."""
    return signing_in.new_account(app)


@pytest.fixture
def home(http, siti):
    """A browser in which Siti is signed in."""
    return signing_in.signed_in(http, siti)
