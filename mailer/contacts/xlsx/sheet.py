"""One pass over a worksheet's XML in document order: rows with their cells as Excel shows them.

Declared dimensions are never read, so they cannot lie; rows and cells may come without coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mailer.contacts.formats import Format
from mailer.contacts.package import Package, parse
from mailer.contacts.rows import LAST_ROW, LOST, UNCALCULATED, UNSHOWABLE, Cell, Row, column_of
from mailer.contacts.xlsx.strings import LONGEST, unescape

#: How many shown numbers are remembered per style, so that repeated ones are formatted once.
_REMEMBERED = 20_000
_NOTHING: dict[int, Any] = {}
_DIGITS = "0123456789"
#: Longer numbers name no row of a sheet.
_DIGITS_OF_ROW = 8
#: With so many texts lost it is the file that is damaged.
_MOST_LOST = 100
#: Text of so many pieces is weighed, and refused beyond so many characters: far more than a cell holds.
_PIECES, _HEAVY = 16, 4_000_000


class SheetPass:
    """The walk: expat calls `start` and `end`; finished rows gather in `rows`."""

    def __init__(self, strings: list[str], formats: list[Format], booleans: tuple[str, str]) -> None:
        self.rows: list[Row] = []
        self._strings = strings
        self._booleans = booleans
        #: Style, as cells write it → its format and the numbers shown before.
        self._styles: dict[str, tuple[Format, dict[str, Cell]]] = {str(at): (f, {}) for at, f in enumerate(formats)}
        #: Styles that show a text as it is.
        self._plain = {str(at) for at, f in enumerate(formats) if not f.changes_text}
        self._columns: dict[str, int] = {}
        self._text: list[str] = []
        #: expat hands characters straight to the list.
        self.text = self._text.append
        self._prefix: str | None = None
        self._cell: dict[str, str] = {}
        self._has_formula = False
        #: How many pieces of `_text` are the cell's; what stands between its tags is only layout.
        self._kept = 0
        self._row = self._column = self._hint = self._count = self._lost = 0
        #: The first of the blank rows just met, and how many they are.
        self._blank = self._blanks = 0
        self._hidden = False
        self._cells: dict[int, Cell] = {}
        self._flaws: dict[int, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""
        if self._prefix is None:
            self._prefix = name[: name.rfind(":") + 1]
        if self._prefix:
            name = name.removeprefix(self._prefix)
        if name == "c":
            self._cell = attributes
            self._kept = 0
            self._has_formula = False
        elif name == "v":
            self._text.clear()
        elif name == "row":
            self._start_row(attributes)
        elif name == "t":
            del self._text[self._kept :]
        elif name == "rPh":
            self._hint = self._kept

    def end(self, name: str) -> None:
        """Take a closing tag."""
        if self._prefix:
            name = name.removeprefix(self._prefix)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._kept = len(self._text)
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._kept = self._hint

    def weigh(self) -> None:
        """Drop blank space that piles up; raises ValueError for more text than a cell holds."""
        if len(self._text) > _PIECES:
            text = "".join(self._text[self._kept :])
            if len(text) > _HEAVY:
                if text.strip():
                    raise ValueError("no cell holds so much text")
                del self._text[self._kept :]

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > LAST_ROW:
            raise ValueError("no sheet has so many rows")
        number = attributes.get("r", "")
        self._row = int(number) if number.isdecimal() and len(number) < _DIGITS_OF_ROW else self._row + 1
        self._hidden = attributes.get("hidden", "0") in ("1", "true")
        self._column = 0
        self._cells, self._flaws = {}, {}

    def _end_row(self) -> None:
        if self._cells or self._flaws:
            self.end_blanks()
            self.rows.append(Row(self._row, self._hidden, self._cells, self._flaws))
        else:
            self._blank = self._blank or self._row
            self._blanks += 1

    def end_blanks(self) -> None:
        """Give the blank rows met last, as one; a formatted tail may have a million."""
        if self._blanks:
            self.rows.append(Row(self._blank, hidden=False, cells=_NOTHING, flaws=_NOTHING, times=self._blanks))
            self._blank = self._blanks = 0

    def _end_cell(self) -> None:
        cell = self._cell
        reference = cell.get("r")
        name = reference.rstrip(_DIGITS) if reference else ""
        column = self._columns.get(name) or self._find_column(name)
        self._column = column
        kind = cell.get("t", "n")
        text = self._text[0] if self._kept == 1 else "".join(self._text[: self._kept])
        if not text:
            if self._has_formula and kind != "str":
                self._flaws[column] = UNCALCULATED
            return
        style = cell.get("s", "0")
        if kind == "s":
            shown = self._shared(text, style, column)
        else:
            shown = self._number(text, style) if kind == "n" else self._other(kind, text, style, column)
        if shown[0] == UNSHOWABLE:
            self._flaws[column] = UNSHOWABLE
        if shown[0] or shown[1] is not None:
            self._cells[column] = shown

    def _find_column(self, name: str) -> int:
        """Count a column met for the first time, or a cell that does not say where it stands: the next one."""
        if not (name and name.isascii() and name.isalpha() and len(name) <= 3):
            return self._column + 1
        return self._columns.setdefault(name, column_of(name))

    def _format(self, style: str) -> tuple[Format, dict[str, Cell]]:
        return self._styles.get(style) or self._styles["0"]

    def _number(self, text: str, style: str) -> Cell:
        format_, known = self._format(style)
        cell = known.get(text)
        if cell is None:
            cell = _shown_number(text, format_)
            if len(known) < _REMEMBERED:
                known[text] = cell
        return cell

    def _other(self, kind: str, text: str, style: str, column: int) -> Cell:
        if kind == "b":
            return self._boolean(text)
        if kind == "e":
            self._flaws[column] = text
            return text, text
        if kind == "d":
            return self._iso(text, style)
        return self._words(unescape(text)[:LONGEST], style)

    def _shared(self, text: str, style: str, column: int) -> Cell:
        try:
            at = int(text)
        except ValueError:
            at = -1
        if not 0 <= at < len(self._strings):
            self._lose(column)
            return "", None
        words = self._strings[at]
        return (words, words or None) if style in self._plain else self._words(words, style)

    def _lose(self, column: int) -> None:
        """Note a cell whose text is not in the file; raises ValueError where that is no longer a single slip."""
        self._flaws[column] = LOST
        self._lost += 1
        if self._lost > _MOST_LOST:
            raise ValueError("its texts are not in the file")

    def _words(self, text: str, style: str) -> Cell:
        shown = self._format(style)[0].text(text) if text else ""
        return shown, (text or None)

    def _boolean(self, text: str) -> Cell:
        truth = text.strip().lower() in ("1", "true")
        return self._booleans[truth], truth

    def _iso(self, text: str, style: str) -> Cell:
        """Show a date written out (ISO 8601), shown by the cell's format where that is one of dates."""
        moment = _moment(text)
        if moment is None:
            return text, text
        return self._format(style)[0].moment(moment)


def _shown_number(text: str, format_: Format) -> Cell:
    try:
        number: float = int(text) if text.lstrip("-").isdecimal() and len(text) < 16 else float(text)
    except ValueError:
        return text, text
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        number = int(number)
    return format_.number(number)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def stream_rows(
    package: Package,
    part: str,
    name: str,
    *,
    strings: list[str],
    formats: list[Format],
    booleans: tuple[str, str],
) -> Iterator[Row]:
    """Stream the rows of one sheet; raises ContactsError on the way for a damaged one."""
    walk = SheetPass(strings, formats, booleans)
    for _ in parse(package, part, name, walk, walk.weigh):
        yield from walk.rows
        walk.rows.clear()
    walk.end_blanks()
    yield from walk.rows
