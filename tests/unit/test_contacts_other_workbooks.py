"""Workbooks of other programs, and of old Excels, are read as they are shown."""

import zipfile
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from mailer.contacts import look
from mailer.contacts.formats import place_of
from mailer.contacts.old import OldBook
from mailer.contacts.opening import open_book
from tests.workbooks import FIRM, reading, refusal

ODS = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s"><office:automatic-styles>'
    '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    "</office:automatic-styles><office:body><office:spreadsheet>{}</office:spreadsheet></office:body>"
    "</office:document-content>"
)


def ods(path: Path, tables: str, manifest: str = "<manifest/>") -> Path:
    """An .ods file by hand."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", ODS.format(tables))
        package.writestr("META-INF/manifest.xml", manifest)
    return path


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>\n<text:p>{text}</text:p>\n</table:table-cell>"


SINCE = cell("3 March 2015", 'office:value-type="date" office:date-value="2015-03-03"')

SHARE = cell("10 %", 'office:value-type="percentage" office:value="0.1"')

REPEATED = cell("x", 'table:number-columns-repeated="16000"')


def test_an_ods_file_is_read_as_it_is_shown_with_its_values(tmp_path):
    rows = (
        f"<table:table-row>{cell('E-mail')}{cell('Since')}{cell('Share')}</table:table-row>\n"
        f"<table:table-row>{cell('a@x.example')}"
        f"{SINCE}"
        f"{SHARE}</table:table-row>"
        f"<table:table-row table:visibility='filter'>{cell('b@x.example')}</table:table-row>"
        "<table:table-row table:number-rows-repeated='1048000'><table:table-cell/></table:table-row>"
    )
    found = reading(ods(tmp_path / "a.ods", f"<table:table table:name='People'>{rows}</table:table>"))
    (contact,) = found
    assert (str(contact.fields["since"]), contact.fields["since"].value) == ("3 March 2015", date(2015, 3, 3))
    assert (str(contact.fields["share"]), contact.fields["share"].value) == ("10 %", 0.1)
    assert found.skipped["hidden"] == 1


def test_a_hidden_sheet_is_passed_over(tmp_path):
    row = (
        f"<table:table-row>{cell('E-mail')}</table:table-row><table:table-row>{cell('%s@x.example')}</table:table-row>"
    )
    tables = "<table:table table:name='Old' table:style-name='ta2'>" + row % "old" + "</table:table>"
    tables += "<table:table table:name='New'>" + row % "new" + "</table:table>"
    found = reading(ods(tmp_path / "a.ods", tables))
    assert [contact.address for contact in found] == ["new@x.example"]
    assert found.sheets == ("New",)


def test_a_cell_repeated_over_the_whole_sheet_is_refused(tmp_path):
    row = f"<table:table-row table:number-rows-repeated='1000000'>{REPEATED}"
    assert "repeats" in str(
        refusal(ods(tmp_path / "a.ods", f"<table:table table:name='A'>{row}</table:table-row></table:table>"))
    )


def test_a_row_repeated_over_the_whole_sheet_is_refused(tmp_path):
    cell = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='1000000'>{cell}</table:table-row>"
    assert "repeats its cells" in str(
        refusal(ods(tmp_path / "a.ods", f"<table:table table:name='A'>{row}</table:table>"))
    )


def test_a_number_that_is_none_is_the_text_that_is_shown(tmp_path):
    cell = "<table:table-cell office:value-type='float' office:value='NaN'><text:p>none</text:p></table:table-cell>"
    path = ods(
        tmp_path / "a.ods", f"<table:table table:name='A'><table:table-row>{cell}</table:table-row></table:table>"
    )
    (only,) = open_book(path, "en", "NG").rows("A")
    assert only.cells == {1: ("none", "none")}


def test_an_encrypted_ods_is_told(tmp_path):
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    assert "password" in str(refusal(ods(tmp_path / "a.ods", "", manifest)))


def test_what_calamine_reads_stands_in_the_right_cells_with_dates_as_the_region_writes_them(tmp_path):
    book = Workbook()
    book.active["C4"], book.active["D6"], book.active["D7"] = "E-mail", 17, date(2025, 3, 1)
    book.save(tmp_path / "a.xlsx")
    rows = [dict(row.cells) for row in OldBook(tmp_path / "a.xlsx", place_of("en", "NG")).rows("Sheet")]
    assert rows == [{}, {}, {}, {3: ("E-mail", "E-mail")}, {}, {4: ("17", 17)}, {4: ("01/03/2025", date(2025, 3, 1))}]


def test_a_table_inside_a_cell_is_no_sheet_and_ends_none(tmp_path):
    inner = "<table:table table:name='Inner'><table:table-row><table:table-cell/></table:table-row></table:table>"
    rows = f"<table:table-row>{cell('E-mail')}<table:table-cell>{inner}</table:table-cell></table:table-row>"
    rows += f"<table:table-row>{cell('a@x.example')}</table:table-row>"
    found = look(ods(tmp_path / "a.ods", f"<table:table table:name='A'>{rows}</table:table>"), "", firm=FIRM)
    assert [sheet.name for sheet in found.sheets] == ["A"]
    assert [row.number for row in found.rows] == [1, 2]


def test_the_start_of_a_bare_old_workbook_is_read_in_a_child_that_may_die_of_it(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\x09\x08\x10\x00" + bytes(range(200)))
    assert "damaged" in str(refusal(tmp_path / "a.xls"))
