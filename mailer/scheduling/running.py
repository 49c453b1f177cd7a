"""`mailer run`: the metronome around the jobs. It remembers nothing; what is due is always the ledger's word.

Each job is caught, timed and logged, and none overlaps another. A broken config keeps the one before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import schedule

from mailer.errors import ConfigError, MailerError
from mailer.scheduling.jobs import JOBS, Desk, Done, Job
from mailer.scheduling.sheets import Sheets
from mailer.sending import Tally
from mailer.workspace import Clock, Workspace, stamp_of

log = logging.getLogger("mailer.schedule")

#: How long the metronome sleeps at a time, seconds: within this a wish to stop is heard.
BREATH = 0.5


@dataclass(slots=True)
class Pass:
    """What one pass over all jobs came to."""

    tally: Tally = field(default_factory=Tally)
    errors: list[MailerError] = field(default_factory=list)
    #: Jobs that met a defect of ours.
    crashed: list[str] = field(default_factory=list)

    def add(self, done: Done) -> None:
        """Count one job."""
        if done.tally:
            self.tally.add(done.tally)
        self.errors += done.errors


class Runner:
    """Keeps the schedule of one workspace."""

    def __init__(
        self,
        config_path: Path,
        *,
        clock: Clock | None = None,
        rehearse: bool = False,
        jobs: Sequence[Job] = JOBS,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.config_path = config_path
        self.clock = clock or Clock()
        self.rehearse = rehearse
        self.jobs = jobs
        self.stopping = stopping
        self.workspace = self._open()
        self.sheets = Sheets()
        self._stamp = stamp_of(self.config_path)
        #: Job → the last error it said, so that a lasting one is said once.
        self._said: dict[str, str] = {}

    def run(self) -> None:
        """Keep the schedule until `stopping`. BusyError when another process keeps it already."""
        with self.workspace.sole_runner():
            self.keep()
        self.close()

    def keep(self) -> None:
        """Keep the schedule until `stopping`; the caller keeps others away."""
        metronome = schedule.Scheduler()
        for job in self.jobs:
            metronome.every(int(job.every.total_seconds())).seconds.do(self.do, job)
        log.info("keeping the schedule of %s", self.config_path)
        metronome.run_all()
        shortest = min(job.every for job in self.jobs).total_seconds()
        while not self.stopping():
            self.clock.wait(BREATH)
            if (metronome.idle_seconds or 0) > shortest:  # its clock was set back, as on a summer's last night
                metronome.run_all()
            metronome.run_pending()
        log.info("stopped; nothing was left half done")

    def once(self) -> Pass:
        """Do every job once, in order."""
        with self.workspace.sole_runner():
            return self.turn()

    def turn(self) -> Pass:
        """One pass over all jobs; the caller keeps others away."""
        result = Pass()
        for job in self.jobs:
            if not self.stopping():
                self.do(job, result)
        return result

    def do(self, job: Job, result: Pass | None = None) -> None:
        """Run one job; whatever it raises is logged, and the schedule goes on."""
        result = result or Pass()
        self._reload()
        started_at = self.clock.now()
        try:
            done = job.do(Desk(self.workspace, self.sheets, self.stopping))
        except MailerError as error:
            done = Done(errors=(error,))
        except Exception:
            log.exception("job %s met a defect; the schedule goes on", job.name)
            result.crashed.append(job.name)
            return
        result.add(done)
        self._tell(job, done, (self.clock.now() - started_at).total_seconds())

    def _tell(self, job: Job, done: Done, seconds: float) -> None:
        if done.said:
            log.info("%s: %s (%.1f s)", job.name, done.said, seconds)
        said = " ".join(f"{error} {error.cure}".strip() for error in done.errors)
        if said and said != self._said.get(job.name):
            log.warning("%s: %s", job.name, said)
        self._said[job.name] = said

    def close(self) -> None:
        """Let the workspace's files go."""
        self.workspace.__exit__(None, None, None)

    def _open(self) -> Workspace:
        return Workspace(self.config_path, clock=self.clock, rehearse=self.rehearse)

    def _reload(self) -> None:
        """Take up an edited config.yaml; one that is wrong is said, and the old one stays."""
        stamp = stamp_of(self.config_path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            fresh = self._open()
        except ConfigError as error:
            log.warning("config.yaml was edited and is now wrong; the one before stays in use. %s", error)
            return
        self.close()
        self.workspace = fresh
        log.info("config.yaml was edited; it is in use from now on")
