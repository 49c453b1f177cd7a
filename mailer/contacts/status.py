"""The status goes home: `clients.status.xlsx` beside the user's workbook, which itself is never touched.

In go the source and what became of its contacts; out comes a workbook with the user's rows in their order, the state of
each, and a summary with a chart.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter

from mailer.addresses import identity
from mailer.config.models import ContactSource, Firm
from mailer.contacts.finding import Found, find_tables
from mailer.contacts.opening import open_book
from mailer.contacts.reading import Reading, read
from mailer.contacts.rows import Row
from mailer.errors import ContactsError
from mailer.model import Severity

#: openpyxl's write-only sheets and cells, whose types it does not describe.
OutSheet: TypeAlias = Any
OutCell: TypeAlias = Any

#: What the added columns are called, and how wide they are.
ADDED = {"State": 14, "When": 18, "Why": 48, "Subject": 40, "Draft": 24}
#: State → the colour of its row.
COLOURS = {
    "sent": "FFDDF2DD",
    "failed": "FFF8D7DA",
    "bounced": "FFF8D7DA",
    "unconfirmed": "FFFFE8C7",
    "to mend": "FFFFE8C7",
    "queued": "FFDCE9F7",
    "draft": "FFEDEDED",
}
#: A numbered sibling is tried so often when the file is open in Excel.
_SIBLINGS = 99
_CELL = re.compile(r"\D(\d+)$")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one contact's mail."""

    #: As people say it: "sent", "draft", "failed" …
    state: str
    at: datetime | None = None
    #: Why, where there is something to say.
    reason: str = ""
    subject: str = ""
    #: What the draft is called: "draft 12".
    draft: str = ""
    #: Where it can be seen: an address of the desk, or a file; "" for nowhere.
    link: str = ""


def write_status(
    name: str, source: ContactSource, folder: Path, outcomes: Mapping[str, Outcome], *, firm: Firm, today: date
) -> Path:
    """Write the status workbook of a source; `outcomes` is contact key, or `identity` of its address → outcome.

    Gives the path that was written: `clients.status.xlsx`, or a numbered sibling while that one is open in Excel.
    Raises ContactsError when the source cannot be read or the folder not be written.
    """
    reading = read(name, source, folder, firm=firm, today=today)
    told = _by_row(reading, outcomes)
    book = Workbook(write_only=True)
    counts: Counter[str] = Counter()
    opened = open_book(folder / source.file, firm.language, firm.country)
    try:
        for found in find_tables(opened, source, source.file):
            _write_rows(book.create_sheet(_title(found.sheet.name)), found, told, counts)
    finally:
        opened.close()
    _write_summary(book.create_sheet("Summary"), counts)
    return _save(book, (folder / source.file).with_suffix(".status.xlsx"))


Told = dict[tuple[str, int], Outcome]


def _by_row(reading: Reading, outcomes: Mapping[str, Outcome]) -> Told:
    """Sheet and row → outcome; rows that must be mended say why."""
    told: Told = {}
    for contact in reading:
        for member in contact.members or (contact,):
            outcome = outcomes.get(contact.key) or outcomes.get(identity(contact.address))
            if outcome:
                told[member.source.sheet, member.source.row] = outcome
    for problem in reading.problems:
        row = _CELL.search(problem.where)
        sheet = next((sheet for sheet in reading.sheets if f" › {sheet} › " in problem.where), "")
        if row and problem.severity is Severity.HOLD:
            told.setdefault((sheet, int(row[1])), Outcome("to mend", reason=f"{problem.what} {problem.cure}".strip()))
    return told


def _title(sheet: str) -> str:
    return sheet if sheet and sheet.casefold() != "summary" else "Status"


def _write_rows(sheet: OutSheet, found: Found, told: Told, counts: Counter[str]) -> None:
    columns = found.header.columns
    sheet.freeze_panes = "A2"
    for at, width in enumerate([20] * len(columns) + list(ADDED.values()), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.append([_heading(sheet, text) for text in (*(column.header for column in columns), *ADDED)])
    last = 1
    for row in found.rows:
        if row.number > found.header.row and row.cells:
            outcome = told.get((found.sheet.name, row.number)) or Outcome("hidden" if row.hidden else "")
            counts[outcome.state or "nothing yet"] += 1
            sheet.append(list(_cells(sheet, row, [column.number for column in columns], outcome)))
            last += 1
    area = f"A1:{get_column_letter(len(columns) + len(ADDED))}{last}"
    sheet.auto_filter.ref = area
    _colour(sheet, get_column_letter(len(columns) + 1), area.replace("A1", "A2") if last > 1 else area)


def _heading(sheet: OutSheet, text: str) -> OutCell:
    cell = _text(sheet, text)
    cell.font, cell.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3A4D")
    return cell


def _cells(sheet: OutSheet, row: Row, columns: list[int], outcome: Outcome) -> Iterator[OutCell]:
    for number in columns:
        yield _text(sheet, row.cells.get(number, ("", None))[0])
    yield _text(sheet, outcome.state)
    yield _text(sheet, outcome.at.strftime("%Y-%m-%d %H:%M") if outcome.at else "")
    yield _text(sheet, outcome.reason)
    yield _text(sheet, outcome.subject)
    link = _text(sheet, outcome.draft or ("see the draft" if outcome.link else ""))
    if outcome.link:
        link.hyperlink = outcome.link
    yield link


def _text(sheet: OutSheet, text: str) -> OutCell:
    """A cell of text, whatever the text begins with: never a formula."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:32_767])
    cell.data_type = "s"
    return cell


def _colour(sheet: OutSheet, state: str, area: str) -> None:
    for word, colour in COLOURS.items():
        fill = PatternFill("solid", bgColor=colour)
        rule = Rule(type="expression", formula=[f'${state}2="{word}"'], dxf=DifferentialStyle(fill=fill))
        sheet.conditional_formatting.add(area, rule)


def _write_summary(sheet: OutSheet, counts: Counter[str]) -> None:
    sheet.column_dimensions["A"].width = 20
    sheet.append([_heading(sheet, "State"), _heading(sheet, "People")])
    for state, count in counts.most_common():
        sheet.append([_text(sheet, state), count])
    chart = BarChart()
    chart.type, chart.title, chart.legend = "bar", "How it stands", None
    chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=len(counts) + 1))
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=len(counts) + 1))
    sheet.add_chart(chart, "D2")


def _save(book: Workbook, path: Path) -> Path:
    """Write atomically; while a file is open in Excel it cannot be replaced, and a sibling is written."""
    draft = path.with_name(f".{path.name}.part")
    content = BytesIO()
    book.save(content)
    try:
        with draft.open("wb") as file:
            file.write(content.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        return _replace(draft, path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        reason = (error.strerror or str(error)).lower()
        raise ContactsError(
            f"{path} cannot be written: {reason}.", cure="Make room there, or free the file."
        ) from error


def _replace(draft: Path, path: Path) -> Path:
    for target in _siblings(path):
        try:
            return draft.replace(target)
        except PermissionError:
            continue
    raise PermissionError(13, "it and its siblings are open elsewhere")


def _siblings(path: Path) -> Iterable[Path]:
    yield path
    stem = path.name.removesuffix(".xlsx")
    for number in range(2, _SIBLINGS):
        yield path.with_name(f"{stem}-{number}.xlsx")
