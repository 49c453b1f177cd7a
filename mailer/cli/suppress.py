"""`mailer suppress`: who must not be written to."""

from __future__ import annotations

from typing import IO

import click

from mailer.cli.output import counted, json_option, line, print_json, table, tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError


@click.group()
def suppress() -> None:
    """Addresses, and whole domains, that no mail goes to."""


@suppress.command()
@click.argument("what", metavar="ADDRESS | DOMAIN")
@click.option("--reason", metavar="TEXT", default="asked us to stop", show_default=True, help="Why.")
@click.pass_obj
def add(settings: Settings, what: str, reason: str) -> None:
    """Write to this address, or anyone at this domain, no more. What waits for them is called back."""
    from mailer.campaigns import suppress as use

    with settings.workspace() as workspace:
        done = use(workspace.ledger, [_checked(what)], reason=reason, who=workspace.who, now=workspace.now)
    line(f"{what} is suppressed." if done.added else f"{what} was suppressed already.")
    if done.cancelled:
        line(f"{counted(len(done.cancelled), 'waiting mail')} cancelled.")


@suppress.command()
@click.argument("what", metavar="ADDRESS | DOMAIN")
@click.pass_obj
def remove(settings: Settings, what: str) -> int:
    """Allow mail to it again."""
    from mailer.ledger import suppressions

    with settings.workspace() as workspace, workspace.ledger.begin() as tx:
        gone = suppressions.remove(tx, what)
    line(f"{what} may be written to again." if gone else f"{what} was not suppressed.")
    return 0 if gone else 1


@suppress.command("list")
@json_option
@click.pass_obj
def list_suppressed(settings: Settings, as_json: bool) -> None:
    """All of them, newest first."""
    from mailer.ledger import suppressions

    with settings.workspace() as workspace, workspace.ledger.read() as tx:
        entries = suppressions.entries(tx)
    if as_json:
        print_json([{"what": e.what, "reason": e.reason, "who": e.who, "at": e.at} for e in entries])
    else:
        table(
            ["Address or domain", "Why", "By", "Since"],
            [[e.what, e.reason, e.who, f"{e.at:%Y-%m-%d}"] for e in entries],
        )


@suppress.command("import")
@click.argument("file", type=click.File(encoding="utf-8-sig"))
@click.option("--reason", metavar="TEXT", default="imported", show_default=True, help="Why.")
@click.pass_obj
def import_file(settings: Settings, file: IO[str], reason: str) -> int:
    """Suppress every address or domain in a text file, one a line."""
    from mailer.campaigns import suppress as use

    lines = [(number, text.strip()) for number, text in enumerate(file, 1) if text.strip()]
    good = [text for _, text in lines if _is_plausible(text)]
    bad = [(number, text) for number, text in lines if not _is_plausible(text)]
    with settings.workspace() as workspace:
        done = use(workspace.ledger, good, reason=reason, who=workspace.who, now=workspace.now)
    line(f"{done.added} suppressed, {len(good) - done.added} were already.")
    for number, text in bad:
        tell(f"{file.name}, line {number}: “{text}” is neither an address nor a domain; left out.")
    return 1 if bad else 0


def _checked(what: str) -> str:
    if not _is_plausible(what):
        raise UsageError(f"“{what}” is neither an address nor a domain.", cure="Write bob@example.com or example.com.")
    return what


def _is_plausible(what: str) -> bool:
    domain = what.rpartition("@")[2]
    return "." in domain.strip(".") and not any(letter.isspace() or letter in ",;<>" for letter in what)
