"""A life on a clock that the test moves."""

import pytest

from tests.scheduled import Life, at


@pytest.fixture
def life(tmp_path):
    lived = Life(tmp_path, at("2026-11-23 12:00"))
    lived.write_clients([{}, {}])
    yield lived
    lived.restart()
