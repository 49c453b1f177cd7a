"""Workbooks that only calamine reads (.xls, .xlsb): values without their number formats, and without hidden rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from mailer.contacts.formats import Format, Place
from mailer.contacts.package import MEND, UNLOCK, damaged
from mailer.contacts.rows import UNSHOWABLE, Area, Cell, Outline, Row, Sheet
from mailer.errors import ContactsError

_NOTE = "this kind of file shows values without their number formats, and its hidden rows cannot be told apart"
_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA", UNSHOWABLE})


class OldBook:
    """An opened .xls or .xlsb file; raises ContactsError for one that cannot be used."""

    def __init__(self, path: Path, place: Place) -> None:
        self._name = path.name
        self._place = place
        self._shapes = _Shapes(place)
        try:
            self._book = CalamineWorkbook.from_path(path)
        except PasswordError as error:
            raise ContactsError(f"{self._name} is protected by a password.", cure=UNLOCK) from error
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(self._name) from error
        self._sheets = tuple(
            Sheet(found.name, found.visible is not SheetVisibleEnum.Visible)
            for found in self._book.sheets_metadata
            if found.typ is SheetTypeEnum.WorkSheet
        )
        if not self._sheets:
            raise ContactsError(f"{self._name} has no worksheet with cells.", cure=MEND)

    @property
    def outline(self) -> Outline:
        """Its sheets."""
        return Outline(self._sheets, notes=(_NOTE,))

    def rows(self, sheet: str) -> Iterator[Row]:
        """Stream the rows of one sheet in order."""
        try:
            found = self._book.get_sheet_by_name(sheet)
        except (CalamineError, OSError, ValueError) as error:
            raise damaged(self._name) from error
        # Rows are counted from the first of the sheet, columns from the first that has a cell.
        left = found.start[1] + 1 if found.start else 1
        for number, values in enumerate(found.iter_rows(), 1):
            cells = {at: self._shapes.cell(value) for at, value in enumerate(values, left) if value not in ("", None)}
            flaws = {at: shown for at, (shown, _) in cells.items() if shown in _ERRORS}
            yield Row(number, hidden=False, cells=cells, flaws=flaws)

    def merged(self, sheet: str) -> tuple[Area, ...]:
        """List the merged areas of one sheet."""
        areas = self._book.get_sheet_by_name(sheet).merged_cell_ranges or ()
        return tuple(Area(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in areas)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()


class _Shapes:
    """How values are shown where a file does not say: as the region would."""

    def __init__(self, place: Place) -> None:
        self._booleans = place.booleans
        self._number = Format("General", place)
        self._date = Format(place.short_date, place)
        self._moment = Format(f"{place.short_date} {place.short_time}", place)
        self._time = Format(place.short_time, place)
        self._span = Format("[h]:mm", place)

    def cell(self, value: object) -> Cell:
        """Show one value."""
        match value:
            case bool():
                return self._booleans[value], value
            case int() | float():
                whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
                return self._number.number(int(value) if whole else value)
            case datetime():
                return self._moment.moment(value)[0], value
            case date():
                return self._date.moment(datetime.combine(value, time()))[0], value
            case time() | timedelta():
                return self._clock(value), value
            case _:
                return str(value), str(value)

    def _clock(self, value: time | timedelta) -> str:
        if isinstance(value, timedelta):
            return self._span.number(value / timedelta(days=1))[0]
        return self._time.number((value.hour * 3600 + value.minute * 60 + value.second) / 86400)[0]
