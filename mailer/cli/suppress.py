"""`mailer suppress`: who must not be written to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailer.addresses import addresses_or_domain, parse_address
from mailer.cli.output import counted, json_option, line, print_json, table, tell
from mailer.cli.settings import Settings
from mailer.errors import UsageError

if TYPE_CHECKING:
    from mailer.config import Firm


@click.group()
def suppress() -> None:
    """Addresses, and whole domains, that no mail goes to."""


@suppress.command()
@click.argument("what", metavar="ADDRESS | DOMAIN")
@click.option("--reason", metavar="TEXT", default="asked us to stop", show_default=True, help="Why.")
@click.pass_obj
def add(settings: Settings, what: str, reason: str) -> None:
    """Write to this address, or anyone at this domain, no more. What waits for them is called back."""
    from mailer.workspace.suppressing import suppress as use

    named = _checked(what)
    with settings.workspace() as workspace:
        done = use(workspace, named, reason=reason)
    told, (is_, was) = " and ".join(named), ("is", "was") if len(named) == 1 else ("are", "were")
    line(f"{told} {is_} suppressed." if done.added else f"{told} {was} suppressed already.")
    if done.cancelled:
        line(f"{counted(len(done.cancelled), 'waiting mail')} cancelled.")


@suppress.command()
@click.argument("what", metavar="ADDRESS | DOMAIN")
@click.pass_obj
def remove(settings: Settings, what: str) -> int:
    """Allow mail to it again."""
    from mailer.workspace.suppressing import allow

    with settings.workspace() as workspace:
        gone = allow(workspace, [what, *addresses_or_domain(what)])
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
        local = workspace.config.firm.local
    if as_json:
        print_json([{"what": e.what, "reason": e.reason, "who": e.who, "at": e.at} for e in entries])
    else:
        table(
            ["Address or domain", "Why", "By", "Since"],
            [[e.what, e.reason, e.who, f"{local(e.at):%Y-%m-%d}"] for e in entries],
            empty="Nobody is suppressed.",
        )


@suppress.command("import", short_help="Suppress every address in a list.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--reason", metavar="TEXT", default="imported", show_default=True, help="Why.")
@click.pass_obj
def import_file(settings: Settings, file: Path, reason: str) -> int:
    """Suppress every address or domain in FILE: a text with one a line (- for stdin), or a table with addresses."""
    from mailer.workspace.suppressing import suppress as use

    with settings.workspace() as workspace:
        rows = list(_rows(file, workspace.config.firm))
        good = [each for _, cells in rows for each in _meant(cells)]
        done = use(workspace, good, reason=reason)
    line(f"{done.added} suppressed, {len(good) - done.added} were already.")
    bad = [(place, cells) for place, cells in rows if not _meant(cells)]
    for place, cells in bad:
        tell(f"{file.name}, {place}: “{' · '.join(cells)}” is neither an address nor a domain; left out.")
    return 1 if bad else 0


def _rows(file: Path, firm: Firm) -> Iterator[tuple[str, list[str]]]:
    """Each place of a list that is not blank, and what stands there: lines of a text, or rows of a table."""
    lines = _lines(file)
    if lines is not None:
        yield from ((f"line {number}", [text.strip()]) for number, text in enumerate(lines, 1) if text.strip())
        return
    from mailer.contacts import look

    sight = look(file, "", firm=firm)
    for row in sight.rows:
        cells = [shown.strip() for shown, _ in row.cells.values() if shown.strip()]
        if cells and row.number != sight.header_row:
            yield f"row {row.number}", cells


def _lines(file: Path) -> list[str] | None:
    """The lines of a text of one column; None for a table."""
    if file == Path("-"):
        return sys.stdin.read().splitlines()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return None
    return None if any(mark in text for text in lines for mark in "\0,;\t") else lines


def _meant(cells: Sequence[str]) -> Sequence[str]:
    """The addresses of a row; or what is named where there is one cell alone, which may be a domain."""
    if len(cells) == 1:
        return addresses_or_domain(cells[0])
    return [address for cell in cells if "@" in cell and (address := parse_address(cell)[0])]


def _checked(what: str) -> Sequence[str]:
    named = addresses_or_domain(what)
    if not named:
        raise UsageError(f"“{what}” is neither an address nor a domain.", cure="Write bob@example.com or example.com.")
    return named
