"""An empty, well-made workbook: the headers we understand, a note on each, lists to choose from, an example row."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from mailer.commands import command
from mailer.errors import UsageError

#: Rows that are formatted and have lists to choose from.
_ROWS = 500


@dataclass(frozen=True, slots=True)
class NewColumn:
    """One column of the new workbook."""

    header: str
    note: str
    example: object = None
    number_format: str = "General"
    width: int = 16
    #: What may be chosen.
    choices: tuple[str, ...] = ()


_LANGUAGES = ("en", "fr", "de", "es", "pt", "it")
_PERSON = (
    NewColumn("E-mail", "One address in each cell.", "grace@firm.example", width=30),
    NewColumn("First name", "As you would greet the person.", "Grace"),
    NewColumn("Last name", "The family name.", "Whitfield"),
)
_CLOSE = (
    NewColumn(
        "Language",
        "Of the mails to this person; empty for yours.",
        "en",
        width=10,
        choices=_LANGUAGES,
    ),
    NewColumn("Time zone", "Such as Africa/Lagos; empty for yours.", "Europe/London"),
    NewColumn(
        "Birthday",
        "Day and month are what counts.",
        date(1975, 4, 25),
        "d mmmm",
        13,
    ),
    NewColumn("Add a sentence", "Goes into the mail as you write it.", None, width=50),
    NewColumn(
        "Notes",
        "For you: what matters to them. Never mailed.",
        "Example row: write over it.",
        width=40,
    ),
    NewColumn("On hold", "yes: write nothing for now.", "yes", width=9, choices=("no", "yes")),
)
COLUMNS = {
    "clients": (
        NewColumn("Client no", "Names the person for good, even when the address changes.", 1, "00000", 10),
        *_PERSON,
        NewColumn("Company", "May stay empty.", "Whitfield & Sons", width=24),
        NewColumn("Client since", "Anniversaries are counted from it.", date(2015, 2, 2), "d mmmm yyyy", 17),
        NewColumn(
            "Last project",
            "As it would stand in a sentence.",
            "the lease of your shop",
            width=30,
        ),
        NewColumn("Partner", "Who in the firm knows this person: their account sends the mail.", "Ada Obi"),
        *_CLOSE,
    ),
    "staff": (
        NewColumn("Staff no", "Names the person for good.", 1, "000", 10),
        *_PERSON,
        NewColumn("Role", "As you would say it.", "Office manager", width=22),
        NewColumn("Joined", "Anniversaries are counted from it.", date(2015, 2, 2), "d mmmm yyyy", 17),
        *_CLOSE,
    ),
}


def write_new(path: Path, audience: str) -> None:
    """Write the workbook; raises UsageError where the file exists, OSError where it cannot be written."""
    if path.suffix.lower() != ".xlsx":
        better = path.with_suffix(".xlsx") if path.name else path / "clients.xlsx"
        raise UsageError(f"{path} should end in .xlsx.", cure=command("contacts", "new", better))
    content = BytesIO()  # openpyxl itself leaves a mess behind where a disk is full
    _workbook(audience).save(content)
    try:
        with path.open("xb") as file:
            file.write(content.getvalue())
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; nothing was written.", cure="Choose another name.") from error


def _workbook(audience: str) -> Workbook:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = audience.capitalize()
    for at, column in enumerate(COLUMNS[audience], 1):
        _write_column(sheet, at, column)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS[audience]))}2"
    return book


def _write_column(sheet: Worksheet, at: int, column: NewColumn) -> None:
    letter = get_column_letter(at)
    header = sheet.cell(1, at, column.header)
    header.font, header.fill = Font(bold=True, color="FFFFFFFF"), PatternFill("solid", fgColor="FF1F3A4D")
    header.alignment = Alignment(vertical="center")
    header.comment = Comment(column.note, "Mailer", height=80, width=260)
    sheet.column_dimensions[letter].width = column.width
    for row in range(2, _ROWS + 2):
        sheet.cell(row, at).number_format = column.number_format
    sheet.cell(2, at).value = column.example  # type: ignore[assignment]
    if column.choices:
        choice = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
        sheet.add_data_validation(choice)
        choice.add(f"{letter}2:{letter}{_ROWS + 1}")
