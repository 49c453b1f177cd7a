"""`mailer run` killed at any moment of a simulated month, and started again: nothing is repeated, nothing forgotten."""

import random
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from mailer.model import Status
from tests.scheduled import Life, at

ROOT = Path(__file__).parents[2]
KILLS = 8


def test_a_schedule_that_is_killed_again_and_again_repeats_and_forgets_nothing(tmp_path):
    life = Life(tmp_path, at("2026-11-24 09:31"))
    life.write_template(name="again.md")
    life.write_clients([{}, {}, {}])
    life.write_config(
        daily="when: {every: day, at: '09:30'};review: none;prepare: 1 day",
        story="when: {at: 2026-11-30 09:30};review: none;grace: 1 day;follow_up: [{after: 7 days, template: again}]",
    )
    (tmp_path / "clock").write_text(life.now.isoformat())
    kill_often(tmp_path, last := life.now + timedelta(days=30))
    keep(tmp_path, last).wait(timeout=300)

    life.now = last
    entries = [entry for entry in life.entries() if entry.due_at < last - timedelta(hours=1)]
    unconfirmed = [entry for entry in entries if entry.status is Status.UNCONFIRMED]
    assert {entry.status for entry in entries} <= {Status.SENT, Status.UNCONFIRMED}
    assert len(unconfirmed) <= KILLS
    written = Counter(mail["Message-ID"] for mail in life.outbox)
    assert max(written.values()) == 1
    assert {entry.message_id for entry in entries if entry.status is Status.SENT} <= written.keys()
    daily = Counter(entry.round for entry in entries if entry.campaign == "daily")
    assert len(daily) == 29
    assert set(daily.values()) == {3}
    assert Counter(entry.step for entry in entries if entry.campaign == "story") == {
        0: 3,
        1: 3 - unconfirmed_firsts(entries),
    }
    life.restart()


def unconfirmed_firsts(entries) -> int:
    """A mail that may not have arrived has no follow-up."""
    return sum(e.campaign == "story" and e.step == 0 and e.status is Status.UNCONFIRMED for e in entries)


def keep(folder, last) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.fast_run", folder, last.isoformat()], cwd=ROOT)


def kill_often(folder, last) -> None:
    """Each time the clock has moved on a little, and at whatever moment that is."""
    moments = random.Random(7)
    for _ in range(KILLS):
        process = keep(folder, last)
        before = (folder / "clock").read_text()
        while process.poll() is None and (folder / "clock").read_text() == before:
            wait(process, 0.05)
        wait(process, moments.uniform(0, 0.6))
        process.kill()
        process.wait()


def wait(process, seconds) -> None:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return
