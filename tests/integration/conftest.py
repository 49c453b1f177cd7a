"""What many of these tests begin with; those of a caring firm make their own."""

import pytest


@pytest.fixture
def workspace(firm):
    """The firm's workspace, open."""
    with firm.open() as opened:
        yield opened
