"""What every kind of file gives before anything is understood: books of sheets, of rows, of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from mailer.model import Value

#: One cell: the text as Excel shows it, and the typed value.
Cell = tuple[str, Value]

#: A cell whose formula was never calculated by a spreadsheet program.
UNCALCULATED = "uncalculated"
#: A cell whose text is not in the file: its number points to none.
LOST = "lost"
#: The last row a sheet can have.
LAST_ROW = 1_048_576
#: What Excel fills a cell with whose number is outside its calendar, or fits no condition.
UNSHOWABLE = "########"


class Row(NamedTuple):
    """One row of a sheet; a blank one has no cells, and may stand for several in a row."""

    #: As Excel counts, from 1.
    number: int
    #: Hidden by hand or by a filter.
    hidden: bool
    #: Column, from 1 → cell; blank cells are left out.
    cells: Mapping[int, Cell]
    #: Column → what is wrong with its cell: an Excel error ("#N/A"), or `UNCALCULATED`.
    flaws: Mapping[int, str]
    #: How many blank rows it stands for, itself the first.
    times: int = 1


class Sheet(NamedTuple):
    """A worksheet of a book; a text file has one, named ""."""

    name: str
    hidden: bool = False


class Area(NamedTuple):
    """A rectangle of cells, all four sides included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class Table(NamedTuple):
    """A named table or range."""

    name: str
    sheet: str
    area: Area


class Outline(NamedTuple):
    """A book at first sight."""

    sheets: tuple[Sheet, ...]
    tables: tuple[Table, ...] = ()
    #: Sentences worth telling once, such as how an encoding was guessed.
    notes: tuple[str, ...] = ()


class Book(Protocol):
    """An opened file, of whatever kind."""

    @property
    def outline(self) -> Outline:
        """Its sheets and tables."""

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the rows of one sheet in order."""

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List the merged areas of one sheet."""

    def close(self) -> None:
        """Let go of the file."""


def letters(column: int) -> str:
    """Name a column as Excel does: 1 → "A", 28 → "AB"."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """Count a column's letters: "AB" → 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def area_of(reference: str) -> Area | None:
    """Read "B2:D9", "$B$2" or "B:D"; None for what is no single area."""
    corners = [_corner(part) for part in reference.replace("$", "").split(":")]
    if len(corners) > 2 or None in corners:
        return None
    (first_column, first_row), (last_column, last_row) = corners[0], corners[-1]  # type: ignore[misc]
    return Area(first_row or 1, first_column or 1, last_row or LAST_ROW, last_column or 16_384)


def _corner(text: str) -> tuple[int, int] | None:
    name = text.rstrip("0123456789")
    digits = text[len(name) :]
    if not text or len(name) > 3 or len(digits) > 7 or (name and not (name.isascii() and name.isalpha())):
        return None
    return column_of(name), int(digits or 0)
