"""The schedule, kept while the desk is open: by a thread of it, unless somebody else on this computer keeps it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from mailer.errors import BusyError, MailerError
from mailer.scheduling.running import Runner

#: How often it is asked whether nobody else keeps it any more; seconds.
LOOK = 15.0

#: Gives a runner that ends when it is told to.
MakeRunner = Callable[[Callable[[], bool]], Runner]


class Kept(StrEnum):
    """By whom the schedule is kept, as the pages say it."""

    HERE = "This desk keeps the schedule while it is open."
    ELSEWHERE = "The schedule is kept by another program on this computer."
    NOWHERE = "Nobody keeps the schedule now."


def runner_of(config_path: Path) -> MakeRunner:
    """A runner of this workspace, as `mailer run` has it; but what is sent by hand waits for its button."""
    return lambda stopping: Runner(config_path, stopping=stopping)


class Keeper:
    """Keeps the schedule from `start` to `close`; `mailer run`, or another desk, comes first where it was first."""

    def __init__(self, make_runner: MakeRunner, *, look: float = LOOK) -> None:
        self.kept = Kept.NOWHERE
        self._make_runner = make_runner
        self._look = look
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="schedule")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Finish the mails in hand, and let the schedule go."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._keep()
            except BusyError:
                self.kept = Kept.ELSEWHERE
            except MailerError:  # of config.yaml or the ledger; every page says it
                self.kept = Kept.NOWHERE
            self._closing.wait(self._look)

    def _keep(self) -> None:
        runner = self._make_runner(self._closing.is_set)
        try:
            with runner.workspace.sole_runner():
                self.kept = Kept.HERE
                runner.keep()
        finally:
            runner.close()
