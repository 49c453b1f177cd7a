"""One pass over a worksheet's XML in document order: rows with their cells as Excel shows them.

Declared dimensions are never read, so they cannot lie; rows and cells may come without coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailer.contacts.formats import Format
from mailer.contacts.package import Package, parse
from mailer.contacts.rows import UNCALCULATED, UNSHOWABLE, Cell, Row, column_of
from mailer.contacts.xlsx.strings import LONGEST, unescape

#: How many shown numbers are remembered per style, so that repeated ones are formatted once.
_REMEMBERED = 20_000
_DIGITS = "0123456789"


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
        self._row = self._column = self._hint = 0
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
            self._text.clear()
            self._has_formula = False
        elif name == "row":
            self._start_row(attributes)
        elif name == "rPh":
            self._hint = len(self._text)

    def end(self, name: str) -> None:
        """Take a closing tag."""
        if self._prefix:
            name = name.removeprefix(self._prefix)
        if name == "c":
            self._end_cell()
        elif name == "f":
            self._text.clear()
            self._has_formula = True
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            del self._text[self._hint :]

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isdecimal() else self._row + 1
        self._hidden = attributes.get("hidden", "0") in ("1", "true")
        self._column = 0
        self._cells, self._flaws = {}, {}

    def _end_row(self) -> None:
        self.rows.append(Row(self._row, self._hidden, self._cells, self._flaws))

    def _end_cell(self) -> None:
        cell = self._cell
        reference = cell.get("r")
        name = reference.rstrip(_DIGITS) if reference else ""
        column = self._columns.get(name) or self._find_column(name)
        self._column = column
        kind = cell.get("t", "n")
        text = "".join(self._text)
        if not text:
            if self._has_formula and kind != "str":
                self._flaws[column] = UNCALCULATED
            return
        style = cell.get("s", "0")
        if kind == "s":
            shown = self._shared(text, style)
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

    def _shared(self, text: str, style: str) -> Cell:
        at = int(text) if text.strip().isdecimal() else -1
        words = self._strings[at] if 0 <= at < len(self._strings) else ""
        return (words, words or None) if style in self._plain else self._words(words, style)

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
    for _ in parse(package, part, name, walk):
        yield from walk.rows
        walk.rows.clear()
