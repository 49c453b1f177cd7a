"""What commands print: results to stdout (tables or JSON), everything else to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click

from mailer.errors import MailerError, UsageError
from mailer.model import Problem, Severity

if TYPE_CHECKING:
    from rich.console import Console

    from mailer.campaigns import Decision

#: `--json` for a listing; the command gets it as `as_json`.
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")

#: Worst first: severity → (heading, style).
_HEADINGS = {
    Severity.HOLD: ("Must be mended before it is sent", "bold red"),
    Severity.WARN: ("Worth a look", "yellow"),
    Severity.NOTE: ("Good to know", "dim"),
}
#: Why rows were passed over, where one adjective does not say it.
_LEFT_OUT = {
    "excluded": "left out by `where:`",
    "forgotten": "of people who are forgotten",
    "met": "of people who have an earlier row",
}
#: A pipe has no width of its own; long enough that nothing is cut.
_PIPE_WIDTH = 10_000
#: What could steer a terminal: control characters but for line ends, halves of characters, changes of direction.
_STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Letters of a cell up to which a wide table gives it room beside others, and those between two columns.
_WIDEST, _GAP = 30, 3
#: A column of so many letters is kept whole in a terminal that is too narrow for the table.
_NARROW = 12


def printable(text: object) -> str:
    """Make text from a sheet or a server safe for a terminal: no control or direction-changing letters."""
    return _STEERS.sub("�", str(text))


def line(text: object = "") -> None:
    """Print one line of result."""
    click.echo(printable(text))


def counted(count: int, noun: str) -> str:
    """Say "1 draft", "2 drafts"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def passed_over(skipped: Mapping[str, int]) -> str:
    """Say which rows were passed over, by why: "10 blank rows, 2 rows left out by `where:`"."""
    said = []
    for why, count in sorted(skipped.items()):
        rows = "row" if count == 1 else "rows"
        if count:
            said.append(f"{count} {rows} {_LEFT_OUT[why]}" if why in _LEFT_OUT else f"{count} {why} {rows}")
    return ", ".join(said)


def tell(text: object) -> None:
    """Say something beside the result, to stderr."""
    click.echo(printable(text), err=True)


def tell_unread(unread: Iterable[MailerError]) -> None:
    """Say which sheets could not be read, and that nobody in them is in what is shown."""
    for error in dict.fromkeys(map(str, unread)):
        tell(f"Left out: {error}")


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(as_json(value, indent=2))


def as_json(value: object, *, indent: int | None = None) -> str:
    """The value as JSON, in which what could steer a terminal stands as its number."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=_plain)
    return _STEERS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", empty: str = "") -> None:
    """Print a table, folded to fit a terminal and whole in a pipe; `empty` in place of one without rows."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells and empty:
        line(empty)
    elif sys.stdout.isatty():
        _print_fitting(columns, cells, title)
    else:
        _print_whole(columns, cells, title)


