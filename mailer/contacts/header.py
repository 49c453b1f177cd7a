"""Rows → the header among them: where it stands, what its columns are called, which of them we understand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise

from mailer.contacts.rows import Area, Row
from mailer.contacts.synonyms import MEANINGS, ONLY_WITH_AT, words

#: A header is looked for in this many rows that are not blank.
SEARCHED = 60
#: Names that mean something else inside a template or an expression.
_TAKEN = words(
    """and or not in is if else elif for true false none import from as with do set block macro call filter
    loop self super caller varargs kwargs now today rows people firm campaign account"""
)
_EMPTY_NAME = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table."""

    #: From 1, as Excel counts.
    number: int
    #: The header as it stands in the sheet.
    header: str
    #: Its name in templates and expressions.
    name: str
    #: What we understand it as ("address", "memo" …), "" for a column of the user's own.
    meaning: str = ""
    #: The name or meaning that an earlier column has already, "" when there is none.
    doubles: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns."""

    row: int
    columns: tuple[Column, ...]

    def means(self, meaning: str) -> Column | None:
        """Find the column understood as `meaning`."""
        return next((column for column in self.columns if column.meaning == meaning), None)


def field_name(header: str) -> str:
    """Write a header as a name: "Client since" → `client_since`, "Prénom" → `prenom`; "" for no letters."""
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("ẞ", "SS"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    name = _EMPTY_NAME.sub("_", plain).strip("_").lower()
    if name[:1].isdigit():
        name = f"n_{name}"
    return f"{name}_" if name in _TAKEN else name


def find_header(rows: Sequence[Row], wanted: Mapping[str, str], area: Area | None = None) -> Header | None:
    """Find the header among the first rows; `wanted` maps our names to the sheet's headers, as configured.

    It is the row with the most headers that we know, the first of equals; else the row just above the first
    cell with an @. A row that holds an address is data, never a header.
    """
    candidates = [row for row in rows if row.cells]
    if area:
        candidates = [_within(row, area) for row in candidates if row.number == area.first_row]
    named = {field_name(header) for header in wanted.values()}
    scored = [(_score(row, named), -at, row) for at, row in enumerate(candidates) if not _has_address(row)]
    best = max(scored, key=lambda entry: entry[:2], default=None)
    if best is None:
        return None
    row = best[2] if best[0] or area else _above_addresses(candidates)
    return _header(row, rows, wanted, area) if row else None


def _within(row: Row, area: Area) -> Row:
    cells = {at: cell for at, cell in row.cells.items() if area.first_column <= at <= area.last_column}
    return row._replace(cells=cells)


def _has_address(row: Row) -> bool:
    return any("@" in shown and "." in shown.rpartition("@")[2] for shown, _ in row.cells.values())


def _score(row: Row, named: set[str]) -> int:
    """Count the columns it names that we know; of a row with one cell only a word for address counts."""
    names = {field_name(shown) for shown, value in row.cells.values() if isinstance(value, str)}
    known = {name for name in names if name in named or name in MEANINGS or name in ONLY_WITH_AT}
    if len(row.cells) > 1 or names & named or any(MEANINGS.get(name) == "address" for name in names):
        return len(known)
    return 0


def _above_addresses(rows: Sequence[Row]) -> Row | None:
    for above, row in pairwise(rows):
        if _has_address(row):
            return above if not _has_address(above) else None
    return None


def _header(row: Row, rows: Sequence[Row], wanted: Mapping[str, str], area: Area | None) -> Header:
    below = [other for other in rows if other.number > row.number]
    ours = {field_name(header): name for name, header in wanted.items()}
    taken: set[str] = set(ours.values())
    #: Name → how many columns are called so.
    names: dict[str, int] = {}
    columns = []
    for number, (shown, _) in sorted(row.cells.items()):
        if area and not area.first_column <= number <= area.last_column:
            continue
        column = _column(
            number, shown.strip(), ours.get(field_name(shown)) or _meaning(field_name(shown), number, below)
        )
        if column.name in ours and column.name not in names:
            taken.discard(column.meaning)
        if column.name:
            columns.append(_single(column, names, taken))
    return Header(row.number, tuple(columns))


def _column(number: int, header: str, meaning: str) -> Column:
    return Column(number, header, field_name(header), meaning)


def _single(column: Column, names: dict[str, int], taken: set[str]) -> Column:
    """Keep a column apart from those before it: a name of its own, and a meaning only if no other has it."""
    doubles = ""
    if column.meaning in taken and column.meaning != "memo":
        doubles = column.meaning if column.meaning == "address" else ""
        column = replace(column, meaning="")
    name = column.name
    if name in names:
        doubles = name
        at = next(at for at in count(names[name] + 1) if f"{name}_{at}" not in names)
        names[name] = at
        name = f"{name}_{at}"
    names[name] = 1
    if column.meaning:
        taken.add(column.meaning)
    return replace(column, name=name, doubles=doubles)


def _meaning(name: str, number: int, below: Sequence[Row]) -> str:
    if name in ONLY_WITH_AT:
        cells = [row.cells[number][0] for row in below if number in row.cells]
        return "address" if sum("@" in shown for shown in cells) * 2 > len(cells) else ""
    return MEANINGS.get(name, "")
