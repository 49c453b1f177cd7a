"""A file as we see it before anything is understood: `mailer contacts read`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mailer.contacts.header import SEARCHED, find_header
from mailer.contacts.opening import open_book
from mailer.contacts.rows import Book, Cell, Row, Sheet, letters
from mailer.contacts.understanding import said_of
from mailer.errors import ContactsError
from mailer.model import Problem, Severity

if TYPE_CHECKING:
    from mailer.config.models import Firm


class Sight(NamedTuple):
    """One sheet of a file: exhaust `rows` once, then `problems` is complete."""

    sheet: str
    sheets: tuple[Sheet, ...]
    #: None where no row names an address column.
    header_row: int | None
    #: Every row that is not blank, hidden ones too, the header too.
    rows: Iterator[Row]
    #: How the file was taken: encoding, delimiter.
    notes: tuple[str, ...]
    problems: list[Problem]


def look(path: Path, sheet: str, *, firm: Firm) -> Sight:
    """Look at one sheet: the named one, else the first with an address column, else the first with cells."""
    book = open_book(path, firm.language, firm.country)
    try:
        chosen, first_rows, rest = _choose(book, sheet, path.name)
    except BaseException:
        book.close()
        raise
    header = find_header(first_rows, {})
    problems: list[Problem] = []
    return Sight(
        chosen.name,
        book.outline.sheets,
        header.row if header and header.means("address") else None,
        _told(book, chain(first_rows, rest), path.name, chosen.name, problems),
        book.outline.notes,
        problems,
    )


def _choose(book: Book, name: str, file: str) -> tuple[Sheet, tuple[Row, ...], Iterator[Row]]:
    sheets = named_sheets(book, name, file)
    fallback = None
    for sheet in sheets:
        rows = book.rows(sheet.name)
        start = first_rows(rows)
        header = find_header(start, {})
        if header and header.means("address"):
            return sheet, start, rows
        if fallback is None and any(row.cells for row in start):
            fallback = sheet, start, rows
    return fallback or (sheets[0], (), book.rows(sheets[0].name))


def named_sheets(book: Book, name: str, file: str) -> tuple[Sheet, ...]:
    """List the sheets to look at: the one of that name or number, or all, the visible ones first."""
    sheets = book.outline.sheets
    if not name:
        return tuple(sorted(sheets, key=lambda sheet: sheet.hidden))
    named = tuple(sheet for sheet in sheets if sheet.name.casefold() == name.casefold())
    if not named and name.isdecimal() and 0 < int(name) <= len(sheets):
        named = (sheets[int(name) - 1],)
    if named:
        return named
    names = [sheet.name for sheet in sheets]
    near = difflib.get_close_matches(name, names, n=1)
    there = f"There are: {', '.join(names)}." if any(names) else "A text has no sheets: leave `sheet` out."
    cure = f"Did you mean “{near[0]}”?" if near else there
    raise ContactsError(f"{file} has no sheet “{name}”.", cure=cure)


def first_rows(rows: Iterator[Row]) -> tuple[Row, ...]:
    """Take the rows that a header is looked for in, with the blank ones between them."""
    taken: list[Row] = []
    filled = 0
    for row in rows:
        taken.append(row)
        filled += bool(row.cells)
        if filled == SEARCHED:
            break
    return tuple(taken)


def _uncovered(cell: Cell) -> Cell:
    """Show a value that its number format hides: here, nothing that is there goes unsaid."""
    shown, value = cell
    return (shown, value) if shown or value is None else (str(value), value)


def _told(book: Book, rows: Iterator[Row], file: str, sheet: str, problems: list[Problem]) -> Iterator[Row]:
    """Pass the rows on that are not blank, and gather what is wrong with their cells."""
    prefix = f"{file} › {sheet} › " if sheet else f"{file} › "
    try:
        for row in rows:
            for column, flaw in row.flaws.items():
                said, cure, kind = said_of(flaw)
                where = f"{prefix}{letters(column)}{row.number}"
                problems.append(Problem(where, f"The cell {said}", cure, Severity.WARN, kind))
            if row.cells:
                yield row._replace(cells={at: _uncovered(cell) for at, cell in row.cells.items()})
    finally:
        book.close()
