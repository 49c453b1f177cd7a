"""`mailer service`: let the operating system keep the schedule from log-in on."""

from __future__ import annotations

import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.cli.output import ask, counted, line, tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError

if TYPE_CHECKING:
    from mailer.scheduling.service import Service


@click.group()
def service() -> None:
    """Let the operating system keep the schedule, from log-in on."""


_DESK = click.option("--desk", is_flag=True, help="The desk, opened at every log-in; it keeps the schedule while open.")


@service.command()
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@click.option("--no-start", is_flag=True, help="Only write the file; start nothing.")
@_DESK
@click.pass_obj
def install(settings: Settings, yes: bool, no_start: bool, desk: bool) -> None:
    """Show what would be installed, ask, install it, and start it."""
    wanted = _service(settings, desk=desk)
    tell(f"{wanted.path or wanted.name}:\n\n{wanted.text}")
    if not ask("Install this?", yes=yes):
        return
    if wanted.path:
        wanted.path.parent.mkdir(parents=True, exist_ok=True)
        wanted.path.write_text(wanted.text, encoding="utf-8")
        line(f"Written: {wanted.path}")
    if no_start:
        for command in wanted.start:
            line(f"→ Start it with: {shlex.join(command)}")
        return
    run_all(wanted.start)
    line(
        "The desk opens at every log-in from the next one on."
        if desk
        else "The schedule is kept from now on, and from every log-in on."
    )


@service.command(short_help="Whether it is installed, and when it was last alive.")
@_DESK
@click.pass_obj
def status(settings: Settings, desk: bool) -> int:
    """Whether it is installed, what the system says of it, and when the schedule was last alive."""
    from mailer.ledger import timing
    from mailer.scheduling.jobs import ALIVE

    wanted = _service(settings, desk=desk)
    installed = wanted.path is None or wanted.path.is_file()
    line(f"Service {wanted.name}: {'installed' if installed else 'not installed'}.")
    with settings.workspace() as workspace, workspace.ledger.read() as tx:
        alive_at, now = timing.last_beat(tx, ALIVE), workspace.now
    if alive_at is None:
        line("The schedule has never run here.")
    else:
        line(f"The schedule was last kept {_ago(now - alive_at)}.")
    if installed and wanted.status:
        line(_output(wanted.status))
    if not installed:
        tell(f"→ Install it: {settings.command('service', 'install', *(['--desk'] if desk else []))}")
    return 0 if installed else 1


def _ago(passed: timedelta) -> str:
    for unit, noun in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if passed >= unit:
            return f"{counted(passed // unit, noun)} ago"
    return "just now"


@service.command(short_help="Stop it and take it away.")
@click.option("--yes", is_flag=True, help="Answer the question with yes.")
@_DESK
@click.pass_obj
def remove(settings: Settings, yes: bool, desk: bool) -> None:
    """Stop it and take it away; the ledger, the drafts and the config stay."""
    wanted = _service(settings, desk=desk)
    if wanted.path and not wanted.path.is_file():
        raise UsageError(f"{wanted.name} is not installed.")
    if not ask(f"Remove {wanted.name}?", yes=yes):
        return
    for command in wanted.stop:
        _output(command)
    if wanted.path:
        wanted.path.unlink()
    line(f"{wanted.name} is removed.")


def _service(settings: Settings, *, desk: bool) -> Service:
    from mailer.scheduling.service import desk_at_login, service_for

    program, make = Path(sys.argv[0]).absolute(), desk_at_login if desk else service_for
    return make(sys.platform, program=program, config=settings.find_config(), home=Path.home())


def run_all(commands: tuple[tuple[str, ...], ...]) -> None:
    """Run what the system needs; UsageError with what it said where it refuses."""
    for command in commands:
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
        except (OSError, subprocess.CalledProcessError) as error:
            said = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else str(error)
            raise UsageError(
                f"The system did not take it: {said}", cure=f"Try it by hand: {shlex.join(command)}"
            ) from error


def _output(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    except OSError as error:
        return f"{command[0]} cannot be asked: {error}"
    return (done.stdout or done.stderr).strip()
