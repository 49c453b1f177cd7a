"""The pass over a sheet gives, cell by cell, what openpyxl and calamine give."""

import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import load_workbook as calamine

from mailer.contacts.formats import place_of
from mailer.contacts.xlsx import XlsxBook

WORDS = ("Ada", "Zoë & Söhne", " blank ", "line\nbreak", "<b>", "'", "", "=1+1 is text", "😀", "x" * 300)
FORMATS = ("General", "0.00", "d/m/yyyy", "[h]:mm", "@", "0%", "#,##0", "h:mm", "00000")


def mixed(path: Path, seed: int) -> Path:
    """A workbook of every kind of cell in no order."""
    dice = random.Random(seed)
    values = (
        lambda: dice.choice(WORDS),
        lambda: dice.randint(0, 10**6), lambda: dice.random() * 10 ** dice.randint(-5, 4),
        lambda: dice.random() < 0.5, lambda: date(2020, 1, 1) + timedelta(days=dice.randint(0, 3000)), lambda: None,
        lambda: datetime(2020, 1, 1, 12, 30) + timedelta(hours=dice.randint(0, 9999)),
        lambda: time(dice.randint(0, 23), 15),
    )  # fmt: skip
    book = Workbook()
    for name in ("One", "Two words"):
        sheet = book.create_sheet(name)
        for row in range(1, 60):
            for column in range(1, 12):
                cell = sheet.cell(row + row // 9, column * 3 % 13 + 1, dice.choice(values)())
                if cell.is_date is False:
                    cell.number_format = dice.choice(FORMATS)
        sheet.row_dimensions[dice.randint(1, 60)].hidden = True
    book.save(path)
    return path


def ours(path: Path, sheet: str) -> dict[tuple[int, int], object]:
    """Row and column → the typed value of every cell that is not blank."""
    book = XlsxBook(path, place_of("en", "US"))
    return {(row.number, column): value for row in book.rows(sheet) for column, (_, value) in row.cells.items()}


@pytest.mark.parametrize("seed", range(4))
def test_every_cell_is_where_openpyxl_finds_it_with_the_same_value(tmp_path, seed):
    path = mixed(tmp_path / "a.xlsx", seed)
    book = load_workbook(path, data_only=True)
    for sheet in book.worksheets[1:]:
        theirs = {(c.row, c.column): c.value for row in sheet for c in row if c.value not in (None, "")}
        mine = ours(path, sheet.title)
        assert set(mine) == set(theirs)
        assert [at for at, value in theirs.items() if not alike(mine[at], value)] == []
        hidden = {row.number for row in XlsxBook(path, place_of("en", "US")).rows(sheet.title) if row.hidden}
        assert hidden == {row for row, shape in sheet.row_dimensions.items() if shape.hidden}


@pytest.mark.parametrize("seed", range(4))
def test_every_cell_is_where_calamine_finds_it(tmp_path, seed):
    path = mixed(tmp_path / "a.xlsx", seed)
    sheet = calamine(path).get_sheet_by_name("One")
    theirs = {
        (row, column)
        for row, values in enumerate(sheet.to_python(skip_empty_area=False), 1)
        for column, value in enumerate(values, 1)
        if value != ""
    }
    assert {at for at, value in ours(path, "One").items() if value not in (None, "")} == theirs


def alike(mine: object, theirs: object) -> bool:
    """Equal, apart from what a number's format makes of it: a number shown as a date is a date to us."""
    if isinstance(theirs, timedelta | time | datetime) or isinstance(mine, timedelta | time | date):
        return True
    return mine == theirs
