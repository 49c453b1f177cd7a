"""The schedule keeps words no longer than the firm says; what became of each mail stays."""

import pytest

from mailer.ledger import listing
from mailer.model import Status
from tests.scheduled import Life, at


@pytest.fixture
def life(tmp_path):
    lived = Life(tmp_path, at("2026-11-23 12:00"))
    lived.write_clients([{}, {}])
    lived.write_config(thanks="when: {at: 2026-11-24 09:30}; review: none")
    config = tmp_path / "config.yaml"
    config.write_text(config.read_text().replace("firm:\n", "firm:\n  keep_words_days: 30\n"))
    yield lived
    lived.restart()


def kept_words(life):
    with life.runner.workspace.ledger.read() as tx:
        return len(listing.words_of(tx, [entry.id for entry in life.entries()]))


def test_old_words_go_after_the_days_that_the_firm_says_and_outcomes_stay(life):
    life.days("2026-11-23", "2026-11-24")
    assert (len(life.sent), kept_words(life)) == (2, 2)
    life.turn("2026-12-23 09:00")
    assert kept_words(life) == 2
    life.turn("2026-12-25 09:00")
    assert kept_words(life) == 0
    assert {entry.status for entry in life.entries()} == {Status.SENT}
