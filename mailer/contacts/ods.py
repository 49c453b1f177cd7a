"""Workbooks of LibreOffice (.ods), in one pass over content.xml: they keep the text of each cell as it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from math import isfinite
from pathlib import Path

from mailer.contacts.formats import Place
from mailer.contacts.package import Package, local, parse
from mailer.contacts.rows import LAST_ROW, Area, Cell, Outline, Row, Sheet
from mailer.errors import ContactsError
from mailer.model import Value

#: The most columns a sheet has; a repeated cell beyond them is no data.
_LAST_COLUMN = 16_384
#: Cells with something in them that one row, and one cell, may stand for by repetition.
_MOST_REPEATED, _MOST_REPEATED_COLUMNS = 100_000, 1_024
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_ERRORS = ("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "Err:")
#: What stands in a cell or before the rows, and is not the cell's text.
_ASIDE = frozenset({"annotation", "frame", "custom-shape", "shapes"})
_NONE: dict[int, str] = {}


class OdsBook:
    """An opened .ods file; raises ContactsError for one that cannot be used."""

    def __init__(self, path: Path, place: Place) -> None:
        self._name = path.name
        self._booleans = place.booleans
        self._package = Package(path)
        manifest = self._package.tree("META-INF/manifest.xml")
        if manifest is not None and any(local(node.tag) == "encryption-data" for node in manifest.iter()):
            raise ContactsError(f"{self._name} is protected by a password.", cure="Save a copy without a password.")
        self._sheets = tuple(self._walk(_OutlinePass()))
        if not self._sheets:
            raise ContactsError(f"{self._name} has no sheet.")

    def _walk(self, walk: _OutlinePass) -> list[Sheet]:
        for _ in parse(self._package, "content.xml", self._name, walk):
            pass
        return [Sheet(name, style in walk.hidden) for name, style in walk.sheets]

    @property
    def outline(self) -> Outline:
        """Its sheets."""
        return Outline(self._sheets)

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the rows of one sheet in order."""
        walk = _RowsPass(sheet, self._booleans)
        for _ in parse(self._package, "content.xml", self._name, walk):
            for row, times in walk.rows:
                yield from _repeated(row, times)
            walk.rows.clear()
            if walk.is_done:
                return

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List nothing: what a merged cell covers is never read."""
        assert sheet in {known.name for known in self._sheets}
        return ()

    def close(self) -> None:
        """Let go of the file."""
        self._package.close()


def _repeated(row: Row, times: int) -> Iterator[Row]:
    """A row as often as it says; blank ones once, they only move the count."""
    last = row.number + (times if row.cells else 1)
    for number in range(row.number, min(last, LAST_ROW + 1)):
        yield row._replace(number=number)


class _OutlinePass:
    """A walk for the names of the sheets, and the styles that hide a sheet."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.hidden: set[str] = set()
        self._style = ""
        #: A table may stand inside a cell of another; it is no sheet.
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            if not self._depth:
                self.sheets.append((_attribute(attributes, "name"), _attribute(attributes, "style-name")))
            self._depth += 1
        elif name == "style":
            self._style = _attribute(attributes, "name")
        elif name == "table-properties" and _attribute(attributes, "display") == "false":
            self.hidden.add(self._style)

    def end(self, name: str) -> None:
        self._depth -= name.rpartition(":")[2] == "table"

    def text(self, text: str) -> None:
        pass


