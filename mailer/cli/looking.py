"""`mailer contacts read`: a file as we see it, before anything is understood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailer.cli import output
from mailer.cli.settings import Settings
from mailer.cli.sources import firm_if_told, rows_option, sheet_option

if TYPE_CHECKING:
    from mailer.contacts import Sight
    from mailer.contacts.rows import Row

#: Rows that a terminal is given of a long sheet.
_SHOWN = 50


@click.command("read", short_help="Show a file as we see it.")
@click.argument("file", type=click.Path(path_type=Path))
@sheet_option
@rows_option
@output.json_option
@click.pass_obj
def read_file(settings: Settings, file: Path, sheet: str, rows: str | None, as_json: bool) -> None:
    """Show the table in FILE as we see it, before anything is understood."""
    from mailer.contacts import look

    sight = look(file, sheet, firm=firm_if_told(settings))
    visible = (row for row in sight.rows if rows == "all" or not row.hidden)
    if as_json:
        _write_json(file, sight, visible)
    else:
        _print_sight(file, sight, visible)


def _write_json(file: Path, sight: Sight, rows: Iterator[Row]) -> None:
    """Write the JSON row by row, so that a long sheet needs no memory."""
    head = {
        "file": str(file),
        "sheet": sight.sheet,
        "sheets": [{"name": sheet.name, "hidden": sheet.hidden} for sheet in sight.sheets],
        "header_row": sight.header_row,
        "notes": list(sight.notes),
    }
    click.echo(output.as_json(head)[:-1] + ', "rows": [', nl=False)
    for at, row in enumerate(rows):
        click.echo(("," if at else "") + "\n" + output.as_json(_row_json(row)), nl=False)
    problems = [output.problem_json(problem) for problem in sight.problems]
    click.echo(f'], "problems": {output.as_json(problems)}}}')


def _row_json(row: Row) -> dict[str, Any]:
    from mailer.contacts.rows import letters

    cells = {letters(column): shown for column, (shown, _) in sorted(row.cells.items())}
    return {"row": row.number, "hidden": row.hidden, "cells": cells}


def _print_sight(file: Path, sight: Sight, rows: Iterator[Row]) -> None:
    from mailer.contacts.rows import letters

    for note in sight.notes:
        output.tell(f"{file.name}: {note}.")
    names = [f"{sheet.name}{' (hidden)' if sheet.hidden else ''}" for sheet in sight.sheets]
    if len(names) > 1:
        output.tell(f"Sheets: {', '.join(names)}. Shown: {sight.sheet}.")
    taken: list[Row] = []
    more = 0
    for row in rows:
        if len(taken) < _SHOWN:
            taken.append(row)
        else:
            more += 1
    width = max((max(row.cells) for row in taken if row.cells), default=0)
    columns = [column for column in range(1, width + 1) if any(column in row.cells for row in taken)]
    table = [[_number(row, sight), *(row.cells.get(column, ("", None))[0] for column in columns)] for row in taken]
    output.wide_table(["", *map(letters, columns)], table, title=sight.sheet)
    if more:
        output.line(f"… and {more} more rows (--json lists them all).")
    output.problems(sight.problems)


def _number(row: Row, sight: Sight) -> str:
    mark = " header" if row.number == sight.header_row else " hidden" if row.hidden else ""
    return f"{row.number}{mark}"
