"""The tables of a source: which sheets, where the header stands, what is doubtful about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile, islice
from typing import TYPE_CHECKING

from mailer.contacts.header import Column, Header, field_name, find_header
from mailer.contacts.looking import first_rows, named_sheets
from mailer.contacts.rows import Area, Book, Row, Sheet, Table, letters
from mailer.contacts.synonyms import MEANINGS, SYNONYMS
from mailer.errors import ContactsError
from mailer.model import Problem, Severity

if TYPE_CHECKING:
    from mailer.config.models import ContactSource

#: Problems of one kind about the header, or about merged cells, that are told.
_MOST_TOLD = 100
_TOP = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A table: its sheet, its header, and its rows."""

    sheet: Sheet
    header: Header
    rows: Iterator[Row]
    problems: tuple[Problem, ...] = ()
    #: Its first rows that are not blank, the header among them or soon after: to see how it was taken.
    top: tuple[Row, ...] = ()


def find_tables(book: Book, source: ContactSource, file: str) -> tuple[Found, ...]:
    """Find the named table, the named sheet, every visible sheet for "*", or the first with an address column.

    Raises ContactsError when there is none.
    """
    table = _named_table(book, source.table, file) if source.table else None
    every = source.sheet == "*"
    name = table.sheet if table else "" if every else source.sheet
    found = []
    for sheet in named_sheets(book, name, file):
        if every and sheet.hidden:
            continue
        one = _find(book, sheet, source, table.area if table else None, file)
        if one:
            found.append(one)
            if not every:
                break
    if not found:
        raise _no_addresses(source, file)
    return tuple(found)


def _no_addresses(source: ContactSource, file: str) -> ContactsError:
    named = source.columns.get("address")
    if named:
        what = f"{file} has no column “{named}”, as which config.yaml has the addresses."
        return ContactsError(
            what, cure="Correct `columns: {address: …}`, or leave it out where the column is “E-mail”."
        )
    cure = "Call the column “E-mail”, or name it in config.yaml: `columns: {address: …}`."
    return ContactsError(f"{file} has no column of addresses that can be told apart.", cure=cure)


def _named_table(book: Book, name: str, file: str) -> Table:
    tables = book.outline.tables
    found = next((table for table in tables if table.name.casefold() == name.casefold()), None)
    if found:
        return found
    names = [table.name for table in tables]
    near = difflib.get_close_matches(name, names, n=1)
    there = f"There are: {', '.join(names)}." if names else "It has none; name a sheet instead."
    cure = f"Did you mean “{near[0]}”?" if near else there
    raise ContactsError(f"{file} has no table or range called “{name}”.", cure=cure)


def _find(book: Book, sheet: Sheet, source: ContactSource, area: Area | None, file: str) -> Found | None:
    rows = book.rows(sheet.name)
    if area:
        rows = _inside(rows, area)
    start = first_rows(rows)
    header = find_header(start, source.columns, area)
    if not header or not header.means("address"):
        return None
    place = f"{file} › {sheet.name}" if sheet.name else file
    problems = (
        *_missing(header, source, place),
        *_misspelt(header, source, place),
        *_doubled(header, place),
        *_merged(header, book.merged(sheet.name), place),
    )
    top = tuple(row for row in start if row.cells)[:_TOP]
    return Found(sheet, header, chain(start, rows), problems, top)


def _inside(rows: Iterator[Row], area: Area) -> Iterator[Row]:
    for row in dropwhile(lambda row: row.number < area.first_row, rows):
        if row.number > area.last_row:
            return
        yield row


def _missing(header: Header, source: ContactSource, place: str) -> Iterator[Problem]:
    """Columns that config.yaml names and the table has not."""
    there = {field_name(column.header) for column in header.columns} | {column.name for column in header.columns}
    for meaning, named in source.columns.items():
        if field_name(named) not in there:
            what = f"There is no column “{named}”, as which config.yaml has `{meaning}`."
            cure = f"Correct `columns: {{{meaning}: …}}` in config.yaml, or take it out."
            yield Problem(f"{place} › row {header.row}", what, cure, Severity.WARN, "no-column")


def _misspelt(header: Header, source: ContactSource, place: str) -> Iterator[Problem]:
    """Names in config.yaml's `columns:` that are nearly ours: as a name of their own they would do nothing."""
    for name, named in source.columns.items():
        near = MEANINGS.get(name) or next(iter(difflib.get_close_matches(name, SYNONYMS, n=1, cutoff=0.8)), "")
        if near and name not in SYNONYMS:
            what = f"config.yaml calls the column “{named}” `{name}`, which is no name of ours; did you mean `{near}`?"
            cure = f"Write `columns: {{{near}: {named}}}`, or leave it as a name of your own."
            yield Problem(f"{place} › row {header.row}", what, cure, Severity.WARN, "odd-column")


def _doubled(header: Header, place: str) -> Iterator[Problem]:
    """Columns with one header, and columns that would be the same to us."""
    doubled = (column for column in header.columns if column.doubles)
    for column in islice(doubled, _MOST_TOLD):
        first = next(other for other in header.columns if column.doubles in (other.name, other.meaning))
        cells = f"{letters(first.number)}{header.row} and {letters(column.number)}{header.row}"
        what = f"“{first.header}” and “{column.header}” ({cells}) are one to us; the first is taken."
        cure = f"Rename one of them; the second is called `{column.name}` meanwhile."
        yield Problem(f"{place} › {letters(column.number)}{header.row}", what, cure, Severity.WARN, "doubled-header")


def _merged(header: Header, areas: tuple[Area, ...], place: str) -> Iterator[Problem]:
    """Merged cells in the header, which leave columns without a name, and in the rows, which leave cells empty."""
    told = 0
    for area in areas:
        if told == _MOST_TOLD:
            return
        cells = f"{letters(area.first_column)}{area.first_row}:{letters(area.last_column)}{area.last_row}"
        if area.first_row <= header.row <= area.last_row and area.first_column < area.last_column:
            told += 1
            what = f"The header over {cells} is one merged cell: only its first column has a name."
            cure = "Undo the merging and name each column."
            yield Problem(f"{place} › {cells}", what, cure, Severity.WARN, "merged-header")
        elif area.first_row > header.row and area.last_row > area.first_row:
            told += 1
            what = f"{cells} is one merged cell: only its first row has the value."
            yield Problem(
                f"{place} › {cells}", what, "Undo the merging and fill each row.", Severity.WARN, "merged-cells"
            )


def column_called(header: Header, name: str, file: str, purpose: str) -> Column | None:
    """Find the column that config.yaml names for a purpose, if it does; raises ContactsError when it is not there."""
    if not name:
        return None
    wanted = field_name(name)
    found = next((column for column in header.columns if wanted in (column.name, column.meaning)), None)
    if found:
        return found
    names = ", ".join(column.header for column in header.columns)
    raise ContactsError(f"{file} has no column “{name}” to {purpose} by.", cure=f"There are: {names}.")
