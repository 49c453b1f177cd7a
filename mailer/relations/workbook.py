"""A report as a workbook: one sheet for each question, plain tables that Excel can sort and chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import chain
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from mailer.relations.figures import Report
from mailer.relations.page import neglected_rows


def write_workbook(report: Report, path: Path) -> None:
    """Write the report to `path`."""
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    audiences = [side.audience for side in report.sides]
    _sheet(book, "Replies", ["When", "Who", "Audience", "Words"], _replies(report))
    _sheet(
        book,
        "Audiences",
        ["Audience", "People", "Written to", "Mails", "Replies", "Promised", "Kept", "Neglected"],
        [[s.audience, s.people, s.thanked, s.mails, s.replies, s.promised, s.kept, s.neglected] for s in report.sides],
    )
    _sheet(
        book,
        "Promises kept",
        ["Month", *audiences],
        [[day, *(shares.get(name) for name in audiences)] for day, shares in report.trend.items()],
        percent=True,
    )
    _sheet(book, "Thanked by", ["From", "To", "People"], [[*pair, n] for pair, n in sorted(report.thanked.items())])
    _sheet(book, "Neglected", ["Who", "Audience", "Known by", "How long"], neglected_rows(report))
    _sheet(
        book,
        "Did not arrive",
        ["What", "How many"],
        [[name, getattr(report, name)] for name in ("bounced", "unconfirmed", "failed", "suppressed")],
    )
    content = BytesIO()  # openpyxl itself leaves a mess behind where a disk is full
    book.save(content)
    path.write_bytes(content.getvalue())


def _replies(report: Report) -> list[list[object]]:
    return [[reply.at.replace(tzinfo=None), reply.name, reply.audience, reply.words] for reply in report.replies]


def _sheet(
    book: Workbook, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, percent: bool = False
) -> None:
    sheet = book.create_sheet(title)
    for row in (columns, *rows):
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in row])
    for cell in chain.from_iterable(sheet.iter_rows()):
        if cell.data_type == "f":  # what people wrote is text, whatever it begins with
            cell.data_type = "s"
    for at in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 18
        sheet.cell(1, at).font = Font(bold=True)
        if percent and at > 1:
            for row_at in range(2, sheet.max_row + 1):
                sheet.cell(row_at, at).number_format = "0%"
    sheet.freeze_panes = "A2"
