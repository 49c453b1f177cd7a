"""`mailer run` killed at any moment of a simulated month, and started again: nothing twice, nothing forgotten."""

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest

from mailer.model import Status
from tests.scheduled import Life, at
from tests.servers import ScriptedServer, Turn
from tests.workspaces import smtp_account

ROOT = Path(__file__).parents[2]
#: Where it dies: at a phase of its conversation with the server, or ("") whenever.
DEATHS = ("", "content", "", "dot", "", "dot", "")


class Killer:
    """Kills the process it is shown when the conversation reaches a phase."""

    def __init__(self) -> None:
        self.pid, self.phase = 0, ""

    def __call__(self, turn: Turn) -> None:
        if self.pid and turn.phase == self.phase:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.pid = 0


@pytest.fixture
def killer():
    return Killer()


@pytest.fixture
def server(killer):
    with ScriptedServer(killer) as running:
        yield running


@pytest.fixture
def life(tmp_path, server):
    """A firm with a mail to each every day, a story once, and its follow-up."""
    lived = Life(tmp_path, at("2026-11-24 09:31"))
    lived.account = smtp_account(server.port)
    lived.write_template(name="again.md")
    lived.write_clients([{}, {}, {}])
    lived.write_config(
        daily="when: {every: day, at: '09:30'};review: none;prepare: 1 day",
        story="when: {at: 2026-11-30 09:30};review: none;grace: 1 day;follow_up: [{after: 7 days, template: again}]",
    )
    (tmp_path / "clock").write_text(lived.now.isoformat())
    yield lived
    lived.restart()


def test_a_schedule_that_is_killed_again_and_again_repeats_and_forgets_nothing(life, server, killer):
    kill_often(killer, life.folder, last := life.now + timedelta(days=30))
    kept = keep(life.folder, last)
    said = kept.communicate(timeout=300)[1]
    assert kept.returncode == 0, said
    assert "stopped; nothing was left half done" in said

    life.now = last
    due = [entry for entry in life.entries() if entry.due_at < last - timedelta(hours=1)]
    assert {entry.status for entry in due} <= {Status.SENT, Status.UNCONFIRMED}
    doubtful = [entry for entry in due if entry.status is Status.UNCONFIRMED]
    assert len(doubtful) <= len(DEATHS)

    arrived = Counter(message_from_bytes(taken.content)["Message-ID"] for taken in server.accepted)
    assert max(arrived.values()) == 1
    assert {entry.message_id for entry in due if entry.status is Status.SENT} <= arrived.keys()

    daily = Counter(entry.round for entry in due if entry.campaign == "daily")
    assert (len(daily), set(daily.values())) == (29, {3})
    steps = Counter(entry.step for entry in due if entry.campaign == "story")
    in_doubt = sum(entry.campaign == "story" and not entry.step for entry in doubtful)
    assert steps == {0: 3, 1: 3 - in_doubt}  # what may not have arrived has no follow-up


def keep(folder, last) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.fast_run", folder / "config.yaml", last.isoformat()]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def kill_often(killer, folder, last) -> None:
    """Each time the clock has moved on a little, at that phase of the next mail or at whatever moment it is."""
    moments = random.Random(7)
    for phase in DEATHS:
        process = keep(folder, last)
        before = (folder / "clock").read_text()
        while process.poll() is None and (folder / "clock").read_text() == before:
            wait(process, 0.05)
        killer.pid, killer.phase = process.pid, phase
        wait(process, 30 if phase else moments.uniform(0, 0.6))
        killer.pid = 0
        process.kill()
        process.communicate()


def wait(process, seconds) -> None:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return
