"""`mailer run`: keep the schedule, until told to stop; or one pass of it."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mailer.cli.output import tell
from mailer.cli.settings import Settings

if TYPE_CHECKING:
    from mailer.scheduling.running import Pass

DONE, LOOK, OUR_BUG, RUN_AGAIN = 0, 1, 70, 75


@click.command()
@click.option("--once", is_flag=True, help="One pass, for cron or the Windows Task Scheduler.")
@click.pass_obj
def run(settings: Settings, once: bool) -> int:
    """Keep the schedule: prepare, send, remind, until Ctrl-C."""
    from mailer.scheduling.running import Runner

    _log_to_stderr()
    with _until_told_to_stop() as told:
        runner = Runner(settings.find_config(), rehearse=settings.rehearse, stopping=lambda: bool(told))
        try:
            if once:
                return _exit_code(runner.once())
            runner.run()
        finally:
            runner.close()
    return DONE


def _exit_code(result: Pass) -> int:
    """As `mailer send` ends, and 70 for a defect of ours."""
    if result.crashed:
        return OUR_BUG
    if result.tally.failed or result.tally.unconfirmed:
        return LOOK
    if result.errors:
        return max(error.exit_code for error in result.errors)
    return RUN_AGAIN if result.tally.deferred or result.tally.stopped else DONE


def _log_to_stderr() -> None:
    """One line per event, where systemd, launchd or a terminal shows it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    logger = logging.getLogger("mailer")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


@contextmanager
def _until_told_to_stop() -> Iterator[list[int]]:
    """A list that is no longer empty after SIGTERM or Ctrl-C; a second Ctrl-C interrupts."""
    told: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        told.append(number)
        tell("Stopping: the mails in hand are finished, nothing more is begun.")
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
