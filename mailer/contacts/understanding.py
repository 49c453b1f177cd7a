"""One row under a known header → a contact, or the problem that keeps it from being one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from mailer.addresses import identity, parse_address
from mailer.contacts.header import Column, Header
from mailer.contacts.rows import LOST, UNCALCULATED, Cell, Row, letters
from mailer.contacts.words import country_code, is_timezone, language_code
from mailer.model import Contact, Field, Memo, Problem, Severity, Source, Value

if TYPE_CHECKING:
    from mailer.config.models import ContactSource

_NOTHING: Cell = ("", None)
_BLANK = Field("")
#: Meanings whose dates lie in the past.
_PAST = frozenset({"birthday", "client_since", "last_contact"})
_DOUBTFUL = _PAST | {"language", "country", "timezone"}


@dataclass(frozen=True, slots=True)
class Understanding:
    """What holds for every row of one source."""

    name: str
    source: ContactSource
    #: The file's name, as problems tell it.
    file: str
    sheet: str
    header: Header
    key: Column | None
    today: date
    #: The numbers of the table's columns, and of the one with the addresses.
    columns: tuple[int, ...] = field(init=False)
    address_column: int = field(init=False)
    #: The columns whose cells may be something else than they should.
    doubtful: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        address = self.header.means("address")
        assert address is not None
        object.__setattr__(self, "columns", tuple(column.number for column in self.header.columns))
        object.__setattr__(self, "address_column", address.number)
        doubtful = tuple(column for column in self.header.columns if column.meaning in _DOUBTFUL)
        object.__setattr__(self, "doubtful", doubtful)

    def place(self, row: int, column: int = 0) -> str:
        """Name a cell, or a row: "clients.xlsx › Clients › C14"."""
        sheet = f" › {self.sheet}" if self.sheet else ""
        if not column:
            return f"{self.file}{sheet} › row {row}"
        return f"{self.file}{sheet} › {letters(column)}{row}"

    def contact(self, row: Row, address: str, problems: tuple[Problem, ...]) -> Contact:
        """Understand one row whose address is known."""
        fields, memos = self._fields(row)
        if row.flaws:
            problems = (*problems, *self._flaws(row))
        problems = (*problems, *self._doubts(row, fields))
        language = _code(fields, "language", language_code)
        country = _code(fields, "country", country_code)
        zone = _shown(fields, "timezone")
        return Contact(
            key=self._key(row) or (identity(address) if address else ""),
            address=address,
            name=_name(fields),
            fields=fields,
            audience=self.source.audience,
            owner=_shown(fields, "owner"),
            language=language,
            country=country,
            timezone=zone if zone and is_timezone(zone) else "",
            source=Source(self.source.file, self.sheet, row.number),
            source_name=self.name,
            memos=memos,
            problems=problems,
        )

    def address(self, row: Row) -> tuple[str | None, tuple[Problem, ...]]:
        """Read the row's address."""
        return parse_address(self.address_text(row), self.address_place(row))

    def address_text(self, row: Row) -> str:
        """Give the text of the address cell, blanks around it left out."""
        return row.cells.get(self.address_column, _NOTHING)[0].strip()

    def address_place(self, row: Row) -> str:
        """Name the address cell."""
        return self.place(row.number, self.address_column)

    def _key(self, row: Row) -> str:
        return row.cells.get(self.key.number, _NOTHING)[0].strip() if self.key else ""

    def _fields(self, row: Row) -> tuple[dict[str, Field], tuple[Memo, ...]]:
        fields: dict[str, Field] = {}
        memos = []
        cells, flaws = row.cells, row.flaws
        for column in self.header.columns:
            at = column.number
            shown, value = cells.get(at, _NOTHING)
            if column.meaning == "memo":
                if shown.strip():
                    memos.append(Memo(shown.strip()))
                continue
            if at in flaws or not shown:
                known = _BLANK
            elif shown is value:  # A text, as most cells are.
                known = Field(text := shown.strip(), text)
            else:
                known = Field(shown.strip(), _stripped(value))
            fields[column.name] = known
            if column.meaning:
                fields[column.meaning] = known
        return fields, tuple(memos)

    def _flaws(self, row: Row) -> Iterator[Problem]:
        for column in self.header.columns:
            flaw = row.flaws.get(column.number)
            if flaw is None:
                continue
            where = self.place(row.number, column.number)
            severity = Severity.WARN if column.meaning == "memo" else Severity.HOLD
            said, cure, kind = said_of(flaw)
            yield Problem(where, f"“{column.header}” {said}", cure, severity, kind)

    def _doubts(self, row: Row, fields: Mapping[str, Field]) -> Iterator[Problem]:
        """Values that are there but are not what their column is for."""
        for column in self.doubtful:
            known = fields[column.meaning]
            doubt = _doubt(column.meaning, known, self.today) if known.shown else None
            if doubt:
                where = self.place(row.number, column.number)
                yield Problem(where, doubt[0], doubt[1], Severity.WARN, f"odd-{column.meaning.replace('_', '-')}")


def said_of(flaw: str) -> tuple[str, str, str]:
    """What a cell's flaw is called after "“Amount” …", its cure, and its kind."""
    if flaw == UNCALCULATED:
        cure = "Open the workbook in Excel or LibreOffice, save it once, and read it again."
        return "is a formula that was never calculated.", cure, "uncalculated"
    if flaw == LOST:
        return "has a text that is not in the file.", "Open the workbook in Excel and look at the cell.", "lost-text"
    return f"shows {flaw}.", "Mend the formula, or write the value itself.", "cell-error"


def _doubt(meaning: str, field: Field, today: date) -> tuple[str, str] | None:
    text = field.shown
    if meaning == "language" and not language_code(text):
        return f"“{text}” is not a language we know.", "Write a code such as en or fr, or its English name."
    if meaning == "country" and not country_code(text):
        return f"“{text}” is not a country we know.", "Write its two-letter code, or its English name."
    if meaning == "timezone" and not is_timezone(text):
        return f"“{text}” is not a time zone.", "Write a name such as Africa/Lagos."
    day = field.value.date() if isinstance(field.value, datetime) else field.value
    if meaning in _PAST and isinstance(day, date) and day > today:
        return f"“{text}” lies in the future.", "Correct the year."
    return None


def _stripped(value: Value) -> Value:
    return value.strip() if isinstance(value, str) else value


def _shown(fields: Mapping[str, Field], name: str) -> str:
    return fields.get(name, _BLANK).shown


def _code(fields: Mapping[str, Field], name: str, code: Callable[[str], str]) -> str:
    shown = _shown(fields, name)
    return code(shown) if shown else ""


def _name(fields: Mapping[str, Field]) -> str:
    """Give the display name: "Ada Obi", from one column or from two."""
    first, last, whole = (_shown(fields, name) for name in ("first_name", "last_name", "name"))
    if whole and (not first or first.casefold() in whole.casefold()):
        return whole
    return " ".join(part for part in (first, last or whole) if part)