class _RowsPass:
    """A walk for the rows of one sheet; `rows` gathers each with how often it stands there."""

    def __init__(self, sheet: str, booleans: tuple[str, str]) -> None:
        self.rows: list[tuple[Row, int]] = []
        self.is_done = False
        self._sheet = sheet
        self._depth = 0
        self._booleans = booleans
        self._is_here = False
        self._number = 1
        self._row: dict[str, str] = {}
        self._cell: dict[str, str] = {}
        self._cells: dict[int, Cell] = {}
        self._column = 1
        self._text: list[str] = []
        self._paragraphs: list[str] = []
        self._aside = 0
        self._in_paragraph = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._depth += 1
            if self._depth == 1:
                self._is_here = not self.is_done and _attribute(attributes, "name") == self._sheet
        if not self._is_here or self._depth > 1:
            return
        if name == "table-row":
            self._row, self._cells, self._column = attributes, {}, 1
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._paragraphs = attributes, []
        elif name in _ASIDE:
            self._aside += 1
        elif not self._aside:
            self._start_text(name, attributes)

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            self._in_paragraph += 1
            self._text = []
        elif name == "s":
            self._text.append(" " * min(_count(attributes, "c"), 100))
        elif name in ("tab", "line-break"):
            self._text.append("\t" if name == "tab" else "\n")

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "table":
            self._depth -= 1
            if self._is_here and not self._depth:
                self.is_done, self._is_here = True, False
        elif self._is_here and self._depth == 1:
            self._end_inside(name)

    def _end_inside(self, name: str) -> None:
        if name == "table-cell":
            self._end_cell()
        elif name == "covered-table-cell":
            self._column += _count(self._cell, "number-columns-repeated")
        elif name == "table-row":
            self._end_row()
        elif name in _ASIDE:
            self._aside -= 1
        elif name == "p" and not self._aside:
            self._in_paragraph -= 1
            self._paragraphs.append("".join(self._text))

    def text(self, text: str) -> None:
        if self._in_paragraph and not self._aside:
            self._text.append(text)

    def _end_cell(self) -> None:
        times = _count(self._cell, "number-columns-repeated")
        cell = self._understood("\n".join(self._paragraphs))
        if cell[0] and times > _MOST_REPEATED_COLUMNS:
            raise _repeats(f"Row {self._number} repeats a cell {times} times")
        if cell[0]:
            for column in range(self._column, min(self._column + times, _LAST_COLUMN + 1)):
                self._cells[column] = cell
        self._column += times

    def _understood(self, shown: str) -> Cell:
        kind = _attribute(self._cell, "value-type")
        if kind in ("", "string"):
            return shown, shown or None
        value = _value(kind, self._cell)
        if kind == "boolean" and not shown:
            shown = self._booleans[bool(value)]
        return shown or str(value), value if value is not None else shown

    def _end_row(self) -> None:
        times = _count(self._row, "number-rows-repeated")
        hidden = _attribute(self._row, "visibility") in ("collapse", "filter")
        flaws = {at: shown for at, (shown, _) in self._cells.items() if shown.startswith(_ERRORS)}
        if times * len(self._cells) > _MOST_REPEATED:
            raise _repeats(f"Row {self._number} repeats its cells {times} times")
        self.rows.append((Row(self._number, hidden, self._cells, flaws or _NONE), times))
        self._number += times


def _repeats(what: str) -> ContactsError:
    return ContactsError(
        f"{what}, as no list of contacts does.", cure="Delete what fills the sheet beside and below the list."
    )


def _attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute whatever the prefix of its namespace."""
    ending = f":{name}"
    return next((value for key, value in attributes.items() if key.endswith(ending)), "")


def _count(attributes: dict[str, str], name: str) -> int:
    text = _attribute(attributes, name)
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def _value(kind: str, attributes: dict[str, str]) -> Value:
    """The typed value; None where the file's own is not one."""
    try:
        if kind == "boolean":
            return _attribute(attributes, "boolean-value") == "true"
        if kind == "date":
            return _date(_attribute(attributes, "date-value"))
        if kind == "time":
            return _duration(_attribute(attributes, "time-value"))
        number = float(_attribute(attributes, "value"))
    except (ValueError, OverflowError):
        return None
    if not isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _date(text: str) -> date:
    return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text).replace(tzinfo=None)


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text)
    if not match:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if match[1] else span
