"""What every test may ask for."""

import hypothesis
import pytest

from mailer.ledger.opening import open_ledger
from tests.factories import NOW
from tests.workspaces import make_firm

# No test is timed; how fast we are is measured elsewhere.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path_factory, monkeypatch):
    """No test reads or writes the state, config or keyring of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture
def ledger(tmp_path):
    """A new ledger on a real file."""
    opened = open_ledger(tmp_path / "ledger.db", now=NOW)
    yield opened
    opened.close()


@pytest.fixture
def firm(tmp_path):
    """A firm with three clients, one template, and a campaign that is rehearsed."""
    made = make_firm(tmp_path / "firm")
    with made.closing:
        yield made