def _print_fitting(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    widths = _widths(columns, cells)
    narrow = sum(width + _GAP for width in widths if width <= _NARROW) <= console().width // 2
    if not narrow and sum(widths) + _GAP * len(widths) > console().width:
        _print_stacked(columns, cells, title)
        return
    shown = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column, width in zip(columns, widths, strict=True):
        shown.add_column(Text(column), overflow="fold", no_wrap=narrow and width <= _NARROW)
    for row in cells:
        shown.add_row(*map(Text, row))
    console().print(shown)


def _print_stacked(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    """The same where there is no room for columns: each row a block of lines, without what is empty in it."""
    from rich.table import Table
    from rich.text import Text

    if title:
        console().print(Text(title))
    for row in cells:
        block = Table.grid(padding=(0, 2))
        block.add_column(no_wrap=True, style="dim")
        block.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                block.add_row(Text(column), Text(cell))
        console().print()
        console().print(block)


def _print_whole(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    """The same with each row in one line; rich would take a millisecond a row to find that all fits."""
    from rich.cells import set_cell_size

    rows = [[" ".join(cell.split("\n")) for cell in row] for row in (columns, *cells)]
    widths = _widths(columns, rows[1:])
    gap = " " * _GAP
    head, *lines = [f" {gap.join(map(set_cell_size, row, widths))}".rstrip() for row in rows]
    rule = " " + "─" * (sum(widths) + _GAP * (len(widths) - 1))
    click.echo("\n".join([*([title] if title else []), "", head, rule, *lines, ""]))


def _widths(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len

    return [max(map(cell_len, column)) for column in zip(columns, *cells, strict=True)]


def wide_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", width: int = 0) -> None:
    """Print a table of many columns in parts of a width, 0 for the terminal's; the first column stands in each."""
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in [columns, *rows]) for at in range(len(columns))]
    for part in _parts(widths, width or console().width):
        table([columns[at] for at in part], [[row[at] for at in part] for row in rows], title=title)
        title = ""


def _parts(widths: Sequence[int], width: int) -> Iterator[list[int]]:
    """Which columns go beside each other: as many as fit, and at least one beside the first."""
    taken = [min(each, _WIDEST) + _GAP for each in widths]
    part, left = [0], width - taken[0]
    for at in range(1, len(taken)):
        if taken[at] > left and len(part) > 1:
            yield part
            part, left = [0], width - taken[0]
        part.append(at)
        left -= taken[at]
    yield part


def problems(found: Iterable[Problem], *, at_most: int = 20) -> None:
    """Print problems, worst first and alike ones together; of each kind at most so many."""
    found = list(found)
    for severity, (heading, style) in _HEADINGS.items():
        alike: dict[str, list[Problem]] = {}
        for problem in found:
            if problem.severity is severity:
                alike.setdefault(problem.kind or problem.what, []).append(problem)
        if alike:
            _print_group(f"{heading} ({sum(map(len, alike.values()))})", style, alike.values(), at_most)


def _print_group(heading: str, style: str, kinds: Iterable[list[Problem]], at_most: int) -> None:
    console().print(f"\n{heading}", style=style)
    for alike in kinds:
        by_cure: dict[str, dict[str, list[str]]] = {}
        for problem in alike[:at_most]:
            by_cure.setdefault(problem.cure, {}).setdefault(problem.what, []).append(problem.where)
        for cure, places_by_words in by_cure.items():
            for what, places in places_by_words.items():
                _print_places(what, [place for place in places if place])
            if cure:
                _indented(f"→ {cure}", 4, style="dim")
        if len(alike) > at_most:
            _indented(f"… and {len(alike) - at_most} more like this (--json lists them all)", 2, style="dim")


def _print_places(what: str, places: Sequence[str]) -> None:
    """Say it once, wherever it is so: of several places in one sheet only the ends differ."""
    if len(places) < 2:
        _indented(": ".join([*places, what]), 2)
        return
    _indented(what, 2)
    ends: dict[str, list[str]] = {}
    for place in places:
        start, _, end = place.rpartition(" ")
        ends.setdefault(start, []).append(end)
    for start, found in ends.items():
        _indented(f"{start} {', '.join(found)}".lstrip(), 4)


def _indented(text: str, by: int, *, style: str = "") -> None:
    """Print text so that its further lines stand under the first."""
    from rich.padding import Padding
    from rich.text import Text

    console().print(Padding(Text(printable(text), style), (0, 0, 0, by), expand=False))


def problem_json(problem: Problem) -> dict[str, str]:
    """Shape a problem as scripts may rely on."""
    return {
        "where": problem.where,
        "what": problem.what,
        "cure": problem.cure,
        "severity": str(problem.severity),
        "kind": problem.kind,
    }


def sentences(said: Iterable[str]) -> str:
    """Put several sentences into one line, each closed once."""
    return " ".join(each if each.endswith((".", "!", "?", "…")) else f"{each}." for each in said)


def tell_decision(decision: Decision, done: str) -> int:
    """Say what came of a decision over several mails; 1 when something was refused."""
    line(f"{len(decision.done)} {done}.")
    for mail_id, why in decision.refused.items():
        tell(sentences([f"{mail_id} not: {why}"]))
    return 1 if decision.refused else 0


def ask(question: str, *, yes: bool) -> bool:
    """Ask on stderr; `yes` answers it; raises UsageError where nobody is there to answer."""
    if yes:
        return True
    if not is_interactive():
        raise UsageError(f"“{question}” needs an answer, and there is no terminal to ask.", cure="--yes answers yes.")
    return click.confirm(printable(question), err=True)


def is_interactive() -> bool:
    """Whether a person sits at the other end of both stdin and stderr."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def console(*, stderr: bool = False) -> Console:
    """Give a rich console on stdout, or on stderr for progress."""
    from rich.console import Console

    stream: Any = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _PIPE_WIDTH, soft_wrap=False)
