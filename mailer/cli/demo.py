"""`mailer demo`: the whole job once, with the example contacts, into the rehearsal outbox."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from mailer import commands
from mailer.cli.output import line
from mailer.errors import UsageError


@click.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--schedule", is_flag=True, help="Instead: some weeks of scheduled life, on a fast clock.")
def demo(folder: Path | None, schedule: bool) -> int:
    """See the whole job done once, in FOLDER or in a temporary one: nothing real is sent."""
    place = folder or Path(tempfile.mkdtemp(prefix="mailer-demo-"))
    if (place / "config.yaml").exists():  # it might be real: a demo says yes to everything, and sends
        cure = "Name a folder that is not there yet, or none: mailer demo"
        raise UsageError(f"{place.absolute()} already has a config.yaml; nothing was done.", cure=cure)
    if schedule:
        return _live(place)
    for said, *command in (
        ("A workspace with example contacts and templates:", "init", str(place)),
        ("The sheet, and what is wrong in it:", "contacts", "check", "clients"),
        (
            "A draft for each client, in the words of the template and of their row:",
            "campaigns",
            "prepare",
            "thank-you",
        ),
        ("One of them, as it will be read:", "drafts", "show", "1"),
        ("Every draft on one page, the odd ones first:", "preview", "thank-you", "--out", str(place / "preview")),
        (
            "Here you would read them, add a sentence, and say yes. We say it for you:",
            "drafts",
            "approve",
            "thank-you",
            "--all",
            "--yes",
        ),
        ("Sent: to the outbox folder, one file per mail:", "send", "thank-you", "--yes"),
        ("The same again sends nothing, because nobody gets a mail twice:", "send", "thank-you", "--yes"),
        ("What became of each:", "campaigns", "status", "thank-you"),
    ):
        line(f"\n{said}")
        if code := _run(place, *command):
            return code
    line(f"\nLook around in {place}")
    line(f"  {place / 'outbox'}    the mails; open one with your mail program")
    line(f"  {place / 'preview' / 'index.html'}    all drafts, in your browser")
    line("Your own turn: mailer init my-firm")
    return 0


def _live(place: Path) -> int:
    from mailer.cli.demo_schedule import WEEKS, live

    line("A workspace with example contacts and templates:")
    if code := _run(place, "init", str(place)):
        return code
    line(f"\n{WEEKS} weeks of it, from Monday 23 November 2026. You say yes to every draft as soon as it is there:")
    live(place)
    line(f"\nLook around in {place}; every mail is in its outbox folder.")
    return 0


def _run(place: Path, *command: str) -> int:
    """Show a command and run it as if it had been typed; gives its exit code."""
    from mailer.cli import cli

    line(f"$ {commands.command(*command)}")
    options = [] if command[0] == "init" else ["--config", str(place / "config.yaml")]
    code: int | None = cli.main([*options, *command], prog_name="mailer", standalone_mode=False)
    return code or 0
